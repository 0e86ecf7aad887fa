from collections.abc import AsyncIterator

import pytest

from support.exchange import Reply
from support.faults import (
    replying,
    reset_after,
    status,
    times,
    truncated,
    with_headers,
    wrong_bytes,
)
from support.registry import Registry
from tagledger.errors import (
    BlobNotFound,
    ConnectionFailed,
    DigestMismatch,
    InvalidAnswer,
    RateLimited,
    SizeMismatch,
)
from tagledger.sources.registry.layers import PROGRESS_BYTES
from unit.sources.registry.reading import Reader, layer_descriptor

CONTENT = bytes(range(256)) * 1000
LAYER = layer_descriptor(CONTENT)


@pytest.fixture
async def registry() -> AsyncIterator[Registry]:
    """A registry with `CONTENT` as a blob of `a/b`."""
    async with Registry() as running:
        running.put_blob("a/b", CONTENT)
        yield running


@pytest.fixture
def name(registry: Registry) -> str:
    """The repository's name."""
    return f"{registry.address}/a/b:1"


@pytest.mark.parametrize("offset", [0, 1, 255_999])
async def test_a_layer_is_streamed_from_any_byte_on(
    registry: Registry, name: str, offset: int
) -> None:
    """Only the bytes from the offset on are asked for."""
    async with Reader() as reader:
        content = await reader.blob(name, LAYER, offset)

    asked = [request.headers.get("Range") for request in registry.requests]
    assert content == CONTENT[offset:]
    assert asked == ([f"bytes={offset}-"] if offset else [None])


async def test_what_is_complete_is_not_asked_for(registry: Registry, name: str) -> None:
    """From the end on there is nothing to ask."""
    async with Reader() as reader:
        content = await reader.blob(name, LAYER, len(CONTENT))

    assert content == b""
    assert registry.requests == []


async def test_the_end_is_found_where_the_size_is_not_known(name: str) -> None:
    """A registry's 416 at the very end says that there is no more."""
    async with Reader() as reader:
        unsized = layer_descriptor(CONTENT, size_bytes=None)
        content = await reader.blob(name, unsized, len(CONTENT))

    assert content == b""


async def test_an_offset_past_the_end_is_an_invalid_answer(name: str) -> None:
    """There is nothing to continue where the blob is shorter than what is held."""
    async with Reader() as reader:
        unsized = layer_descriptor(CONTENT, size_bytes=None)
        with pytest.raises(InvalidAnswer):
            await reader.blob(name, unsized, len(CONTENT) + 1)


async def test_a_registry_that_ignores_ranges_is_coped_with(
    registry: Registry, name: str
) -> None:
    """What comes before the offset is thrown away."""
    registry.on("GET", "*", replying(Reply(body=CONTENT)))
    async with Reader() as reader:
        content = await reader.blob(name, LAYER, 1000)

    assert content == CONTENT[1000:]


@pytest.mark.parametrize(
    "content_range", ["bytes 5-9/10", "bytes */10", "lines 1000-2000/3000", "x" * 5000]
)
async def test_another_part_than_asked_for_is_refused(
    registry: Registry, name: str, content_range: str
) -> None:
    """A part that begins elsewhere would end up at the wrong place of a file."""
    registry.on("GET", "*", with_headers(("Content-Range", content_range)))
    async with Reader() as reader:
        with pytest.raises(InvalidAnswer, match="part"):
            await reader.blob(name, LAYER, 1000)


async def test_a_broken_connection_is_continued(registry: Registry, name: str) -> None:
    """The rest is asked for from where the connection broke."""
    registry.on("GET", "*", times(2, reset_after(100_000)))
    async with Reader() as reader:
        content = await reader.blob(name, LAYER)

    asked = [request.headers.get("Range") for request in registry.requests]
    assert content == CONTENT
    assert len(asked) == 3
    assert asked[0] is None


