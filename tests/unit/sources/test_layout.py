import json
import os
from pathlib import Path
from typing import Any

import pytest

from support.blobs import Published
from support.images import index_of, random_image
from support.kinds import KINDS
from support.publishing import write_layout
from tagledger.errors import (
    BlobNotFound,
    DigestMismatch,
    MalformedDocument,
    ManifestNotFound,
    NotSupported,
    PlaceNotFound,
    SizeMismatch,
    TagledgerError,
    TagNotFound,
    TooLarge,
    UnknownAddress,
    UnsafeArchive,
)
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.manifest import MAX_MANIFEST_BYTES
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Wanted
from tagledger.sources.layout import open_layout
from tagledger.sources.shelf import Folder

ONE = random_image(seed=1, layers=1, format="oci").published
TWO = random_image(seed=2, layers=1, format="oci").published


async def observe(address: str) -> Snapshot:
    """What stands at an address, everything wanted."""
    source, name = open_layout(address)
    try:
        return await source.observe(name, Wanted())
    finally:
        await source.aclose()


def rewrite_index(folder: Path, **changes: Any) -> None:  # noqa: ANN401 - JSON
    """Change fields of the first entry of `index.json`."""
    file = folder / "index.json"
    index = json.loads(file.read_bytes())
    index["manifests"][0].update(changes)
    file.write_text(json.dumps(index))


def blob_file(folder: Path, digest: str) -> Path:
    """Where a blob stands."""
    return folder / "blobs" / digest.replace(":", "/")


@pytest.mark.parametrize(
    ("after", "expected", "root"),
    [
        (":1.0", Reference("", "app", "1.0"), ONE),
        (":2.0", Reference("", "app", "2.0"), TWO),
        (
            f"@{TWO.digest}",
            Reference("", "app", None, Digest(TWO.digest)),
            TWO,
        ),
        (
            f":2.0@{TWO.digest}",
            Reference("", "app", "2.0", Digest(TWO.digest)),
            TWO,
        ),
        (":@0", Reference("", "app", "1.0", Digest(ONE.digest)), ONE),
    ],
)
async def test_an_image_is_chosen_by_name_digest_or_position(
    after: str, expected: Reference, root: Published, tmp_path: Path
) -> None:
    """Each way leads to the same bytes, and the reference says what was asked."""
    write_layout(tmp_path / "app", {"1.0": ONE, "2.0": TWO})

    snapshot = await observe(f"{tmp_path}/app{after}")

    assert expected == snapshot.reference
    assert snapshot.root is not None
    assert root.digest == snapshot.root.digest
    assert f"oci:{tmp_path}/app{after}" == snapshot.source


async def test_the_only_image_needs_no_name(tmp_path: Path) -> None:
    """It is shown under the name that it has."""
    snapshot = await observe(str(write_layout(tmp_path / "app", {"1.0": ONE})))

    assert Reference("", "app", "1.0") == snapshot.reference


async def test_several_images_are_listed_where_none_was_named(tmp_path: Path) -> None:
    """The error lists the names, and says how to choose."""
    write_layout(tmp_path / "app", {"1.0": ONE, "2.0": TWO})

    with pytest.raises(UnknownAddress, match=r"meant: 1\.0, 2\.0; add :NAME"):
        await observe(f"{tmp_path}/app")


async def test_the_same_image_under_two_names_is_one_image(tmp_path: Path) -> None:
    """Without a name there is nothing to choose between."""
    write_layout(tmp_path / "app", {"1.0": ONE, "latest": ONE})

    snapshot = await observe(f"{tmp_path}/app")

    assert snapshot.root is not None
    assert ONE.digest == snapshot.root.digest
    assert Reference("", "app") == snapshot.reference


async def test_a_name_that_is_not_there_lists_those_that_are(tmp_path: Path) -> None:
    """A missing name is a missing tag."""
    write_layout(tmp_path / "app", {"1.0": ONE, "2.0": TWO})

    with pytest.raises(TagNotFound, match=r"there is: 1\.0, 2\.0") as caught:
        await observe(f"{tmp_path}/app:3.0")
    assert ("1.0", "2.0") == caught.value.available
    with pytest.raises(TagNotFound):
        await observe(f"{tmp_path}/app:@2")


