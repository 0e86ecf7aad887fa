from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from support.exchange import Reply
from support.faults import (
    replying,
    status,
    with_headers,
    without_headers,
    wrong_bytes,
    wrong_digest_header,
)
from support.images import Entry, index_of, random_image
from support.kinds import KINDS
from support.publishing import put_into
from support.registry import Registry
from tagledger.errors import (
    AccessDenied,
    AuthenticationRequired,
    BlobNotFound,
    DigestMismatch,
    InvalidAnswer,
    MalformedReference,
    ManifestNotFound,
    RepositoryNotFound,
    TagledgerError,
    TagNotFound,
)
from tagledger.model.reference import Reference, parse_reference
from tagledger.model.source import Wanted
from tagledger.sources.registry.options import RegistryOptions
from tagledger.sources.registry.source import open_registry
from unit.sources.registry.reading import DATED, Reader

MOMENT = datetime(2019, 11, 13, 14, 48, 55, tzinfo=UTC)
INDEX = index_of(
    [
        random_image(seed=seed, layers=2, arch=arch)
        for seed, arch in ((1, "amd64"), (2, "arm64"))
    ]
)


@pytest.fixture
async def registry() -> AsyncIterator[Registry]:
    """A registry that holds `INDEX` as `a/b:1`."""
    async with Registry() as running:
        put_into(running, "a/b", INDEX, "1", last_modified=MOMENT)
        yield running


async def test_no_more_is_asked_than_the_answer_needs(registry: Registry) -> None:
    """P platforms and L layers take one request for the root, P manifests, P configs and L heads."""
    async with Reader() as reader:
        await reader.observe(f"{registry.address}/a/b:1", DATED)

    assert len(registry.asked("GET", "/v2/a/b/manifests/*")) == 1 + 2
    assert len(registry.asked("GET", "/v2/a/b/blobs/*")) == 2
    assert len(registry.asked("HEAD", "/v2/a/b/blobs/*")) == 4
    assert len(registry.requests) == 1 + 2 + 2 + 4


async def test_dates_are_asked_for_only_when_they_are_wanted(
    registry: Registry,
) -> None:
    """Without layer dates no layer is asked about."""
    async with Reader() as reader:
        await reader.observe(f"{registry.address}/a/b:1")

    assert registry.asked("HEAD") == []


async def test_a_snapshot_holds_the_bytes_as_they_came(registry: Registry) -> None:
    """Root, manifests and configs are kept byte for byte, and layers have their dates."""
    async with Reader() as reader:
        snapshot = await reader.observe(f"{registry.address}/a/b:1", DATED)

    assert snapshot.root is not None
    assert INDEX.root.digest == snapshot.root.digest
    assert {blob.digest: blob.content for blob in INDEX.manifests} == {
        digest: document.content
        for digest, document in snapshot.documents.items()
        if digest in {blob.digest for blob in INDEX.manifests}
    }
    assert {MOMENT} == {
        layer.last_modified for image in snapshot.images for layer in image.layers
    }


async def test_a_digest_is_asked_for_as_it_is(registry: Registry) -> None:
    """A name with tag and digest is asked for by its digest."""
    async with Reader() as reader:
        snapshot = await reader.observe(
            f"{registry.address}/a/b:other@{INDEX.root.digest}"
        )

    assert f"GET /v2/a/b/manifests/{INDEX.root.digest}" == registry.lines[0]
    assert snapshot.root is not None
    assert INDEX.root.digest == snapshot.root.digest


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_manifest_can_be_read(kind: str) -> None:
    """A registry serves each kind of manifest there is, by tag."""
    published = KINDS[kind]()
    async with Registry() as registry, Reader() as reader:
        put_into(registry, "a/b", published, "1")
        snapshot = await reader.observe(f"{registry.address}/a/b:1")

    assert snapshot.root is not None
    assert published.root.digest == snapshot.root.digest


