import gzip
from collections.abc import AsyncIterator

import pytest

from support.exchange import Answer, Fault, Reply, Request
from support.faults import gzip_encoded, with_headers
from support.images import random_image
from support.publishing import put_into
from support.registry import Registry
from tagledger.errors import InvalidAnswer, TagledgerError
from unit.sources.registry.reading import Reader, layer_descriptor

IMAGE = random_image(layers=1)


@pytest.fixture
async def registry() -> AsyncIterator[Registry]:
    """A registry with `IMAGE` as `a/b:1`."""
    async with Registry() as running:
        put_into(running, "a/b", IMAGE.published, "1")
        yield running


async def test_only_identity_is_asked_for(registry: Registry) -> None:
    """No request offers to take anything compressed."""
    async with Reader() as reader:
        await reader.observe(f"{registry.address}/a/b:1")
        await reader.tags(f"{registry.address}/a/b")

    encodings = {request.headers["Accept-Encoding"] for request in registry.requests}
    assert encodings == {"identity"}


@pytest.mark.parametrize("path", ["manifests", "blobs", "tags"])
async def test_a_compressed_answer_is_refused(registry: Registry, path: str) -> None:
    """An answer that would have to be unpacked is an invalid answer, for every kind of document."""
    registry.on("GET", f"/v2/a/b/{path}/*", gzip_encoded())
    async with Reader() as reader:
        with pytest.raises(InvalidAnswer, match="compressed"):
            await reader.everything(f"{registry.address}/a/b:1")


async def test_a_compressed_bomb_is_not_unpacked(registry: Registry) -> None:
    """A gigabyte of zeros in a megabyte is refused before it is unpacked."""
    registry.on("GET", "/v2/a/b/manifests/*", _bomb())
    async with Reader() as reader:
        with pytest.raises(TagledgerError, match="compressed"):
            await reader.observe(f"{registry.address}/a/b:1")


async def test_a_compressed_layer_is_refused(registry: Registry) -> None:
    """A layer's own compression is its content; one more of HTTP's is not."""
    layer = IMAGE.layers[0].blob
    registry.on("GET", "/v2/a/b/blobs/*", gzip_encoded())
    async with Reader() as reader:
        with pytest.raises(InvalidAnswer, match="compressed"):
            await reader.blob(
                f"{registry.address}/a/b:1", layer_descriptor(layer.content)
            )


async def test_identity_may_be_said(registry: Registry) -> None:
    """A header that says that there is no encoding is as good as none."""
    registry.on("GET", "*", with_headers(("Content-Encoding", "Identity")))
    async with Reader() as reader:
        snapshot = await reader.observe(f"{registry.address}/a/b:1")

    assert len(snapshot.images) == 1


def _bomb() -> Fault:
    packed = gzip.compress(b"\0" * 2**26, 9)

    async def fault(_request: Request, _answer: Answer) -> Reply:
        return Reply(headers=(("Content-Encoding", "gzip"),), body=packed)

    return fault
