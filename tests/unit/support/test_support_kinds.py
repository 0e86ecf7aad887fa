"""The fixtures are what they say: digests belong to bytes, and each kind has its mark."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from support.blobs import Published
from support.images import index_of, random_image
from support.kinds import KINDS
from support.publishing import layout_files, write_layout, write_layout_tar

every_kind = pytest.mark.parametrize("kind", KINDS)


def named_in(document: Any) -> list[tuple[str, int]]:  # noqa: ANN401 - any JSON
    """Digest and size of each descriptor in a document, at any depth."""
    if isinstance(document, list):
        return [found for each in document for found in named_in(each)]
    if not isinstance(document, dict):
        return []
    own = [(document["digest"], document["size"])] if "digest" in document else []
    return own + [found for each in document.values() for found in named_in(each)]


@every_kind
def test_the_same_bytes_come_out_each_time(kind: str) -> None:
    """A kind is made without chance."""
    assert KINDS[kind]() == KINDS[kind]()


@every_kind
def test_digests_belong_to_bytes(kind: str) -> None:
    """Each blob and manifest is named after its bytes, but for the signed one, which is named after its payload."""
    published = KINDS[kind]()
    for blob in (*published.manifests, *published.blobs, *published.elsewhere):
        algorithm, _, named = blob.digest.partition(":")
        content = (
            payload_of(blob.content)
            if blob.media_type.endswith("+prettyjws")
            else blob.content
        )

        assert named == hashlib.new(algorithm, content).hexdigest()


@every_kind
def test_what_a_descriptor_names_is_there_with_its_size(kind: str) -> None:
    """Every descriptor leads to a blob of its size, but for sparse children and subjects."""
    published = KINDS[kind]()
    pieces = (*published.manifests, *published.blobs, *published.elsewhere)
    sizes = {blob.digest: blob.size_bytes for blob in pieces}
    named = [
        pair
        for manifest in published.manifests
        for pair in named_in(json.loads(manifest.content))
    ]
    lost = [digest for digest, _ in named if digest not in sizes]

    assert all(sizes.get(digest, size) == size for digest, size in named)
    assert len(lost) == {"sparse-index": 2, "sbom": 1}.get(kind, 0)


def payload_of(content: bytes) -> bytes:
    """The payload of a signed schema 1 manifest, by the protected header of its signature."""
    protected = json.loads(unpadded(json.loads(content)["signatures"][0]["protected"]))
    return content[: protected["formatLength"]] + unpadded(protected["formatTail"])


def unpadded(text: str) -> bytes:
    """The bytes of base64url without its padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_signed_manifest_is_the_unsigned_one_with_a_signature() -> None:
    """The payload given back by the protected header is the unsigned document, whose digest is used."""
    unsigned, signed = KINDS["schema-1"](), KINDS["schema-1-signed"]()

    assert unsigned.root.content == payload_of(signed.root.content)
    assert unsigned.digest == signed.digest
    assert set(json.loads(signed.root.content)) - set(
        json.loads(unsigned.root.content)
    ) == {"signatures"}


def test_seeds_and_platforms_tell_images_apart() -> None:
    """Images differ by seed and by platform, and agree when both agree."""
    made = [
        random_image(),
        random_image(),
        random_image(seed=8),
        random_image(arch="arm64"),
        random_image(layers=60),
    ]

    assert len({image.digest for image in made}) == 4
    assert len(made[-1].layers) == 60


def test_a_layout_is_written_as_files_and_as_a_tar(tmp_path: Path) -> None:
    """Both forms hold the same files, and the index names each image by its tag."""
    import tarfile

    tagged = {
        "1.0": index_of([random_image(format="oci")], format="oci"),
        "2.0": KINDS["sha512-digests"](),
    }
    directory = write_layout(tmp_path / "layout", tagged)
    with tarfile.open(write_layout_tar(tmp_path / "layout.tar", tagged)) as tar:
        packed = {name: tar.extractfile(name) for name in tar.getnames()}
        contents = {name: file.read() for name, file in packed.items() if file}
    written = {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }
    entries = json.loads(written["index.json"])["manifests"]

    assert layout_files(tagged) == written == contents
    assert list(tagged) == [
        entry["annotations"]["org.opencontainers.image.ref.name"] for entry in entries
    ]


def test_published_counts_what_is_elsewhere_apart() -> None:
    """A foreign layer's bytes are at hand for a foreign host, not for the registry."""
    published: Published = KINDS["docker-foreign-layers"]()
    foreign = published.elsewhere[0]

    assert foreign not in published.blobs
    assert foreign.digest.encode() in published.root.content