async def test_a_digest_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    """Neither alone nor beside a name that means something else."""
    write_layout(tmp_path / "app", {"1.0": ONE, "2.0": TWO})

    with pytest.raises(ManifestNotFound):
        await observe(f"{tmp_path}/app@sha256:{'0' * 64}")
    with pytest.raises(ManifestNotFound):
        await observe(f"{tmp_path}/app:1.0@{TWO.digest}")


async def test_a_child_of_an_index_is_found_by_its_digest(tmp_path: Path) -> None:
    """A document that only an index lists can be asked for by itself."""
    image = random_image(format="oci")
    write_layout(tmp_path / "app", {"1.0": index_of([image], format="oci")})

    snapshot = await observe(f"{tmp_path}/app@{image.digest}")

    assert snapshot.root is not None
    assert image.digest == snapshot.root.digest
    assert 1 == len(snapshot.images)


@pytest.mark.parametrize(
    "annotations",
    [
        {"io.containerd.image.name": "docker.io/library/python:3.8"},
        {
            "io.containerd.image.name": "docker.io/library/python:3.8",
            "org.opencontainers.image.ref.name": "3.8",
        },
        {"org.opencontainers.image.ref.name": "docker.io/library/python:3.8"},
    ],
)
@pytest.mark.parametrize("after", ["", ":docker.io/library/python:3.8", ":python:3.8"])
async def test_a_full_image_name_is_shown_as_one(
    annotations: dict[str, str], after: str, tmp_path: Path
) -> None:
    """What containerd, BuildKit and podman write names the image better than the folder."""
    write_layout(tmp_path / "app", {"1.0": ONE})
    rewrite_index(tmp_path / "app", annotations=annotations)

    snapshot = await observe(f"{tmp_path}/app{after}")

    assert Reference("docker.io", "library/python", "3.8") == snapshot.reference


async def test_tags_are_the_names_of_the_layout(tmp_path: Path) -> None:
    """A whole layout lists every name; a repository in it lists its tags."""
    write_layout(tmp_path / "app", {"1.0": ONE, "localhost/a/b:7": TWO})
    source, _ = open_layout(f"{tmp_path}/app")

    everything = [tag async for tag in source.tags(Reference("", "app"))]
    of_one = [tag async for tag in source.tags(Reference("localhost", "a/b"))]

    assert ["1.0", "localhost/a/b:7"] == everything
    assert ["7"] == of_one


def spread_over_index_json(
    folder: Path, published: Published, name: str | None
) -> None:
    """Put the children of an index into `index.json` itself, as rules_oci does."""
    children = json.loads(published.root.content)["manifests"]
    for child in children:
        child.pop("annotations", None)
        if name is not None:
            child["annotations"] = {"org.opencontainers.image.ref.name": name}
    (folder / "index.json").write_text(
        json.dumps({"schemaVersion": 2, "manifests": children})
    )


@pytest.mark.parametrize(("name", "after"), [(None, ""), ("1.0", ":1.0"), ("1.0", "")])
async def test_index_json_is_the_root_where_it_lists_one_image_for_each_platform(
    name: str | None, after: str, tmp_path: Path
) -> None:
    """Tools that keep no second index publish `index.json` as it stands."""
    published = KINDS["oci-index"]()
    folder = write_layout(tmp_path / "app", {"1.0": published})
    spread_over_index_json(folder, published, name)

    snapshot = await observe(f"{folder}{after}")

    assert snapshot.root is not None
    assert Digest.of((folder / "index.json").read_bytes()) == snapshot.root.digest
    assert 5 == len(snapshot.images)