async def test_connections_that_keep_breaking_are_given_up(
    registry: Registry, name: str
) -> None:
    """Without a megabyte of progress patience ends."""
    registry.on("GET", "*", truncated(10))
    async with Reader() as reader:
        with pytest.raises(ConnectionFailed):
            await reader.blob(name, LAYER)

    assert len(registry.requests) == 4


async def test_progress_renews_patience(name: str, registry: Registry) -> None:
    """A large layer may break more often than a small one."""
    content = bytes(PROGRESS_BYTES * 6)
    registry.put_blob("a/b", content)
    registry.on("GET", "*", times(5, truncated(PROGRESS_BYTES)))
    async with Reader() as reader:
        received = await reader.blob(name, layer_descriptor(content))

    assert content == received
    assert len(registry.requests) == 6


async def test_a_layer_of_other_bytes_is_told_at_the_end(
    registry: Registry, name: str
) -> None:
    """Read from the start, a layer is held against its digest."""
    registry.on("GET", "*", wrong_bytes(b"x" * len(CONTENT)))
    async with Reader() as reader:
        with pytest.raises(DigestMismatch):
            await reader.blob(name, LAYER)


@pytest.mark.parametrize("size", [1000, 300_000])
async def test_a_layer_of_another_size_is_told(
    registry: Registry, name: str, size: int
) -> None:
    """Fewer and more bytes than the descriptor says are both an error."""
    registry.on("GET", "*", wrong_bytes(b"x" * size))
    async with Reader() as reader:
        with pytest.raises(SizeMismatch):
            await reader.blob(name, LAYER)


async def test_more_bytes_than_announced_are_never_passed_on(
    registry: Registry, name: str
) -> None:
    """Whoever writes to a disk gets no more than the descriptor says."""
    registry.on("GET", "*", wrong_bytes(b"x" * 10_000_000))
    received: list[bytes] = []
    async with Reader() as reader:
        chunks = reader.source.blob(reader.name(name), LAYER)
        with pytest.raises(SizeMismatch):
            await _drain(chunks, received)

    assert sum(map(len, received)) <= len(CONTENT)


async def test_an_empty_blob_is_read_and_verified(
    registry: Registry, name: str
) -> None:
    """No bytes have a digest, too."""
    registry.put_blob("a/b", b"")
    async with Reader() as reader:
        assert await reader.blob(name, layer_descriptor(b"")) == b""


async def test_a_missing_layer_is_named(name: str) -> None:
    """404 is a missing blob."""
    async with Reader() as reader:
        with pytest.raises(BlobNotFound):
            await reader.blob(name, layer_descriptor(b"none"))


async def test_a_limit_is_waited_for(registry: Registry, name: str) -> None:
    """A layer whose registry has had enough comes later, if that is soon."""
    registry.on("GET", "*", times(1, status(429, ("Retry-After", "3"))))
    async with Reader() as reader:
        content = await reader.blob(name, LAYER)

    assert content == CONTENT
    assert 3 <= reader.world.pauses[0] < 4


async def test_a_long_limit_is_told(registry: Registry, name: str) -> None:
    """Nobody waits for hours without being told."""
    registry.on("GET", "*", status(429, ("Retry-After", "7200")))
    async with Reader() as reader:
        with pytest.raises(RateLimited):
            await reader.blob(name, LAYER)

    assert reader.world.pauses == []


async def test_a_reader_may_stop_early(registry: Registry, name: str) -> None:
    """Who has seen enough leaves nothing open, and the source still works."""
    async with Reader() as reader:
        async for _ in reader.source.blob(reader.name(name), LAYER):
            break
        assert await reader.blob(name, LAYER, 255_990) == CONTENT[255_990:]

    assert len(registry.requests) == 2


async def _drain(chunks: AsyncIterator[bytes], into: list[bytes]) -> None:
    async for chunk in chunks:
        into.append(chunk)  # noqa: PERF401 - what came before an error counts
