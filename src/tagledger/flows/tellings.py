"""What changed from one fact to the next, in words, told once for all who ask."""

from __future__ import annotations

from tagledger.errors import InvalidContent, LedgerTooSlow, NotFound
from tagledger.flows.remembered import Remembered
from tagledger.flows.snapshots import Snapshots
from tagledger.ledger.answers import Change, Observation
from tagledger.ledger.protocol import Ledger
from tagledger.model.difference.compare import compare
from tagledger.model.snapshot import Snapshot
from tagledger.reports.difference.words import difference_in_words

MOST = 20_000
"""Lines kept, of some hundred bytes each."""

SECONDS = 600.0
"""How long a line is kept: bytes that the ledger gets later may tell more."""


class Tellings:
    """Compares facts; whoever asks has found both in their own ledger."""

    def __init__(
        self, snapshots: Snapshots, *, most: int = MOST, seconds: float = SECONDS
    ) -> None:
        self._snapshots = snapshots
        self._kept: Remembered[tuple[int, int], str] = Remembered(
            most=most, seconds=seconds
        )

    async def words(
        self, ledger: Ledger, before: Observation, after: Observation
    ) -> str | None:
        """What changed, in a line; None where the ledger does not hold enough to tell.

        Raises LedgerTooSlow where the time ran out before it was known.
        """
        if before.statement is None or after.statement is None:
            return await self._told(ledger, before, after)
        key = before.statement, after.statement
        found = self._kept.get(key)
        if found is None:
            found = await self._told(ledger, before, after)
            if found is not None:
                self._kept.put(key, found)
        return found

    async def change(self, ledger: Ledger, change: Change) -> str | None:
        """The same of a change; what takes too long stands without words."""
        if change.before is None:
            return None
        try:
            return await self.words(ledger, change.before, change.observation)
        except LedgerTooSlow:
            return None

    async def _told(
        self, ledger: Ledger, before: Observation, after: Observation
    ) -> str | None:
        one = await self._snapshot(ledger, before)
        two = await self._snapshot(ledger, after)
        if one is None or two is None:
            return None
        return difference_in_words(compare(one, two))

    async def _snapshot(self, ledger: Ledger, fact: Observation) -> Snapshot | None:
        try:
            return await self._snapshots.snapshot(ledger, fact)
        except (NotFound, InvalidContent):
            # Bytes that the ledger never got, or a page that no reader understands:
            # the fact stands all the same.
            return None
