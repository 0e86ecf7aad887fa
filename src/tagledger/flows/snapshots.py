"""Snapshots of what the ledger holds, each read once for all who look at it."""

from __future__ import annotations

import msgspec

from tagledger.errors import ContentNotHeld
from tagledger.flows.remembered import Remembered
from tagledger.flows.stated_pages import StatedPages
from tagledger.ledger.answers import Observation
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.statements import Statements
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Wanted

KEPT_BYTES = 2_500_000
"""Documents and text behind the snapshots kept; as values they take some times that."""

SECONDS = 60.0
"""How long a snapshot is kept: what was only reported may be proven meanwhile."""

_EACH = 2_000
_EVERY_LAYER = 400


class Snapshots:
    """Reads statements; whoever asks has found the observation in their own ledger.

    `pages` lets statements share what was read of pages, for one thread alone.
    """

    def __init__(
        self,
        *,
        most: int = KEPT_BYTES,
        seconds: float = SECONDS,
        pages: StatedPages | None = None,
    ) -> None:
        self._pages = pages
        self._kept: Remembered[int, Snapshot] = Remembered(
            most=most, seconds=seconds, weigh=_weight
        )

    async def snapshot(self, ledger: Ledger, fact: Observation) -> Snapshot:
        """What was stated then, with attestations.

        Raises NotFound, InvalidContent or LedgerDamaged.
        """
        if fact.statement is None:
            return await self._read(ledger, fact)
        found = self._kept.get(fact.statement)
        if found is None:
            found = self._kept.put(fact.statement, await self._read(ledger, fact))
        return msgspec.structs.replace(
            found,
            reference=fact.reference,
            source=fact.source,
            observed_at=fact.observed_at,
        )

    async def _read(self, ledger: Ledger, fact: Observation) -> Snapshot:
        statements = Statements(ledger, self._pages or StatedPages())
        wanted = Wanted(attestations=True, layer_dates=True)
        try:
            return await statements.snapshot(fact, wanted)
        except ContentNotHeld:
            # Attestations are seldom kept: their bytes are wanted, not needed.
            wanted = msgspec.structs.replace(wanted, attestations=False)
            return await statements.snapshot(fact, wanted)


def _weight(snapshot: Snapshot) -> int:
    """Roughly how many bytes were read for it."""
    size = _EACH
    size += sum(len(document.content) for document in snapshot.documents.values())
    for image in snapshot.images:
        size += _EVERY_LAYER * len(image.layers)
        size += sum(len(step.dockerfile) for step in image.steps)
    return size