async def test_one_name_for_several_images_is_an_open_question(tmp_path: Path) -> None:
    """Without platforms that tell them apart, their digests are listed."""
    folder = write_layout(tmp_path / "app", {"1.0": ONE, "2.0": TWO})
    index = json.loads((folder / "index.json").read_bytes())
    for entry in index["manifests"]:
        entry["annotations"]["org.opencontainers.image.ref.name"] = "same"
    (folder / "index.json").write_text(json.dumps(index))

    with pytest.raises(UnknownAddress, match=f"meant: @{ONE.digest}, @{TWO.digest}"):
        await observe(f"{folder}:same")


async def test_an_image_whose_manifest_is_gone_is_not_found(tmp_path: Path) -> None:
    """The layout lists it and does not hold it."""
    folder = write_layout(tmp_path / "app", {"1.0": ONE})
    blob_file(folder, ONE.digest).unlink()

    with pytest.raises(ManifestNotFound):
        await observe(f"{folder}:1.0")


async def test_changed_manifest_bytes_are_refused(tmp_path: Path) -> None:
    """The file's name is only a claim (CVE-2025-24882)."""
    folder = write_layout(tmp_path / "app", {"1.0": ONE})
    blob_file(folder, ONE.digest).write_bytes(TWO.root.content)

    with pytest.raises(DigestMismatch):
        await observe(f"{folder}:1.0")


async def test_a_root_of_another_size_than_announced_is_refused(tmp_path: Path) -> None:
    """The entry of `index.json` says how many bytes there are."""
    folder = write_layout(tmp_path / "app", {"1.0": ONE})
    rewrite_index(folder, size=1)

    with pytest.raises(SizeMismatch):
        await observe(f"{folder}:1.0")


async def test_a_changed_layer_is_noticed_at_its_end(tmp_path: Path) -> None:
    """Bytes that are as many as announced and wrong do not pass."""
    image = random_image(format="oci")
    folder = write_layout(tmp_path / "app", {"1.0": image.published})
    layer = image.layers[0].blob
    descriptor = Descriptor(layer.media_type, Digest(layer.digest), layer.size_bytes)
    blob_file(folder, layer.digest).write_bytes(b"x" * layer.size_bytes)
    source, name = open_layout(str(folder))

    with pytest.raises(DigestMismatch):
        _ = [chunk async for chunk in source.blob(name, descriptor)]

    blob_file(folder, layer.digest).write_bytes(b"x" * (layer.size_bytes + 1))
    with pytest.raises(SizeMismatch):
        _ = [chunk async for chunk in source.blob(name, descriptor)]

    blob_file(folder, layer.digest).unlink()
    with pytest.raises(BlobNotFound):
        _ = [chunk async for chunk in source.blob(name, descriptor)]


async def test_content_carried_by_a_descriptor_needs_no_file(tmp_path: Path) -> None:
    """`data` is the content itself (image-spec, descriptor.md, "Embedded Content")."""
    source, name = open_layout(str(write_layout(tmp_path / "app", {"1.0": ONE})))
    embedded = Descriptor("text/plain", Digest.of(b"hi"), 2, embedded=b"hi")

    assert b"hi" == await source.content(name, embedded)
    wrong = Descriptor("text/plain", Digest.of(b"hi"), 2, embedded=b"ho")
    with pytest.raises(DigestMismatch):
        await source.content(name, wrong)