async def test_a_sparse_child_is_stated_as_missing() -> None:
    """A child that the registry answers with 404 is an entry of its own kind."""
    missing = random_image(seed=3, arch="s390x")
    index = index_of(
        [
            random_image(seed=1),
            Entry(missing.published, missing.platform, is_held=False),
        ]
    )
    async with Registry() as registry, Reader() as reader:
        put_into(registry, "a/b", index, "1")
        snapshot = await reader.observe(f"{registry.address}/a/b:1")

    assert [missing.digest] == [entry.digest for entry in snapshot.missing]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("a/b:none", TagNotFound),
        ("a/none:1", RepositoryNotFound),
        (f"a/b@sha256:{'0' * 64}", ManifestNotFound),
    ],
)
async def test_what_is_missing_is_named(
    registry: Registry, name: str, error: type[TagledgerError]
) -> None:
    """A missing tag, repository and manifest are three different answers."""
    async with Reader() as reader:
        with pytest.raises(error):
            await reader.observe(f"{registry.address}/{name}")


async def test_a_missing_config_is_an_error(registry: Registry) -> None:
    """A registry without the config that a manifest names cannot be read."""
    registry.on("GET", "/v2/a/b/blobs/*", status(404))
    async with Reader() as reader:
        with pytest.raises(BlobNotFound):
            await reader.observe(f"{registry.address}/a/b:1")


@pytest.mark.parametrize(
    ("code", "error"),
    [(401, AuthenticationRequired), (403, AccessDenied), (418, InvalidAnswer)],
)
async def test_a_refusal_is_told_by_its_kind(
    registry: Registry, code: int, error: type[TagledgerError]
) -> None:
    """401 without a challenge, 403 and an unknown status each have an error of their own."""
    registry.on("GET", "/v2/*", status(code))
    async with Reader() as reader:
        with pytest.raises(error):
            await reader.observe(f"{registry.address}/a/b:1")


async def test_what_a_server_says_of_an_error_is_not_repeated(
    registry: Registry,
) -> None:
    """An error's text holds nothing of the server's own words, escapes and secrets included."""
    registry.on("GET", "/v2/*", status(403, message="\x1b[2Jtoken=hunter2"))
    async with Reader() as reader:
        with pytest.raises(AccessDenied) as caught:
            await reader.observe(f"{registry.address}/a/b:1")

    assert "hunter2" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


async def test_other_bytes_under_the_right_digest_are_refused(
    registry: Registry,
) -> None:
    """Bytes are held against the digest asked for, whatever the header says (CVE-2025-24882)."""
    registry.on("GET", "/v2/a/b/manifests/*", wrong_bytes())
    async with Reader() as reader:
        with pytest.raises(DigestMismatch):
            await reader.observe(f"{registry.address}/a/b@{INDEX.root.digest}")


async def test_a_header_that_names_another_digest_is_refused(
    registry: Registry,
) -> None:
    """What a tag's answer says of its digest must be true."""
    registry.on("GET", "/v2/a/b/manifests/1", wrong_digest_header())
    async with Reader() as reader:
        with pytest.raises(DigestMismatch):
            await reader.observe(f"{registry.address}/a/b:1")


async def test_a_digest_header_out_of_grammar_is_refused(registry: Registry) -> None:
    """A header that is no digest is an invalid answer (CVE-2024-3727)."""
    registry.on("GET", "/v2/a/b/manifests/1", wrong_digest_header("sha256:../../x"))
    async with Reader() as reader:
        with pytest.raises(InvalidAnswer, match="Docker-Content-Digest"):
            await reader.observe(f"{registry.address}/a/b:1")


async def test_a_registry_need_not_say_the_digest(registry: Registry) -> None:
    """Without the header the digest is that of the bytes."""
    registry.on("GET", "/v2/a/b/manifests/1", without_headers("Docker-Content-Digest"))
    async with Reader() as reader:
        snapshot = await reader.observe(f"{registry.address}/a/b:1")

    assert snapshot.root is not None
    assert INDEX.root.digest == snapshot.root.digest


