"""Where the feeds are: of a tag, a repository, the whole ledger, and a search."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import Response, get

from tagledger.errors import NothingToSearch
from tagledger.flows.feeds import (
    Items,
    items_of_changes,
    items_of_search,
    items_of_tag,
)
from tagledger.ledger.answers import Search
from tagledger.ledger.protocol import Ledger
from tagledger.model.reference import parse_repository
from tagledger.site.addresses import FEED, HISTORY, REPOSITORY, SEARCH
from tagledger.site.answers import content
from tagledger.site.asked import AnyRequest, Asked
from tagledger.site.feeds.atom import MEDIA_TYPE, Place, write_feed
from tagledger.site.host import base_of, path_of
from tagledger.site.kept import Kept
from tagledger.site.parameters import SOUGHT, name_behind, search_of
from tagledger.site.rendering import link

BEFORE = "before"
"""The parameter that asks for older entries; `next` of a page has it."""


@get("/feed/tag/{name:path}")
async def tag_feed(asked: Asked, kept: Kept, name: str) -> Response[Any]:
    """Each state of a name is an entry, with what changed in words."""
    name, before = name_behind(asked.request, f"{FEED}tag/"), _before(asked.request)

    async def told(ledger: Ledger) -> Items:
        return await items_of_tag(ledger, kept.tellings, name, before=before)

    found = await asked.follow(told)
    # The name as the ledger has it: one feed, however it is written.
    known = name if found.name is None else found.name.familiar
    return _sent(asked.request, found, f"tag {found.name}", known, f"{HISTORY}{known}")


@get("/feed/repository/{name:path}")
async def repository_feed(asked: Asked, kept: Kept, name: str) -> Response[Any]:
    """Each change of a tag of the repository is an entry."""
    request = asked.request
    name = name_behind(request, f"{FEED}repository/")
    repository = parse_repository(name)

    async def told(ledger: Ledger) -> Items:
        return await items_of_changes(
            ledger, kept.tellings, repository, before=_before(request)
        )

    found = await asked.follow(told)
    title = repository.familiar_name
    about = f"repository {repository.name}"
    return _sent(request, found, about, title, f"{REPOSITORY}{title}")


@get("/feed/all")
async def whole_feed(asked: Asked, kept: Kept) -> Response[Any]:
    """Each change of the whole ledger is an entry."""

    async def told(ledger: Ledger) -> Items:
        return await items_of_changes(
            ledger, kept.tellings, before=_before(asked.request)
        )

    found = await asked.follow(told)
    return _sent(asked.request, found, "all", "What changed", "/")


@get("/feed/search")
async def search_feed(asked: Asked) -> Response[Any]:
    """Each image that a search finds is an entry, with the step that fits."""
    request = asked.request
    wanted = search_of(request)
    if wanted == Search():
        raise NothingToSearch

    def told(ledger: Ledger) -> Items:
        return items_of_search(ledger, wanted, before=_before(request))

    found = await asked.ask(told)
    given = _given(request)
    query = urlencode(sorted(given.items()))
    title = wanted.words or wanted.exact or query
    page = link("", SEARCH, **{**given, "kind": "steps"})
    return _sent(request, found, f"search {query}", f"Images with {title}", page)


def _before(request: AnyRequest) -> str | None:
    return request.query_params.get(BEFORE)


def _given(request: AnyRequest) -> dict[str, str]:
    """What is searched for, as it is written in the address."""
    return {
        name: str(value)
        for name, value in request.query_params.items()
        if name in SOUGHT and value
    }


def _sent(
    request: AnyRequest, items: Items, about: str, title: str, page: str
) -> Response[Any]:
    base, given = base_of(request), _given(request)
    before = _before(request)

    def at(cursor: str | None) -> str:
        return link(base, path_of(request), **given, **{BEFORE: cursor})

    place = Place(
        base=base,
        about=about,
        title=f"{title} · Tagledger",
        itself=at(before),
        first=at(None),
        page=f"{base}{page}" if "?" in page else link(base, page),
        following=None if items.more is None else at(items.more),
    )
    return content(request, write_feed(place, items), MEDIA_TYPE)