def test_a_folder_that_is_no_layout_says_what_is_missing(tmp_path: Path) -> None:
    """Neither an empty folder nor one without an index is a layout."""
    with pytest.raises(PlaceNotFound, match="there is no oci-layout in it"):
        open_layout(str(tmp_path))
    (tmp_path / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    with pytest.raises(PlaceNotFound, match=r"without index\.json"):
        open_layout(str(tmp_path))


async def test_an_empty_layout_holds_no_image(tmp_path: Path) -> None:
    """It is a layout, and there is nothing in it."""
    write_layout(tmp_path, {})

    with pytest.raises(PlaceNotFound, match="lists no image"):
        await observe(str(tmp_path))


@pytest.mark.parametrize(
    ("file", "content", "error", "problem"),
    [
        ("oci-layout", '{"imageLayoutVersion":"2.0.0"}', NotSupported, "'2.0.0'"),
        ("oci-layout", "{}", MalformedDocument, "imageLayoutVersion"),
        ("oci-layout", "[]", MalformedDocument, "imageLayoutVersion"),
        ("oci-layout", "no", MalformedDocument, "oci-layout: not JSON"),
        ("oci-layout", "1" * 65_537, TooLarge, "oci-layout"),
        ("index.json", "[]", MalformedDocument, "index.json: not a JSON object"),
        ("index.json", "{", MalformedDocument, "index.json: not JSON"),
        (
            "index.json",
            '{"schemaVersion":2,"manifests":[{"mediaType":"a","size":1,"digest":"../../x"}]}',
            MalformedDocument,
            r"index.json, field manifests\[0\].digest",
        ),
        ("index.json", '{"schemaVersion":2}', MalformedDocument, "not an index"),
        ("index.json", ONE.root.content.decode(), MalformedDocument, "not an index"),
        ("index.json", " " * (MAX_MANIFEST_BYTES + 1), TooLarge, "index.json"),
    ],
)
def test_a_broken_layout_says_what_is_wrong(
    file: str, content: str, error: type[TagledgerError], problem: str, tmp_path: Path
) -> None:
    """The error names the file, and the field if there is one."""
    write_layout(tmp_path, {"1.0": ONE})
    (tmp_path / file).write_text(content)

    with pytest.raises(error, match=problem):
        open_layout(str(tmp_path))


@pytest.mark.parametrize("file", ["index.json", "oci-layout"])
def test_a_link_out_of_the_layout_is_not_believed(file: str, tmp_path: Path) -> None:
    """What nothing hashes must stand in the layout itself."""
    folder = write_layout(tmp_path / "app", {"1.0": ONE})
    (tmp_path / "elsewhere").write_bytes((folder / file).read_bytes())
    (folder / file).unlink()
    (folder / file).symlink_to("../elsewhere")

    with pytest.raises(UnsafeArchive, match="leads outside"):
        open_layout(str(folder))


async def test_a_linked_blob_is_followed_for_it_is_hashed(tmp_path: Path) -> None:
    """Build systems link blobs to where they were made; a wrong target is noticed."""
    folder = write_layout(tmp_path / "app", {"1.0": ONE})
    blob = blob_file(folder, ONE.digest)
    blob.rename(tmp_path / "made-elsewhere")
    blob.symlink_to(tmp_path / "made-elsewhere")

    assert (await observe(str(folder))).root is not None
    (tmp_path / "made-elsewhere").write_text("something secret")
    with pytest.raises(DigestMismatch):
        await observe(str(folder))


async def test_a_pipe_in_place_of_a_blob_does_not_make_us_wait(tmp_path: Path) -> None:
    """Only plain files are read."""
    folder = write_layout(tmp_path / "app", {"1.0": ONE})
    blob = blob_file(folder, ONE.digest)
    blob.unlink()
    os.mkfifo(blob)

    with pytest.raises(UnsafeArchive, match="not a plain file"):
        await observe(str(folder))


def test_only_plain_files_are_files(tmp_path: Path) -> None:
    """Neither their size nor their bytes are asked for, should one replace the other."""
    os.mkfifo(tmp_path / "pipe")
    folder = Folder(tmp_path)

    with pytest.raises(UnsafeArchive, match="not a plain file"):
        folder.size_bytes("pipe")
    with pytest.raises(UnsafeArchive, match="not a plain file"):
        folder.open("pipe")


async def test_a_huge_manifest_is_not_read(tmp_path: Path) -> None:
    """The limit is checked before a byte is."""
    folder = write_layout(tmp_path / "app", {"1.0": ONE})
    with blob_file(folder, ONE.digest).open("wb") as file:
        file.truncate(MAX_MANIFEST_BYTES + 1)

    with pytest.raises(TooLarge):
        await observe(str(folder))
