"""The tags of a repository, page after page."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
from multidict import CIMultiDict

from tagledger.errors import (
    InvalidAnswer,
    MalformedReference,
    RepositoryNotFound,
    TooLarge,
    UnsafeAddress,
)
from tagledger.model.reference import parse_tag
from tagledger.sources.registry.answers import Answer, refusal
from tagledger.sources.registry.client import RegistryClient
from tagledger.sources.registry.links import next_link
from tagledger.sources.registry.named_urls import parse_named_url
from tagledger.sources.registry.repository import Repository

PAGE_SIZE = 1_000
"""Tags asked for at once; a registry may give fewer, or all."""

MAX_PAGE_BYTES = 16 * 1024 * 1024
MAX_PAGES = 5_000
MAX_TAGS = 1_000_000
"""Most tags taken; the largest known repositories have some ten thousand."""

MAX_QUERY_LENGTH = 1_000

_HEADERS = CIMultiDict(Accept="application/json")


class _Page(msgspec.Struct):
    tags: list[str] | None = None


async def list_tags(
    client: RegistryClient, repository: Repository
) -> AsyncIterator[str]:
    """The tags, as they come.

    Raises RepositoryNotFound, InvalidAnswer, TooLarge, or UnsafeAddress for a next page
    on another origin (CVE-2026-85732).
    """
    query = f"n={PAGE_SIZE}"
    seen = {query}
    count = 0
    for _ in range(MAX_PAGES):
        answer = await client.ask(
            "GET", repository, f"tags/list?{query}", _HEADERS, limit=MAX_PAGE_BYTES
        )
        for tag in _tags_of(answer, repository):
            count += 1
            if count > MAX_TAGS:
                raise TooLarge(f"the tags of {repository.name}", MAX_TAGS, "tags")
            yield tag
        following = next_link(answer.headers.getall("Link", []))
        if following is None:
            return
        query = _query_of(following, answer)
        if query in seen:
            raise InvalidAnswer(str(answer.url), "the pages of tags lead in a circle")
        seen.add(query)
    raise TooLarge(f"the tags of {repository.name}", MAX_PAGES, "pages")


def _tags_of(answer: Answer, repository: Repository) -> list[str]:
    if answer.status == 404:
        raise RepositoryNotFound(repository.name)
    if answer.status != 200:
        raise refusal(answer, repository.name)
    try:
        tags = msgspec.json.decode(answer.body, type=_Page).tags or []
        return [parse_tag(tag) for tag in tags]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise InvalidAnswer(str(answer.url), "not a list of tags") from exc
    except MalformedReference as exc:
        problem = f"it lists what is no tag: {exc.text[:60]!r}"
        raise InvalidAnswer(str(answer.url), problem) from exc


def _query_of(target: str, answer: Answer) -> str:
    """The query of the next page.

    Nothing else of a link is used, so that none leads out of the repository.
    """
    url = parse_named_url(target, answer.url)
    if url.origin() != answer.url.origin():
        raise UnsafeAddress(str(url), "the next page of tags is on another origin")
    if len(url.raw_query_string) > MAX_QUERY_LENGTH:
        raise InvalidAnswer(str(answer.url), "the next page has too long an address")
    return url.raw_query_string
