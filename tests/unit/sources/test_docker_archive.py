import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.blobs import JsonObject, compact_json
from support.images import Image, image_of, index_of, random_image
from support.layers import compress, make_layer
from support.raw_tar import archive, member
from support.saved_images import (
    containerd_save,
    crane_save,
    docker_25_save,
    docker_save,
    unpacked,
    write,
)
from tagledger.errors import (
    BlobNotFound,
    ContentNotHeld,
    DigestMismatch,
    MalformedDocument,
    ManifestNotFound,
    NotSupported,
    PlaceNotFound,
    PlatformNotFound,
    SizeMismatch,
    TagledgerError,
    TagNotFound,
    TooLarge,
    UnknownAddress,
    UnsafeArchive,
)
from tagledger.model import media_types
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.platform import parse_platform
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Wanted
from tagledger.sources.docker_archive import open_docker_archive

ONE = random_image(seed=1, layers=2)
TWO = random_image(seed=2, layers=2)
PYTHON = Reference("docker.io", "library/python", "3.8")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where an archive may be written."""
    return tmp_path / "saved.tar"


async def observe(address: str, wanted: Wanted | None = None) -> Snapshot:
    """What stands at an address."""
    source, name = open_docker_archive(address)
    try:
        return await source.observe(name, wanted or Wanted())
    finally:
        await source.aclose()


async def layer_bytes(address: str, descriptor: Descriptor, offset: int = 0) -> bytes:
    """A layer, read to its end."""
    source, name = open_docker_archive(address)
    try:
        chunks = source.blob(name, descriptor, offset=offset)
        return b"".join([chunk async for chunk in chunks])
    finally:
        await source.aclose()


def by_diff_id(diff_id: str | None, size_bytes: int | None = None) -> Descriptor:
    """What a layer of such an archive is asked for with."""
    return Descriptor(media_types.OCTET_STREAM, Digest(str(diff_id)), size_bytes)


@pytest.mark.parametrize(
    "pack", [bytes, gzip.compress, lambda tar: compress(tar, "zstd")]
)
async def test_what_is_there_is_stated_and_nothing_is_made_up(
    pack: Callable[[bytes], bytes], path: Path
) -> None:
    """The image ID, diff IDs and sizes are known; manifest and layer digests are not."""
    write(path, pack(docker_save({("python:3.8",): ONE})))

    snapshot = await observe(str(path))

    (image,) = snapshot.images
    assert snapshot.reference == PYTHON
    assert snapshot.root is None
    assert image.manifest is None
    assert ONE.config.digest == image.image_id
    assert {ONE.config.digest: ONE.config.content} == {
        digest: document.content for digest, document in snapshot.documents.items()
    }
    assert Evidence.READ == snapshot.evidence(Digest(ONE.config.digest))
    assert [None, None] == [layer.digest for layer in image.layers]
    assert list(ONE.diff_ids) == [layer.diff_id for layer in image.layers]
    assert [len(tar) for tar in unpacked(ONE)] == [
        layer.uncompressed_size_bytes for layer in image.layers
    ]
    assert [0, 1] == [step.layer for step in image.steps if step.layer is not None]


@pytest.mark.parametrize(
    ("after", "expected", "image"),
    [
        (":python:3.8", PYTHON, ONE),
        (":docker.io/library/python:3.8", PYTHON, ONE),
        (":localhost:5000/x:1", Reference("localhost:5000", "x", "1"), ONE),
        (":example/two:latest", Reference("docker.io", "example/two", "latest"), TWO),
        (":example/two", Reference("docker.io", "example/two", "latest"), TWO),
        (":@0", PYTHON, ONE),
        (":@1", Reference("docker.io", "example/two", "latest"), TWO),
        (
            f"@{TWO.config.digest}",
            Reference("", "saved", None, Digest(TWO.config.digest)),
            TWO,
        ),
    ],
)
async def test_an_image_is_chosen_by_name_position_or_id(
    after: str, expected: Reference, image: Image, path: Path
) -> None:
    """Names are those of Docker, in any of their spellings."""
    images = {("python:3.8", "localhost:5000/x:1"): ONE, ("example/two:latest",): TWO}
    write(path, docker_save(images))

    snapshot = await observe(f"{path}{after}")

    assert expected == snapshot.reference
    assert image.config.digest == snapshot.images[0].image_id


async def test_an_image_saved_by_its_id_is_called_like_the_file(path: Path) -> None:
    """There is no name to show."""
    write(path, docker_save({(): ONE}))

    assert Reference("", "saved") == (await observe(str(path))).reference


async def test_several_images_are_listed_where_none_was_named(path: Path) -> None:
    """The error lists names, or positions, and says how to choose."""
    write(path, docker_save({("python:3.8",): ONE, (): TWO}))

    with pytest.raises(UnknownAddress, match=r"python:3\.8, @1; add :NAME or :@NUMBER"):
        await observe(str(path))
    assert TWO.config.digest == (await observe(f"{path}:@1")).images[0].image_id


@pytest.mark.parametrize("after", [":python:3.9", ":@2", f"@sha256:{'0' * 64}", ":%"])
async def test_a_name_that_is_not_there_lists_those_that_are(
    after: str, path: Path
) -> None:
    """A missing name is a missing tag."""
    write(path, docker_save({("python:3.8",): ONE, ("two:1",): TWO}))

    with pytest.raises(TagNotFound, match=r"there is: python:3\.8, two:1"):
        await observe(f"{path}{after}")


async def test_tags_are_the_names_in_the_archive(path: Path) -> None:
    """A whole archive lists every name; a repository in it lists its tags."""
    write(path, docker_save({("python:3.8", "python:3"): ONE, ("two:1",): TWO}))
    source, name = open_docker_archive(str(path))

    everything = [tag async for tag in source.tags(name)]
    of_one = [tag async for tag in source.tags(PYTHON)]

    assert ["python:3.8", "python:3", "two:1"] == everything
    assert ["3.8", "3"] == of_one


async def test_a_layer_that_two_images_share_is_saved_once(path: Path) -> None:
    """The second is a link to the first, and both are read."""
    both = image_of({**json.loads(ONE.config.content), "author": "both"}, ONE.layers)
    write(path, docker_save({("one:1",): ONE, ("two:1",): both}))

    snapshot = await observe(f"{path}:two:1")

    assert [len(tar) for tar in unpacked(ONE)] == [
        layer.uncompressed_size_bytes for layer in snapshot.images[0].layers
    ]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("save", ["docker", "crane"])
async def test_a_layer_is_read_by_its_diff_id(
    save: str, pack: Callable[[bytes], bytes], path: Path
) -> None:
    """Whether it was saved plain or compressed, what comes is the tar."""
    saved = (
        docker_save({("python:3.8",): ONE})
        if save == "docker"
        else crane_save(ONE, "python:3.8")
    )
    write(path, pack(saved))
    tar = unpacked(ONE)[1]
    descriptor = by_diff_id(ONE.diff_ids[1], len(tar))

    assert tar == await layer_bytes(str(path), descriptor)
    assert tar[700:] == await layer_bytes(str(path), descriptor, 700)


async def test_layers_saved_compressed_have_a_compressed_size(path: Path) -> None:
    """Their digest is not stated: the file's name is a claim, and nobody hashed it."""
    write(path, crane_save(ONE, "python:3.8"))

    snapshot = await observe(str(path))

    layers = snapshot.images[0].layers
    assert [layer.blob.size_bytes for layer in ONE.layers] == [
        layer.size_bytes for layer in layers
    ]
    assert {None} == {layer.uncompressed_size_bytes for layer in layers}
    assert {None} == {layer.digest for layer in layers}


