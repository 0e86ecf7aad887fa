from collections.abc import AsyncIterator

import pytest

from support.exchange import Reply
from support.faults import endless, replying, slow_body, status
from support.images import random_image
from support.publishing import put_into
from support.registry import Registry
from tagledger.errors import AccessDenied, TimedOut, TooLarge
from tagledger.model.config import MAX_CONFIG_BYTES
from tagledger.model.manifest import MAX_MANIFEST_BYTES
from unit.sources.registry.reading import Reader

IMAGE = random_image(layers=1)


@pytest.fixture
async def registry() -> AsyncIterator[Registry]:
    """A registry with `IMAGE` as `a/b:1`."""
    async with Registry() as running:
        put_into(running, "a/b", IMAGE.published, "1")
        yield running


@pytest.mark.parametrize("path", ["manifests", "blobs", "tags"])
async def test_a_document_without_end_is_not_read_on(
    registry: Registry, path: str
) -> None:
    """Reading stops at the limit, though no length was announced."""
    registry.on("GET", f"/v2/a/b/{path}/*", endless())
    async with Reader() as reader:
        with pytest.raises(TooLarge):
            await reader.everything(f"{registry.address}/a/b:1")


@pytest.mark.parametrize(
    ("path", "limit"), [("manifests", MAX_MANIFEST_BYTES), ("blobs", MAX_CONFIG_BYTES)]
)
async def test_a_document_announced_as_too_large_is_not_read(
    registry: Registry, path: str, limit: int
) -> None:
    """The announced length alone is enough to refuse."""
    reply = Reply(declared_size_bytes=limit + 1)
    registry.on("GET", f"/v2/a/b/{path}/*", replying(reply))
    async with Reader() as reader:
        with pytest.raises(TooLarge):
            await reader.observe(f"{registry.address}/a/b:1")


async def test_an_error_without_end_is_not_read_on(registry: Registry) -> None:
    """The text of an error is looked at only so far."""
    registry.on("GET", "*", endless())
    registry.on("GET", "*", status(403))
    async with Reader() as reader:
        with pytest.raises(AccessDenied):
            await reader.observe(f"{registry.address}/a/b:1")


async def test_a_document_in_drops_takes_only_so_long(registry: Registry) -> None:
    """The time for a document is that for all of it, not for each drop."""
    registry.on("GET", "*", slow_body(pause_seconds=0.05))
    async with Reader(timeout_seconds=0.3) as reader:
        with pytest.raises(TimedOut):
            await reader.observe(f"{registry.address}/a/b:1")
