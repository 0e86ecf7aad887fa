"""Importing three years of published pages from a git bundle into new ledgers.

Each import has a process of its own, and git's processes count for the time and not for
the memory; SQLite and PostgreSQL take turns. A second import of the same must find
nothing new, and the last versions must not cost more than the first.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.plot import Points, plot
from bench.table import Figure, absent, at_most, print_table
from bench.timing import PYTHON
from support.corpus import BUNDLE, SAMPLES
from support.postgresql import AS_INSTALLED, PostgresqlServer, missing_postgresql
from tagledger.ledger.opening import open_ledger

SECONDS = 30
STRETCH_SECONDS = 12
RESIDENT_MEGABYTES = 600
FILE_MEGABYTES = 80
SERVER_RATIO = 2.0
FLATNESS = 1.5
"""How many times as much a version may cost in the last third as in the first."""

_MEGABYTE = 1_000_000
_THIRD = 3


class Taken(msgspec.Struct, frozen=True):
    """What one import took; each batch with its statements and seconds."""

    seconds: float
    processor_seconds: float
    resident_bytes: int
    batches: tuple[tuple[int, float], ...]

    @property
    def points(self) -> Points:
        """Statements so far, and what each of the batch cost, in milliseconds."""
        found: list[tuple[float, float]] = []
        done = 0
        for count, seconds in self.batches:
            done += count
            if count:
                found.append((done, seconds / count * 1_000))
        return found

    @property
    def growth(self) -> float:
        """What a statement costs in the last third, beside the first."""
        costs = [cost for _, cost in self.points]
        third = max(len(costs) // _THIRD, 1)
        return statistics.median(costs[-third:]) / statistics.median(costs[:third])


def measure(
    *, quick: bool = False, bundle: Path = BUNDLE, picture: Path | None = None
) -> bool:
    """Print the table; whether every goal was reached."""
    place = SAMPLES if quick else bundle
    if not place.exists():
        print(f"\nImport: skipped, ≤ {SECONDS} s: there is no {place.name} beside this")
        return True
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.sqlite"
        own = _import(str(file), place)
        again = _import(str(file), place)
        size = file.stat().st_size / _MEGABYTE
        with open_ledger(str(file), create=False) as ledger:
            counts = ledger.counts()
    figures = [
        Figure("observations", f"{counts.observations:,}"),
        Figure("contents", f"{counts.contents:,} ({counts.content_bytes:,} bytes)"),
        at_most("SQLite: import", own.seconds, SECONDS, "s"),
        Figure("stretch", f"{own.seconds:.4g} s", f"{STRETCH_SECONDS} s"),
        Figure("its processor time, git's included", f"{own.processor_seconds:.1f} s"),
        at_most(
            "most memory", own.resident_bytes / _MEGABYTE, RESIDENT_MEGABYTES, "MB"
        ),
        at_most("file with its search index", size, FILE_MEGABYTES, "MB"),
        Figure("the same again", f"{again.seconds:.1f} s"),
        _flat(own),
    ]
    lines = {"SQLite": own.points}
    if missing_postgresql():
        figures.append(absent("PostgreSQL: import", "postgresql"))
    else:
        with PostgresqlServer(AS_INSTALLED) as server:
            served = _import(server.create("ledger"), place)
        lines["PostgreSQL"] = served.points
        ratio = served.seconds / own.seconds
        figures += [
            Figure("PostgreSQL: import", f"{served.seconds:.4g} s"),
            at_most("beside SQLite", ratio, SERVER_RATIO, "times"),
            _flat(served),
        ]
    if picture is not None:
        title = "What each version costs, as the ledger grows"
        up = "milliseconds a version"
        picture.write_text(plot(title, "versions imported", up, lines))
    title = f"Import of {place.name}, {os.cpu_count()} cores, without proof"
    return print_table(title, figures)


def _flat(taken: Taken) -> Figure:
    what = "a version at the end beside the beginning"
    return at_most(what, taken.growth, FLATNESS, "times")


def _import(address: str, place: Path) -> Taken:
    done = subprocess.run(
        (PYTHON, "-m", "bench.import_once", address, str(place)),
        stdout=subprocess.PIPE,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    return msgspec.convert(json.loads(done.stdout), Taken)


def main(words: Sequence[str] | None = None) -> None:
    """Run as a program; the bundle may be named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", nargs="?", type=Path, default=BUNDLE)
    parser.add_argument("--quick", action="store_true", help="some pages instead")
    parser.add_argument(
        "--picture", type=Path, help="draw the cost of each version into this SVG"
    )
    asked = parser.parse_args(words)
    done = measure(quick=asked.quick, bundle=asked.bundle, picture=asked.picture)
    sys.exit(0 if done else 1)


if __name__ == "__main__":
    main()
