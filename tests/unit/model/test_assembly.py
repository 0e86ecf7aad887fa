import json
from typing import Any

import pytest

from support.attestations import attestation_of
from support.blobs import Blob, Published, compact_json, digest_of, make_blob
from support.images import Entry, image_of, index_of, random_image
from support.kinds import KINDS
from support.memory_contents import MOMENT, MemoryContents, snapshot_of
from tagledger.errors import (
    DigestMismatch,
    MalformedDocument,
    MediaTypeMismatch,
    PlatformNotFound,
    SizeMismatch,
    TooLarge,
)
from tagledger.model import assembly, media_types
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.manifest import MAX_MANIFEST_BYTES
from tagledger.model.platform import Platform, parse_platform
from tagledger.model.snapshot import Artifact, Attestation, Image, Missing
from tagledger.model.source import Received, Wanted


def wanting(*platforms: str, host: Platform | None = None) -> Wanted:
    """Only these platforms."""
    return Wanted(platforms=tuple(map(parse_platform, platforms)), host=host)


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_manifest_becomes_a_snapshot(kind: str) -> None:
    """Root, entries and bytes are stated, and every document held is as published."""
    published = KINDS[kind]()

    snapshot = await snapshot_of(published)

    assert snapshot.root is not None
    assert published.digest == snapshot.root.digest
    assert snapshot.entries
    assert {Evidence.READ} == {
        snapshot.evidence(digest) for digest in snapshot.documents
    }
    for digest, document in snapshot.documents.items():
        digest.verify(document.content)
    assert not any(
        image.platform.is_unknown for image in snapshot.images if image.config
    )


@pytest.mark.parametrize(
    ("kind", "artifact_type"),
    [
        ("helm-chart", "application/vnd.cncf.helm.config.v1+json"),
        ("wasm-module", "application/vnd.wasm.config.v0+json"),
    ],
)
async def test_artifacts_are_no_broken_images(kind: str, artifact_type: str) -> None:
    """Charts and modules are stated as what they are, their configs left alone."""
    snapshot = await snapshot_of(KINDS[kind]())

    (artifact,) = snapshot.artifacts
    assert (artifact_type, ()) == (artifact.artifact_type, snapshot.images)


async def test_attestations_speak_of_an_image_and_are_no_platform() -> None:
    """BuildKit's unknown/unknown entries are tied to their image; nothing is fetched."""
    published = KINDS["attested-index"]()
    contents = MemoryContents(published)

    snapshot = await snapshot_of(published, contents=contents)

    assert [len(snapshot.images), len(snapshot.attestations)] == [2, 2]
    for image in snapshot.images:
        assert len(snapshot.attestations_of(image)) == 1
    assert not {item.digest for item in snapshot.attestations} & set(contents.asked)


async def test_attestations_are_looked_into_when_asked() -> None:
    """Then their statements are listed."""
    wanted = Wanted(attestations=True)

    snapshot = await snapshot_of(KINDS["attested-index"](), wanted=wanted)

    assert {media_types.IN_TOTO} == {
        layer.media_type for item in snapshot.attestations for layer in item.layers
    }


async def test_an_unmarked_attestation_is_still_none_of_the_platforms() -> None:
    """Where the annotation is missing, its in-toto layers give it away."""
    image = random_image(format="oci")
    attestation = attestation_of(image)
    bare = Entry(attestation.published, attestation.platform)

    snapshot = await snapshot_of(index_of([image, bare], format="oci"))

    assert [Image, Attestation] == [type(entry) for entry in snapshot.entries]


async def test_a_sparse_index_says_what_is_missing() -> None:
    """Absent children are stated as missing, in place."""
    snapshot = await snapshot_of(KINDS["sparse-index"]())

    kinds = [type(entry) for entry in snapshot.entries]
    assert [Image, Missing, Image, Missing, Image] == kinds
    assert all(entry.platform is not None for entry in snapshot.missing)


async def test_nested_indexes_are_flattened_in_place() -> None:
    """Each entry says which indexes it stands in."""
    snapshot = await snapshot_of(KINDS["nested-index"]())

    depths = [len(entry.within) for entry in snapshot.entries]
    assert depths == [1, 1, 0]


async def test_each_document_is_asked_for_once() -> None:
    """P platforms and L distinct layers: 1 + P manifests + P configs + L headers."""
    base = random_image(seed=1, layers=3)
    images = [
        image_of(
            json.loads(base.config.content) | {"architecture": architecture},
            base.layers,
            platform=base.platform.__class__("linux", architecture),
        )
        for architecture in ("amd64", "arm64", "s390x")
    ]
    published = index_of([*images, images[0]])
    contents = MemoryContents(published)

    snapshot = await snapshot_of(
        published, contents=contents, wanted=Wanted(layer_dates=True)
    )

    assert set(contents.asked.values()) == {1}
    assert sum(contents.asked.values()) == 1 + 3 + 3 + 3
    assert {MOMENT} == {
        layer.last_modified for image in snapshot.images for layer in image.layers
    }