async def test_a_changed_layer_is_noticed_at_its_end(path: Path) -> None:
    """Its diff ID is what its bytes have to hash to."""
    saved = docker_save({("python:3.8",): ONE})
    write(path, saved.replace(unpacked(ONE)[0], unpacked(ONE)[0][::-1]))

    with pytest.raises(DigestMismatch):
        await layer_bytes(str(path), by_diff_id(ONE.diff_ids[0]))
    with pytest.raises(SizeMismatch):
        await layer_bytes(str(path), by_diff_id(ONE.diff_ids[0], 5))


async def test_a_layer_that_is_not_there_is_not_found(path: Path) -> None:
    """Neither one of another image, nor one whose file was not saved."""
    write(path, docker_save({("python:3.8",): ONE}))
    with pytest.raises(BlobNotFound):
        await layer_bytes(str(path), by_diff_id(TWO.diff_ids[0]))

    write(path, saved_with(ONE, Layers=["nowhere", "nowhere-else"]))
    with pytest.raises(BlobNotFound):
        await layer_bytes(str(path), by_diff_id(ONE.diff_ids[0]))
    assert {None} == {
        layer.transfer_size_bytes
        for layer in (await observe(str(path))).images[0].layers
    }


async def test_a_compressed_layer_cannot_explode(path: Path) -> None:
    """More than a gigabyte out of a few kilobytes is a bomb."""
    tar = b"\0" * (64 * 1024 * 1024)
    packed = compress(tar, "zstd") * 17
    layer = make_layer({})
    config: JsonObject = {
        "os": "linux",
        "architecture": "amd64",
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id]},
    }
    image = image_of(config, [layer])
    saved = saved_with(image, {"layer": packed}, Layers=["layer"])
    write(path, saved)

    with pytest.raises(TooLarge, match="unpacked"):
        await layer_bytes(str(path), by_diff_id(layer.diff_id))


