from collections.abc import AsyncIterator

import pytest

from support.blobs import Json
from support.exchange import Reply, json_reply
from support.faults import endless_links, link, replying, times, with_headers
from support.foreign_host import ForeignHost
from support.images import random_image
from support.publishing import put_into
from support.registry import Registry
from tagledger.errors import InvalidAnswer, RepositoryNotFound, TooLarge, UnsafeAddress
from tagledger.sources.registry.pages import MAX_PAGES, MAX_TAGS
from unit.sources.registry.reading import Reader

TAGS = ["a", "b", "c", "d", "e"]


@pytest.fixture
async def registry() -> AsyncIterator[Registry]:
    """A registry that gives the tags of `a/b` in pages of two."""
    async with Registry(page_size=2) as running:
        for tag in TAGS:
            put_into(running, "a/b", random_image().published, tag)
        yield running


async def test_all_pages_are_read(registry: Registry) -> None:
    """The tags of all pages come in order, each page asked for once."""
    async with Reader() as reader:
        tags = await reader.tags(f"{registry.address}/a/b")

    assert tags == TAGS
    assert len(registry.requests) == 3


async def test_tags_come_before_the_last_page(registry: Registry) -> None:
    """Whoever needs few tags asks for few pages."""
    async with Reader() as reader:
        async for _ in reader.source.tags(
            (await reader.observe(f"{registry.address}/a/b:a")).reference
        ):
            break

    assert len(registry.asked("GET", "*/tags/list")) == 1


async def test_a_page_on_another_origin_is_not_asked_for(registry: Registry) -> None:
    """A link to another origin is refused, and nobody there is asked (CVE-2026-85732)."""
    async with ForeignHost() as foreign, Reader() as reader:
        registry.on("GET", "*/tags/list", link(f"{foreign.url}/v2/a/b/tags/list?n=1"))
        with pytest.raises(UnsafeAddress):
            await reader.tags(f"{registry.address}/a/b")

    assert foreign.requests == []


async def test_a_link_leads_to_no_other_repository(registry: Registry) -> None:
    """Only the query of a link is used: the next page is of the same repository."""
    registry.on("GET", "*/tags/list", times(1, link("/v2/other/secret?last=d")))
    async with Reader() as reader:
        tags = await reader.tags(f"{registry.address}/a/b")

    assert tags == ["a", "b", "e"]
    assert registry.lines[1] == "GET /v2/a/b/tags/list?last=d"


async def test_pages_in_a_circle_are_seen(registry: Registry) -> None:
    """A page that was there before ends the reading (CVE-2026-85732)."""
    registry.on("GET", "*/tags/list", link("/v2/a/b/tags/list?n=1&last=a"))
    async with Reader() as reader:
        with pytest.raises(InvalidAnswer, match="circle"):
            await reader.tags(f"{registry.address}/a/b")

    assert len(registry.requests) == 2


async def test_pages_without_end_are_not_read_on(registry: Registry) -> None:
    """There is a most number of pages."""
    registry.on("GET", "*/tags/list", endless_links())
    async with Reader() as reader:
        with pytest.raises(TooLarge):
            await reader.tags(f"{registry.address}/a/b")

    assert len(registry.requests) == MAX_PAGES


async def test_tags_without_end_are_not_read_on(registry: Registry) -> None:
    """A repository has a most number of tags, however few pages they come in."""
    page = json_reply({"name": "a/b", "tags": ["a"] * (MAX_TAGS + 1)})
    registry.on("GET", "*/tags/list", replying(page))
    async with Reader() as reader:
        with pytest.raises(TooLarge, match="tags"):
            await reader.tags(f"{registry.address}/a/b")


async def test_the_address_of_a_page_is_bounded(registry: Registry) -> None:
    """A link of thousands of characters is refused."""
    registry.on("GET", "*/tags/list", link(f"/v2/a/b/tags/list?last={'x' * 2000}"))
    async with Reader() as reader:
        with pytest.raises(InvalidAnswer, match="too long"):
            await reader.tags(f"{registry.address}/a/b")


@pytest.mark.parametrize("document", [{"name": "a/b", "tags": None}, {"name": "a/b"}])
async def test_no_tags_may_be_written_as_null(
    registry: Registry, document: dict[str, Json]
) -> None:
    """A repository without tags has an empty list, whichever way that is said."""
    registry.on("GET", "*/tags/list", replying(json_reply(document)))
    async with Reader() as reader:
        assert await reader.tags(f"{registry.address}/a/b") == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"tags":["../x"]}',
        b'{"tags":["\\u001b[2J"]}',
        b'{"tags":[1]}',
        b'{"tags":"a"}',
        b"[]",
        b"<html>",
        b'{"tags":' + b"[" * 100_000,
        b"\xff",
    ],
)
async def test_what_is_no_list_of_tags_is_refused(
    registry: Registry, body: bytes
) -> None:
    """Names that are no tags, and documents that are no lists, are an invalid answer."""
    registry.on("GET", "*/tags/list", replying(Reply(body=body)))
    async with Reader() as reader:
        with pytest.raises(InvalidAnswer) as caught:
            await reader.tags(f"{registry.address}/a/b")

    assert "\x1b" not in str(caught.value)


async def test_a_missing_repository_has_no_tags_at_all(registry: Registry) -> None:
    """404 is a missing repository, not an empty one."""
    async with Reader() as reader:
        with pytest.raises(RepositoryNotFound):
            await reader.tags(f"{registry.address}/no/such")


async def test_a_link_that_is_no_address_is_refused(registry: Registry) -> None:
    """A link with spaces or control characters is an invalid answer."""
    registry.on(
        "GET", "*/tags/list", with_headers(("Link", '<http://[x y>; rel="next"'))
    )
    async with Reader() as reader:
        with pytest.raises(InvalidAnswer):
            await reader.tags(f"{registry.address}/a/b")