@pytest.mark.parametrize("date", ["yesterday", "Tue, 13 Nov 2019 14:48:55 GMT", ""])
async def test_a_date_that_is_none_counts_as_unknown(
    registry: Registry, date: str
) -> None:
    """A Last-Modified that cannot be read, or names the wrong weekday, is no date."""
    registry.on("HEAD", "*", with_headers(("Last-Modified", date)))
    async with Reader() as reader:
        snapshot = await reader.observe(f"{registry.address}/a/b:1", DATED)

    assert snapshot.images[0].layers[0].last_modified is None


async def test_a_layer_that_is_missing_is_noted(registry: Registry) -> None:
    """A layer's 404 leaves it without a date, and a person is told."""
    registry.on("HEAD", "*", status(404))
    async with Reader() as reader:
        snapshot = await reader.observe(f"{registry.address}/a/b:1", DATED)

    layer = snapshot.images[0].layers[0]
    assert layer.last_modified is None
    assert any(str(layer.digest) in notice for notice in reader.notices)


async def test_where_head_is_not_known_one_byte_is_asked_for(
    registry: Registry,
) -> None:
    """A registry that answers HEAD with 405 is asked for the first byte instead."""
    registry.on("HEAD", "*", status(405))
    async with Reader() as reader:
        snapshot = await reader.observe(f"{registry.address}/a/b:1", DATED)

    layer = snapshot.images[0].layers[0]
    asked = registry.asked("GET", f"/v2/a/b/blobs/{layer.digest}")
    assert ["bytes=0-0"] == [request.headers["Range"] for request in asked]
    assert layer.last_modified == MOMENT


async def test_content_is_the_bytes_of_one_document(registry: Registry) -> None:
    """A manifest and a config can be had by their descriptors."""
    async with Reader() as reader:
        snapshot = await reader.observe(f"{registry.address}/a/b:1")
        image = snapshot.images[0]
        assert image.manifest is not None
        assert image.config_descriptor is not None
        name = parse_reference(f"{registry.address}/a/b:1")
        manifest = await reader.source.content(name, image.manifest)
        config = await reader.source.content(name, image.config_descriptor)

    held = {blob.digest: blob.content for blob in (*INDEX.manifests, *INDEX.blobs)}
    assert held[image.manifest.digest] == manifest
    assert held[image.config_descriptor.digest] == config


async def test_content_is_verified(registry: Registry) -> None:
    """Bytes of another digest are not given as content."""
    async with Reader() as reader:
        snapshot = await reader.observe(f"{registry.address}/a/b:1")
        descriptor = snapshot.images[0].config_descriptor
        assert descriptor is not None
        registry.on("GET", "/v2/a/b/blobs/*", replying(Reply(body=b"{}")))
        with pytest.raises(DigestMismatch):
            await reader.source.content(
                parse_reference(f"{registry.address}/a/b:1"), descriptor
            )


@pytest.mark.parametrize("address", ["python:3.8", "docker://python:3.8"])
def test_an_address_is_opened_without_asking_anybody(address: str) -> None:
    """The name is read as Docker reads it, with or without `docker://`."""
    _, name = open_registry(address, RegistryOptions())

    assert parse_reference("docker.io/library/python:3.8") == name


async def test_a_registry_may_have_an_address_of_the_newer_kind() -> None:
    """A registry on `[::1]` is on loopback as well, and asked over plain HTTP."""
    try:
        async with Registry(host="::1") as registry, Reader() as reader:
            put_into(registry, "a/b", INDEX, "1")
            snapshot = await reader.observe(f"{registry.address}/a/b:1")
    except OSError as exc:
        pytest.skip(f"no IPv6 here: {exc}")

    assert len(snapshot.images) == 2


async def test_a_name_without_a_registry_is_refused() -> None:
    """A reference of a layout cannot be asked for here."""
    async with Reader() as reader:
        with pytest.raises(MalformedReference):
            await reader.source.observe(Reference("", "layout", "1"), Wanted())
