"""Archives as ``docker save`` and its imitators write them: none of the tools that the tests can run writes all of these.

Each function says whose form it is and where that was read; all were made here.
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.blobs import Blob, Json, Published, compact_json, digest_of, make_blob
from support.images import Image
from support.media_types import OCI_INDEX, OCI_MANIFEST
from support.raw_tar import archive, member

CONTAINERD_NAME = "io.containerd.image.name"
REF_NAME = "org.opencontainers.image.ref.name"
LAYOUT_MARK = b'{"imageLayoutVersion":"1.0.0"}'


def unpacked(image: Image) -> list[bytes]:
    """The plain tars of an image whose layers are gzip."""
    return [gzip.decompress(layer.blob.content) for layer in image.layers]


def docker_save(images: Mapping[tuple[str, ...], Image]) -> bytes:
    """What Docker 1.10 to 24 writes (moby 24, image/tarexport/save.go): `<id>/layer.tar`, the second of two equal layers a link.

    `images` are by their names; no name is how an image is saved by its ID.
    """
    members: list[bytes] = []
    items: list[Json] = []
    written: dict[str, str] = {}
    for names, image in images.items():
        files: list[str] = []
        for number, tar in enumerate(unpacked(image)):
            folder = digest_of(f"{image.digest} {number}".encode()).partition(":")[2]
            file = f"{folder}/layer.tar"
            members += [
                member(f"{folder}/", kind=b"5"),
                member(f"{folder}/VERSION", b"1.0"),
                member(f"{folder}/json", compact_json({"id": folder})),
            ]
            first = written.setdefault(digest_of(tar), file)
            if first == file:
                members.append(member(file, tar))
            else:
                members.append(member(file, kind=b"2", link=f"../{first}"))
            files.append(file)
        config = f"{image.config.digest.partition(':')[2]}.json"
        members.append(member(config, image.config.content))
        items.append(
            {"Config": config, "RepoTags": list(names) or None, "Layers": files}
        )
    return archive(*members, member("manifest.json", compact_json(items) + b"\n"))


def crane_save(image: Image, name: str) -> bytes:
    """What crane and kaniko write (go-containerregistry, pkg/v1/tarball/README.md): layers as the registry has them."""
    layers = [
        (f"{layer.blob.digest.partition(':')[2]}.tar.gz", layer.blob.content)
        for layer in image.layers
    ]
    item: Json = {
        "Config": image.config.digest,
        "RepoTags": [name],
        "Layers": [file for file, _ in layers],
    }
    return archive(
        member(image.config.digest, image.config.content),
        *(member(*layer) for layer in layers),
        member("manifest.json", compact_json([item])),
    )


def containerd_save(
    tagged: Mapping[str, Published], children: Mapping[str, Image]
) -> bytes:
    """What Docker writes with the containerd store (containerd 2.0, core/images/archive/exporter.go).

    `tagged` are by full name; `children` is the image of each that `manifest.json` names: the one for the host, if
    there is one.
    Members are sorted by name, `index.json` has no media type, and each blob is there once.
    """
    files: dict[str, bytes] = {"oci-layout": LAYOUT_MARK}
    entries: list[Json] = []
    items: list[Json] = []
    for name, published in tagged.items():
        annotations: dict[str, Json] = {
            CONTAINERD_NAME: name,
            REF_NAME: name.rpartition(":")[2],
        }
        entries.append(published.root.descriptor(annotations=annotations))
        for blob in (*published.manifests, *published.blobs):
            files[_blob_file(blob)] = blob.content
        if (child := children.get(name)) is None:
            continue
        items.append(
            {
                "Config": _blob_file(child.config),
                "RepoTags": [name.removeprefix("docker.io/").removeprefix("library/")],
                "Layers": [_blob_file(layer.blob) for layer in child.layers],
            }
        )
    files["index.json"] = compact_json({"schemaVersion": 2, "manifests": entries})
    files["manifest.json"] = compact_json(items)
    folders = [member(name, kind=b"5") for name in ("blobs/", "blobs/sha256/")]
    return archive(*folders, *(member(name, files[name]) for name in sorted(files)))


def docker_25_save(
    image: Image,
    name: str | None,
    *,
    has_layers: bool = True,
    has_sources: bool = True,
    lists_untagged: bool = True,
) -> bytes:
    """What Docker 25 and later write without the containerd store (moby, image/tarexport/save.go).

    The manifest is made up while saving, of plain tars, and was published nowhere. 25.0.0 left out its layers
    (moby issue 47065), and an image without a name altogether (47210): `lists_untagged`.
    """
    tars = [
        make_blob("application/vnd.oci.image.layer.v1.tar", tar)
        for tar in unpacked(image)
    ]
    config = make_blob("application/vnd.oci.image.config.v1+json", image.config.content)
    manifest = make_blob(
        OCI_MANIFEST,
        compact_json(
            {
                "schemaVersion": 2,
                "mediaType": OCI_MANIFEST,
                "config": config.descriptor(),
                "layers": [tar.descriptor() for tar in tars] if has_layers else [],
            }
        ),
    )
    annotations: dict[str, Json] = {}
    if name is not None:
        annotations = {CONTAINERD_NAME: name, REF_NAME: name.rpartition(":")[2]}
    entries: Sequence[Json] | None = [manifest.descriptor(annotations=annotations)]
    if name is None and not lists_untagged:
        entries = None
    item: dict[str, Json] = {
        "Config": _blob_file(config),
        "RepoTags": None if name is None else [name.removeprefix("docker.io/library/")],
        "Layers": [_blob_file(tar) for tar in tars],
    }
    if has_sources:
        item["LayerSources"] = {tar.digest: tar.descriptor() for tar in tars}
    files = {_blob_file(blob): blob.content for blob in (manifest, config, *tars)}
    files["oci-layout"] = LAYOUT_MARK
    files["index.json"] = compact_json(
        {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}
    )
    files["manifest.json"] = compact_json([item])
    if name is not None:
        files["repositories"] = json.dumps({name: {}}).encode()
    return archive(*(member(file, files[file]) for file in sorted(files)))


def write(path: Path, content: bytes) -> Path:
    """The archive as a file."""
    path.write_bytes(content)
    return path


def _blob_file(blob: Blob) -> str:
    return f"blobs/{blob.digest.replace(':', '/')}"
