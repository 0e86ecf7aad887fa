"""The front page: one search box, what changed lately, and figures."""

from __future__ import annotations

from litestar import Response, get

from tagledger.errors import LedgerTooSlow
from tagledger.flows.lately import Lately, lately
from tagledger.ledger.answers import Counts
from tagledger.ledger.protocol import Ledger
from tagledger.site.asked import Asked
from tagledger.site.kept import Kept
from tagledger.site.rendering import Pages


@get("/")
async def home(asked: Asked, pages: Pages, kept: Kept) -> Response[str]:
    """The front page."""
    readable = asked.visitor.readable

    async def news(ledger: Ledger) -> tuple[Lately, Counts | None]:
        found = kept.lately.get(readable)
        if found is None:
            found = kept.lately.put(readable, await lately(ledger, kept.tellings))
        try:
            counts = kept.counts.make(readable, ledger.counts)
        except LedgerTooSlow:
            counts = None  # a page without figures is better than none
        return found, counts

    found, counts = await asked.follow(news)
    return pages.page(
        "home.html",
        asked.request,
        turns=found.turns,
        counts=counts,
        repositories=found.repositories,
        example=found.turns[0].tags[0].observation if found.turns else None,
    )
