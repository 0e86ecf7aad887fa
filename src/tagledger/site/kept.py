"""What the pages of one worker remember, so that each is made from little."""

from __future__ import annotations

from datetime import datetime

from tagledger.flows.find import SearchFindings
from tagledger.flows.in_the_making import InTheMaking
from tagledger.flows.json_forms.stats import StatsReport
from tagledger.flows.lately import Lately
from tagledger.flows.live import LiveLookups
from tagledger.flows.remembered import Remembered
from tagledger.flows.repository import TagOrders
from tagledger.flows.snapshots import Snapshots
from tagledger.flows.stats import Span
from tagledger.flows.tellings import Tellings
from tagledger.ledger.answers import Counts, Search
from tagledger.model.digest import Digest

COUNTED_SECONDS = 60.0
"""How old the figures of the ledger may be: they count millions of rows."""

LATELY_SECONDS = 10.0
"""How old the list of the latest changes may be."""

SHARED_SECONDS = 600.0
"""How old it may be in how many images a layer stands."""

FOUND_SECONDS = 15.0
"""How old the results of a search may be."""

STATS_SECONDS = 300.0
"""How old the figures of the API may be: all that was ever observed is counted."""

Readable = tuple[str, ...] | None
"""What a visitor may read: what was remembered for one is nobody else's."""

Figures = tuple[Readable, datetime | None, datetime | None, Span | None]
"""Of what figures are: what may be read, from when to when, and by what."""


class Kept:
    """Everything that is remembered between requests.

    `live` looks names up in registries, None where that is not done.
    """

    def __init__(self, live: LiveLookups | None = None) -> None:
        self.live = live
        self.snapshots = Snapshots()
        self.tellings = Tellings(self.snapshots)
        self.orders = TagOrders()
        self.counts: Remembered[Readable, Counts] = Remembered(
            most=50, seconds=COUNTED_SECONDS
        )
        self.stats: InTheMaking[Figures, StatsReport] = InTheMaking(
            most=50, seconds=STATS_SECONDS
        )
        self.lately: Remembered[Readable, Lately] = Remembered(
            most=50, seconds=LATELY_SECONDS
        )
        self.found: Remembered[tuple[Readable, Search, int], SearchFindings] = (
            Remembered(most=500, seconds=FOUND_SECONDS)
        )
        self.shared: Remembered[tuple[Readable, Digest], int] = Remembered(
            most=20_000, seconds=SHARED_SECONDS
        )
