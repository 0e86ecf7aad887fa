"""All repositories, and one with its tags."""

from __future__ import annotations

from litestar import Response, get

from tagledger.errors import MalformedReference, NotObserved
from tagledger.flows.repository import repository_page
from tagledger.ledger.answers import RepositorySummary
from tagledger.ledger.pages import Page
from tagledger.ledger.protocol import Ledger
from tagledger.site.addresses import REPOSITORY
from tagledger.site.asked import Asked
from tagledger.site.kept import Kept
from tagledger.site.pages.absent import absent
from tagledger.site.parameters import name_behind, page_of, text_of
from tagledger.site.rendering import Pages

ON_A_PAGE = 100


@get(["/r", "/r/"])
async def repositories(asked: Asked, pages: Pages) -> Response[str]:
    """The repositories whose name has a text in it, by name."""
    containing = text_of(asked.request, "name")
    after = text_of(asked.request, "after") or None
    pattern = f"*{containing}*" if containing else "*"

    def listed(ledger: Ledger) -> Page[RepositorySummary]:
        return ledger.repositories(pattern, after=after, limit=ON_A_PAGE)

    found = await asked.ask(listed)
    return pages.page(
        "repositories.html",
        asked.request,
        found=found,
        containing=containing,
        after=after,
    )


@get("/r/{name:path}")
async def repository(
    asked: Asked, pages: Pages, kept: Kept, name: str
) -> Response[str]:
    """The tags of a repository, newest version first."""
    name = name_behind(asked.request, REPOSITORY)
    containing = text_of(asked.request, "tag")
    after = text_of(asked.request, "after") or None

    try:
        found = await repository_page(
            asked.ask,
            kept.orders,
            name,
            containing=containing,
            page=page_of(asked.request),
            after=after,
        )
    except (MalformedReference, NotObserved) as error:
        return await absent(asked, pages, kept, name, error)
    return pages.page(
        "repository.html",
        asked.request,
        found=found,
        containing=containing,
        after=after,
    )
