"""One import into a new ledger, in a process of its own: `bench.imports` starts it.

Prints as JSON what it took: seconds by the clock and of processors, the most memory (of
this process and of its largest child together), and for each batch how many statements
it had and how long reading and writing it took.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from tagledger.flows.collecting import rarely_collected
from tagledger.flows.import_place import import_place
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.stated import Recorded, Stated


class Clocked:
    """A ledger that notes when each batch was written."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._last = time.perf_counter()
        self.batches: list[tuple[int, float]] = []

    def record(
        self, batch: Sequence[Stated], *, notes: Mapping[str, str] = {}
    ) -> Recorded:
        """Write it, and note how long it took since the one before."""
        recorded = self._ledger.record(batch, notes=notes)
        now = time.perf_counter()
        self.batches.append((len(batch), now - self._last))
        self._last = now
        return recorded

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the ledger has
        """All else is the ledger's own."""
        return getattr(self._ledger, name)


def main(address: str, place: str) -> None:
    """Import, as `tagledger import --no-proof` does it."""
    began = time.perf_counter()
    with open_ledger(address) as ledger, rarely_collected():
        clocked = Clocked(ledger)
        import_place(Path(place), cast("Ledger", clocked), environment=dict(os.environ))
    seconds = time.perf_counter() - began
    own = resource.getrusage(resource.RUSAGE_SELF)
    git = resource.getrusage(resource.RUSAGE_CHILDREN)
    taken = {
        "seconds": seconds,
        "processor_seconds": own.ru_utime + own.ru_stime + git.ru_utime + git.ru_stime,
        "resident_bytes": (own.ru_maxrss + git.ru_maxrss) * 1024,
        "batches": clocked.batches,
    }
    print(json.dumps(taken))


if __name__ == "__main__":
    main(*sys.argv[1:])
