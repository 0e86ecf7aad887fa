"""The front page: one search box, what changed lately, and figures."""

from __future__ import annotations

from litestar import Response, get

from tagledger.errors import LedgerTooSlow
from tagledger.flows.lately import TurnOf, lately
from tagledger.ledger.answers import Counts, RepositorySummary
from tagledger.ledger.protocol import Ledger
from tagledger.site.asked import Asked
from tagledger.site.kept import Kept
from tagledger.site.rendering import Pages

_News = tuple[tuple[TurnOf, ...], Counts | None, tuple[RepositorySummary, ...]]


@get("/")
async def home(asked: Asked, pages: Pages, kept: Kept) -> Response[str]:
    """The front page."""
    readable = asked.visitor.readable

    async def news(ledger: Ledger) -> _News:
        turns = kept.lately.get(readable)
        if turns is None:
            turns = kept.lately.put(readable, await lately(ledger, kept.snapshots))
        repositories = ledger.repositories(limit=SHOWN).items
        try:
            counts = kept.counts.make(readable, ledger.counts)
        except LedgerTooSlow:
            counts = None  # a page without figures is better than none
        return turns, counts, repositories

    turns, counts, repositories = await asked.follow(news)
    return pages.page(
        "home.html",
        asked.request,
        turns=turns,
        counts=counts,
        repositories=repositories,
        example=turns[0].tags[0].observation if turns else None,
    )


SHOWN = 24
"""Repositories named on the front page."""
