import hashlib
from collections.abc import AsyncIterator

import pytest

from contract.places import IMAGE, Opened, Place
from support.memory_contents import snapshot_of
from support.saved_images import unpacked
from tagledger.errors import ContentNotHeld, NotFound, PlatformNotFound, SizeMismatch
from tagledger.model import media_types
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.platform import parse_platform
from tagledger.model.snapshot import Image, Snapshot
from tagledger.model.source import Wanted


@pytest.fixture
async def opened(place: Place) -> AsyncIterator[Opened]:
    """The source, and the name of the image in it."""
    source, name = place.open("1.0")
    yield source, name
    await source.aclose()


@pytest.fixture
async def snapshot(opened: Opened) -> Snapshot:
    """What the place says of the image."""
    source, name = opened
    return await source.observe(name, Wanted())


@pytest.fixture
async def expected() -> Image:
    """The image as it was published."""
    return (await snapshot_of(IMAGE.published)).images[0]


async def test_the_same_image_is_stated_everywhere(
    snapshot: Snapshot, expected: Image
) -> None:
    """Platform, config, steps and diff IDs are those that were published."""
    (image,) = snapshot.images

    assert expected.platform == image.platform
    assert expected.config == image.config
    assert expected.steps == image.steps
    assert expected.image_id == image.image_id
    assert list(IMAGE.diff_ids) == [layer.diff_id for layer in image.layers]
    assert len(expected.layers) == len(image.layers)


async def test_digests_are_those_published_or_not_stated(
    snapshot: Snapshot, place: Place
) -> None:
    """A place without manifests knows no manifest digest, and makes none up."""
    (image,) = snapshot.images
    blobs = [layer.blob for layer in IMAGE.layers]

    if place.keeps_manifests:
        assert snapshot.root is not None
        assert IMAGE.digest == snapshot.root.digest == image.digest
        assert [blob.digest for blob in blobs] == [
            layer.digest for layer in image.layers
        ]
        assert [blob.size_bytes for blob in blobs] == [
            layer.size_bytes for layer in image.layers
        ]
    else:
        assert snapshot.root is None
        assert image.digest is None
        assert {None} == {layer.digest for layer in image.layers}
    assert all(layer.transfer_size_bytes for layer in image.layers)
    assert {None} == {layer.last_modified for layer in image.layers}


async def test_all_documents_are_held_and_verified(
    snapshot: Snapshot, place: Place
) -> None:
    """Their bytes are those published, hash to their digests, and count as read."""
    expected = {IMAGE.config.digest: IMAGE.config.content}
    if place.keeps_manifests:
        expected[IMAGE.digest] = IMAGE.manifest.content

    assert expected == {
        digest: document.content for digest, document in snapshot.documents.items()
    }
    assert {Evidence.READ} == {
        snapshot.evidence(digest) for digest in snapshot.documents
    }


async def test_the_record_says_where_and_when(snapshot: Snapshot) -> None:
    """The place as a person would write it, and a moment with a time zone."""
    assert ":" in snapshot.source
    assert snapshot.observed_at.tzinfo is not None
    assert not snapshot.is_absent
    assert "1.0" == snapshot.reference.tag


async def test_a_name_that_is_not_there_is_not_found(place: Place) -> None:
    """Every place says so with the same error."""
    source, name = place.open("no-such-tag")

    with pytest.raises(NotFound):
        await source.observe(name, Wanted())
    await source.aclose()


async def test_a_platform_that_is_not_there_lists_what_there_is(
    opened: Opened,
) -> None:
    """The error names the platforms that are published."""
    source, name = opened
    wanted = Wanted(platforms=(parse_platform("windows/amd64"),))

    with pytest.raises(PlatformNotFound) as caught:
        await source.observe(name, wanted)
    assert ("linux/arm64/v8",) == caught.value.available


async def test_a_platform_that_is_there_is_kept(opened: Opened) -> None:
    """The filter is applied to what the config says, too."""
    source, name = opened
    wanted = Wanted(platforms=(parse_platform("linux/arm64"),))

    assert 1 == len((await source.observe(name, wanted)).images)


async def test_configs_and_manifests_are_given_to_the_byte(
    opened: Opened, place: Place
) -> None:
    """A place without manifests says that it never has any."""
    source, name = opened
    config = Descriptor(
        IMAGE.config.media_type,
        Digest(IMAGE.config.digest),
        IMAGE.config.size_bytes,
    )
    manifest = Descriptor(
        media_types.OCI_MANIFEST, Digest(IMAGE.digest), IMAGE.manifest.size_bytes
    )

    assert IMAGE.config.content == await source.content(name, config)
    if place.keeps_manifests:
        assert IMAGE.manifest.content == await source.content(name, manifest)
    else:
        with pytest.raises(ContentNotHeld):
            await source.content(name, manifest)


async def test_a_document_of_another_size_than_announced_is_refused(
    opened: Opened,
) -> None:
    """Its bytes are the right ones, and what pointed to them was wrong."""
    source, name = opened
    config = Descriptor(IMAGE.config.media_type, Digest(IMAGE.config.digest), 7)

    with pytest.raises(SizeMismatch):
        await source.content(name, config)


def asked_layer(place: Place, number: int) -> tuple[Descriptor, bytes]:
    """A layer as it is asked for, and its bytes: the plain tar where no other digest is known."""
    layer = IMAGE.layers[number]
    if place.keeps_manifests:
        blob = layer.blob
        return (
            Descriptor(blob.media_type, Digest(blob.digest), blob.size_bytes),
            blob.content,
        )
    tar = unpacked(IMAGE)[number]
    return Descriptor(media_types.OCTET_STREAM, Digest(layer.diff_id), len(tar)), tar


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("offset", [0, 100])
async def test_layers_are_given_from_any_offset_on(
    number: int, offset: int, opened: Opened, place: Place
) -> None:
    """In order and to the end, whatever was read before."""
    source, name = opened
    descriptor, content = asked_layer(place, number)

    chunks = source.blob(name, descriptor, offset=offset)
    received = b"".join([chunk async for chunk in chunks])

    assert (
        hashlib.sha256(content[offset:]).digest() == hashlib.sha256(received).digest()
    )


async def test_bytes_that_are_not_there_are_not_found(opened: Opened) -> None:
    """By digest, for documents and for layers."""
    source, name = opened
    missing = Descriptor(
        media_types.OCI_CONFIG, Digest.of(b"nobody published this"), 21
    )

    with pytest.raises(NotFound):
        await source.content(name, missing)
    with pytest.raises(NotFound):
        await anext(aiter(source.blob(name, missing)))


async def test_tags_are_listed(opened: Opened) -> None:
    """The repository of the image has one tag everywhere."""
    source, name = opened

    assert ["1.0"] == [tag async for tag in source.tags(name)]


async def test_a_source_may_be_closed_twice(place: Place) -> None:
    """And without having been asked anything."""
    source, _ = place.open("1.0")

    await source.aclose()
    await source.aclose()