async def test_a_damaged_compressed_layer_is_said_to_be_one(path: Path) -> None:
    """The library's error does not come through."""
    layers = {"a": gzip.compress(b"x" * 5000)[:-20], "b": b""}
    write(path, saved_with(ONE, layers, Layers=["a", "b"]))

    with pytest.raises(MalformedDocument, match=r"saved\.tar: a: .*cut short"):
        await layer_bytes(str(path), by_diff_id(ONE.diff_ids[0]))


async def test_configs_are_held_and_manifests_are_not(path: Path) -> None:
    """What is asked by digest is a config, or it is not here at all."""
    write(path, docker_save({("python:3.8",): ONE, ("two:1",): TWO}))
    source, name = open_docker_archive(str(path))
    config = Descriptor(media_types.DOCKER_CONFIG, Digest(TWO.config.digest), None)
    manifest = Descriptor(media_types.DOCKER_MANIFEST, Digest(ONE.digest), None)

    assert TWO.config.content == await source.content(name, config)
    with pytest.raises(ContentNotHeld):
        await source.content(name, manifest)


async def test_a_platform_that_is_not_there_is_not_found(path: Path) -> None:
    """There is but one, and the error says which."""
    write(path, docker_save({("python:3.8",): ONE}))

    arm = Wanted(platforms=(parse_platform("linux/arm64"),))
    with pytest.raises(PlatformNotFound) as caught:
        await observe(str(path), arm)
    assert ("linux/amd64",) == caught.value.available
    amd = Wanted(platforms=(parse_platform("linux/amd64"),))
    assert 1 == len((await observe(str(path), amd)).images)


def saved_with(
    image: Image,
    files: dict[str, bytes] | None = None,
    /,
    **changes: Any,  # noqa: ANN401 - JSON
) -> bytes:
    """An archive whose list says something else of the image."""
    config = f"{image.config.digest.partition(':')[2]}.json"
    item = {"Config": config, "RepoTags": ["python:3.8"], "Layers": [], **changes}
    return archive(
        member(config, image.config.content),
        *(member(*file) for file in (files or {}).items()),
        member("manifest.json", compact_json([item])),
    )


SHORT_HISTORY = image_of(
    {**json.loads(ONE.config.content), "history": [{"created_by": "RUN x"}]},
    ONE.layers,
)