async def test_only_wanted_platforms_are_fetched() -> None:
    """The index states the platforms: the others cost no request."""
    published = KINDS["docker-list"]()
    contents = MemoryContents(published)

    snapshot = await snapshot_of(
        published, contents=contents, wanted=wanting("linux/arm/v7")
    )

    (image,) = snapshot.images
    assert str(image.platform) == "linux/arm/v7"
    assert sum(contents.asked.values()) == 1 + 1 + 1


async def test_a_wanted_image_brings_its_attestations() -> None:
    """And no others."""
    snapshot = await snapshot_of(KINDS["attested-index"]())
    platform = str(snapshot.images[0].platform)

    chosen = await snapshot_of(KINDS["attested-index"](), wanted=wanting(platform))

    assert [Image, Attestation] == [type(entry) for entry in chosen.entries]
    assert snapshot.attestations_of(snapshot.images[0]) == chosen.attestations


@pytest.mark.parametrize("kind", ["docker-list", "oci-image"])
async def test_a_platform_that_is_not_there_lists_what_is(kind: str) -> None:
    """The error names every published platform."""
    with pytest.raises(PlatformNotFound) as caught:
        await snapshot_of(KINDS[kind](), wanted=wanting("linux/riscv64"))

    assert caught.value.available
    assert str(caught.value.available[0]) in caught.value.hint


async def test_a_host_gets_the_one_image_that_it_would_run() -> None:
    """An arm v8 host falls back to v7 if there is nothing nearer."""
    host = Platform("linux", "arm", "v8")

    snapshot = await snapshot_of(KINDS["docker-list"](), wanted=wanting(host=host))

    assert [str(image.platform) for image in snapshot.images] == ["linux/arm/v7"]


async def test_the_root_alone_costs_one_request() -> None:
    """`raw` needs no more."""
    published = KINDS["oci-index"]()
    contents = MemoryContents(published)

    snapshot = await snapshot_of(
        published, contents=contents, wanted=Wanted(children=False)
    )

    assert (sum(contents.asked.values()), snapshot.entries) == (1, ())


# --- hostile places -----------------------------------------------------------------


async def test_cve_2025_24882_the_root_is_hashed_against_what_was_asked_for() -> None:
    """Another manifest under the digest that was asked for is refused."""
    published = KINDS["oci-image"]()

    with pytest.raises(DigestMismatch):
        await snapshot_of(published, digest=digest_of(b"another"))


async def test_the_root_is_hashed_against_the_digest_that_the_place_claims() -> None:
    """By tag, the registry's own claim must be true of its bytes."""
    published = KINDS["oci-image"]()
    claimed = Received(
        published.root.content, published.root.media_type, Digest.of(b"another")
    )

    with pytest.raises(DigestMismatch):
        await snapshot_of(published, contents=MemoryContents(published, root=claimed))


@pytest.mark.parametrize("part", ["manifest", "config"])
async def test_cve_2025_24882_everything_below_is_hashed_too(part: str) -> None:
    """One byte changed in a manifest or a config, its size kept, is refused."""
    image = random_image(format="oci")
    published = index_of([image], format="oci")
    victim = image.manifest if part == "manifest" else image.config
    changed = victim.content.replace(b'"', b"'", 1)
    contents = MemoryContents(published, replaced={victim.digest: changed})

    with pytest.raises(DigestMismatch) as caught:
        await snapshot_of(published, contents=contents)

    assert victim.digest == caught.value.asked


def _with_wrong_size(change: int) -> Published:
    image = random_image(format="oci")
    root = json.loads(index_of([image], format="oci").root.content)
    root["manifests"][0]["size"] += change
    blob = make_blob(media_types.OCI_INDEX, json.dumps(root).encode())
    return Published(blob, (blob, image.manifest), image.published.blobs)


@pytest.mark.parametrize("change", [-1, 1])
async def test_a_size_that_is_not_the_bytes_is_refused(change: int) -> None:
    """Right digest, wrong number of bytes in the descriptor."""
    with pytest.raises(SizeMismatch):
        await snapshot_of(_with_wrong_size(change))


@pytest.mark.parametrize("change", [-1, 1])
async def test_a_config_s_size_that_is_not_its_bytes_is_refused(change: int) -> None:
    """Right digest, wrong number of bytes in the manifest's descriptor."""
    image = random_image(format="oci")
    root = json.loads(image.manifest.content)
    root["config"]["size"] += change
    blob = make_blob(media_types.OCI_MANIFEST, json.dumps(root).encode())

    with pytest.raises(SizeMismatch) as caught:
        await snapshot_of(Published(blob, (blob,), image.published.blobs))

    assert image.config.digest == caught.value.digest


