"""How a ledger's pages are read: here, above both, for the two know nothing of it."""

from __future__ import annotations

import msgspec

from tagledger.ledger.answers import Observation
from tagledger.model.snapshot import Snapshot
from tagledger.reports.page.reader import PageReader


class StatedPages:
    """A `ReadPage` that remembers what the pages share."""

    def __init__(self) -> None:
        self._reader = PageReader()

    def __call__(self, page: bytes, fact: Observation) -> Snapshot:
        """What the page says. Raises DamagedPage or TooLarge."""
        snapshot = self._reader.read_piece(
            page, place=fact.source, observed_at=fact.observed_at
        )
        return msgspec.structs.replace(snapshot, reference=fact.reference)
