"""Search: straight to what is named, else images by their steps and settings."""

from __future__ import annotations

from itertools import groupby

import msgspec
from litestar import Response, get
from litestar.response import Redirect

from tagledger.errors import LedgerTooSlow, MalformedPlatform
from tagledger.flows.find import SearchFindings, find_images
from tagledger.flows.marking import Piece, marked
from tagledger.flows.seek import MAX_DIGESTS, Kind, Sought, seek
from tagledger.ledger.answers import Found, Hit, Search
from tagledger.ledger.protocol import Ledger
from tagledger.site.addresses import digest_path, repository_path, tag_path
from tagledger.site.asked import Asked
from tagledger.site.parameters import (
    page_of,
    search_of,
    text_of,
    with_parameters,
)
from tagledger.site.rendering import Pages

ON_A_PAGE = 40

FILTERS = ("env", "label", "platform", "repo", "since", "until")


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Images with the same step: the hits of each, which are its names."""

    pieces: tuple[Piece, ...] | None
    images: tuple[tuple[Hit, ...], ...]


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    sought: Sought | None = None
    digests: tuple[Found, ...] = ()
    findings: SearchFindings | None = None


@get("/search")
async def search(asked: Asked, pages: Pages) -> Response[str] | Redirect:
    """A redirect to the one thing that is named, or a page of results."""
    request = asked.request
    query = text_of(request, "q")
    kind = text_of(request, "kind")
    is_filtered = any(text_of(request, name) for name in FILTERS)
    wanted = search_of(request)
    page = page_of(request)
    problem, status = "", 200
    answer = _Answer()

    def find(ledger: Ledger) -> _Answer:
        sought = seek(ledger, query) if query and kind != "steps" else None
        if sought is not None and not is_filtered and sought.kind is not Kind.WORDS:
            known = [ledger.find(item) for item in sought.digests]
            digests = tuple(item for item in known if item is not None)
            return _Answer(sought=sought, digests=digests)
        findings = None
        if wanted != Search():
            findings = find_images(ledger, wanted, limit=ON_A_PAGE, page=page)
        return _Answer(sought=sought, findings=findings)

    try:
        answer = await asked.ask(find)
    except LedgerTooSlow:
        problem, status = "slow", 503
    except MalformedPlatform as error:
        problem, status = str(error), 400
    target = _only(answer)
    if target is not None:
        return Redirect(pages.address(request, target), status_code=303)
    return pages.page(
        "search.html",
        request,
        status=status,
        query=query,
        kind=kind,
        page=page,
        answer=answer,
        groups=_groups(answer, wanted),
        problem=problem,
        is_filtered=is_filtered,
        more_digests=len(answer.digests) > MAX_DIGESTS,
        before=with_parameters(request, page=page - 1) if page > 1 else None,
        after=with_parameters(request, page=page + 1)
        if answer.findings and answer.findings.has_more
        else None,
        given={name: text_of(request, name) for name in (*FILTERS, "exact")},
    )


def _only(answer: _Answer) -> str | None:
    """Where to go, if exactly one thing is named."""
    sought = answer.sought
    if sought is None:
        return None
    if sought.kind is Kind.DIGEST and len(sought.digests) == 1:
        return digest_path(sought.digests[0])
    if sought.kind is Kind.TAG and sought.reference is not None:
        return tag_path(sought.reference)
    if sought.kind is Kind.REPOSITORY and sought.reference is not None:
        return repository_path(sought.reference)
    return None


def _groups(answer: _Answer, wanted: Search) -> list[Group]:
    if answer.findings is None:
        return []
    groups = []
    for step, hits in groupby(answer.findings.hits, key=lambda hit: hit.step):
        images = [
            tuple(names)
            for _, names in groupby(hits, key=lambda hit: (hit.manifest, hit.platform))
        ]
        pieces = None if step is None else marked(step, wanted.words, wanted.exact)
        groups.append(Group(pieces=pieces, images=tuple(images)))
    return groups