@pytest.mark.parametrize(
    ("saved", "error", "problem"),
    [
        (saved_with(ONE), MalformedDocument, "speaks of 2 layers, 0 were saved"),
        (
            saved_with(ONE, Layers=["a"] * 3),
            MalformedDocument,
            "rootfs.diff_ids: speaks of 2 layers, 3 were saved",
        ),
        (saved_with(SHORT_HISTORY, Layers=["a", "b"]), MalformedDocument, "history"),
        (saved_with(ONE, Config="x.json"), MalformedDocument, "no 'x.json' in it"),
        (
            saved_with(ONE, Config="../../etc/passwd"),
            MalformedDocument,
            "no '../../etc/passwd' in it",
        ),
        (
            saved_with(ONE, {f"{'0' * 64}.json": b"{}"}, Config=f"{'0' * 64}.json"),
            DigestMismatch,
            "asked for sha256:0000",
        ),
        (
            saved_with(ONE, {"c": b"{"}, Config="c"),
            MalformedDocument,
            "not JSON",
        ),
        (saved_with(ONE, RepoTags=["A b"]), MalformedDocument, r"\[0\].RepoTags"),
        (saved_with(ONE, Config=None), MalformedDocument, r"\[0\].Config"),
        (
            saved_with(ONE, LayerSources={"x": {"size": 1}}),
            MalformedDocument,
            "LayerSources",
        ),
        (archive(member("manifest.json", b"{}")), MalformedDocument, "manifest.json"),
        (archive(member("manifest.json", b"[]")), PlaceNotFound, "no image in this"),
        (archive(member("a", b"x")), PlaceNotFound, "not an archive of docker save"),
        (
            archive(member("repositories", b"{}"), member("a/json", b"{}")),
            NotSupported,
            "before 1.10",
        ),
        (
            archive(
                member("manifest.json", b"[]", kind=b"2", link="/etc/hostname", size=0)[
                    :512
                ]
            ),
            UnsafeArchive,
            "a link out of the archive",
        ),
        (
            saved_with(ONE, {"big": b"{" * 9_000_000}, Config="big"),
            TooLarge,
            "big",
        ),
        (
            archive(member("manifest.json", b" " * 5_000_000)),
            TooLarge,
            "manifest.json",
        ),
    ],
)
async def test_a_broken_archive_says_what_is_wrong(
    saved: bytes, error: type[TagledgerError], problem: str, path: Path
) -> None:
    """One clean error that names the archive, and the field if there is one."""
    write(path, saved)

    with pytest.raises(error, match=problem):
        await observe(str(path))


async def test_what_docker_for_windows_keeps_of_a_foreign_layer_is_stated(
    path: Path,
) -> None:
    """It was said by the registry: digest, size and where the bytes are."""
    foreign = {
        "mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        "size": 1234,
        "digest": ONE.layers[0].blob.digest,
        "urls": ["https://mcr.microsoft.com/v2/x"],
    }
    sources = {ONE.diff_ids[0]: foreign}
    write(path, saved_with(ONE, Layers=["a", "b"], LayerSources=sources))

    first, second = (await observe(str(path))).images[0].layers

    assert first.is_foreign
    assert (foreign["digest"], 1234) == (first.digest, first.size_bytes)
    assert second.digest is None


async def test_the_containerd_store_saves_what_was_published(path: Path) -> None:
    """Index, manifests and configs are there to the byte, so they are stated."""
    images = [
        random_image(seed=3, arch=arch, format="oci") for arch in ("amd64", "s390x")
    ]
    published = index_of(images, format="oci")
    name = "docker.io/library/python:3.8"
    write(path, containerd_save({name: published}, {name: images[0]}))

    afters = ("", ":python:3.8", f":{name}", ":3.8", f"@{published.digest}")
    for after in afters:
        snapshot = await observe(f"{path}{after}")

        assert snapshot.root is not None
        assert published.digest == snapshot.root.digest
        assert 2 == len(snapshot.images)
        assert ("docker.io", "library/python") == (
            snapshot.reference.domain,
            snapshot.reference.path,
        )
        assert f"docker-archive:{path}{after}" == snapshot.source
    with pytest.raises(TagNotFound):
        await observe(f"{path}:python:3.9")
    with pytest.raises(ManifestNotFound):
        await observe(f"{path}@sha256:{'0' * 64}")


@pytest.mark.parametrize(
    "saved",
    [
        docker_25_save(ONE, "docker.io/library/python:3.8"),
        docker_25_save(
            ONE, "docker.io/library/python:3.8", has_layers=False, has_sources=False
        ),
        docker_25_save(ONE, None),
        docker_25_save(ONE, None, has_sources=False, lists_untagged=False),
    ],
    ids=["named", "without layers", "unnamed", "not even listed"],
)
async def test_manifests_that_docker_made_up_while_saving_are_not_believed(
    saved: bytes, path: Path
) -> None:
    """Their digests are those of no registry; what is true is what there always was."""
    write(path, saved)

    snapshot = await observe(str(path))

    assert snapshot.root is None
    assert ONE.config.digest == snapshot.images[0].image_id
    assert [len(tar) for tar in unpacked(ONE)] == [
        layer.uncompressed_size_bytes for layer in snapshot.images[0].layers
    ]
