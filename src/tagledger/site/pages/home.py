"""The front page: one search box, what was seen lately, and figures."""

from __future__ import annotations

from litestar import Response, get

from tagledger.site.asked import Asked
from tagledger.site.rendering import Pages


@get("/")
async def home(asked: Asked, pages: Pages) -> Response[str]:
    """The front page."""
    counts = await asked.ask(lambda ledger: ledger.counts())
    return pages.page("home.html", asked.request, counts=counts)