async def test_a_media_type_that_the_place_contradicts_is_refused() -> None:
    """The index says manifest, the place says index."""
    image = random_image(format="oci")
    published = index_of([image], format="oci")
    contents = MemoryContents(published)
    contents._held[image.manifest.digest] = (  # noqa: SLF001 - the test's own shelf
        image.manifest.content,
        media_types.OCI_INDEX,
    )

    with pytest.raises(MediaTypeMismatch):
        await snapshot_of(published, contents=contents)


async def test_an_announced_size_over_the_limit_is_not_fetched() -> None:
    """A manifest of 5 MB is refused before a byte of it comes."""
    published = _with_wrong_size(5 * 1024 * 1024)
    contents = MemoryContents(published)

    with pytest.raises(TooLarge):
        await snapshot_of(published, contents=contents)
    assert {"root"} == set(contents.asked)


async def test_an_index_with_too_many_children_is_refused() -> None:
    """More than any honest index has."""
    child = random_image(format="oci").published
    published = index_of([Entry(child)] * (assembly.MAX_CHILDREN + 1), format="oci")

    with pytest.raises(TooLarge, match="manifests"):
        await snapshot_of(published)


async def test_indexes_nested_too_deep_are_refused() -> None:
    """Indexes within indexes end somewhere."""
    inner = index_of([random_image(format="oci")], format="oci")
    for _ in range(assembly.MAX_INDEX_DEPTH):
        inner = index_of([inner], format="oci")

    with pytest.raises(TooLarge, match="levels"):
        await snapshot_of(inner)


class _Padded(MemoryContents):
    """Gives each manifest as large as one may be: with blanks after its end."""

    async def manifest(self, descriptor: Descriptor) -> Received:
        """The manifest, and blanks."""
        received = await super().manifest(descriptor)
        return Received(_padded(received.content), received.media_type)


def _padded(content: bytes) -> bytes:
    return content.ljust(MAX_MANIFEST_BYTES)


async def test_documents_that_are_too_much_together_are_refused() -> None:
    """Each is within its own limit, and what is held of all of them has one as well."""
    image = random_image(format="oci").published.root
    held: list[Blob] = []
    for number in range(assembly.MAX_SNAPSHOT_BYTES // MAX_MANIFEST_BYTES):
        content = image.content.replace(b"{", b'{"number":%d,' % number, 1)
        held.append(Blob(image.media_type, content, digest_of(_padded(content))))
    listed = [blob.descriptor(size=MAX_MANIFEST_BYTES) for blob in held]
    root = make_blob(
        media_types.OCI_INDEX, compact_json({"schemaVersion": 2, "manifests": listed})
    )
    published = Published(root, (root, *held))

    with pytest.raises(TooLarge, match="the documents of this reference"):
        await snapshot_of(
            published, contents=_Padded(published), wanted=Wanted(configs=False)
        )


def _with_config(**changes: Any) -> Published:  # noqa: ANN401 - changes of any shape
    made = random_image(format="oci")
    config = json.loads(made.config.content) | changes
    return image_of(config, made.layers, format="oci").published


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"history": [{"created_by": "a"}] * 5}, "history"),
        ({"history": [{"created_by": "a"}]}, "history"),
        ({"rootfs": {"type": "layers", "diff_ids": [digest_of(b"")]}}, "rootfs.diff_ids"),
    ],
)  # fmt: skip
async def test_steps_and_layers_that_do_not_fit_are_a_clean_error(
    changes: dict[str, Any], field: str
) -> None:
    """More layers than steps, or fewer, names the config and the field."""
    published = _with_config(**changes)

    with pytest.raises(MalformedDocument) as caught:
        await snapshot_of(published)

    assert field == caught.value.field
    assert caught.value.document.startswith("sha256:")


async def test_null_history_is_no_history() -> None:
    """Go writes an empty slice as null; layers stay, steps are none."""
    (image,) = (await snapshot_of(_with_config(history=None))).images

    assert (len(image.layers), image.steps) == (3, ())


async def test_an_attestation_of_no_digest_is_a_clean_error() -> None:
    """A hostile annotation reaches neither a path nor a URL."""
    image = random_image(format="oci")
    bad = Entry(
        image.published,
        image.platform,
        {
            "vnd.docker.reference.type": "attestation-manifest",
            "vnd.docker.reference.digest": "../../etc/passwd",
        },
    )

    with pytest.raises(MalformedDocument, match="annotations"):
        await snapshot_of(index_of([bad], format="oci"))


async def test_embedded_data_is_used_and_hashed() -> None:
    """A config that its descriptor carries is not fetched; a false one is refused."""
    published = KINDS["sbom"]()
    contents = MemoryContents(published)

    snapshot = await snapshot_of(published, contents=contents)

    assert {"root"} == set(contents.asked)
    assert isinstance(snapshot.entries[0], Artifact)
