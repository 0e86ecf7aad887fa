"""One fixture for each kind of manifest that is to be read; each says what it follows."""

# ruff: noqa: A002, S311 - "format" is the field's own word; made-up bytes need a seed, not secrecy

import base64
import random
from collections.abc import Callable, Mapping, Sequence

from support.artifacts import helm_chart, sbom, wasm_module
from support.attestations import attestation_of
from support.blobs import JsonObject, Published, compact_json, make_blob
from support.images import Entry, Image, image_of, index_of, random_image
from support.layers import Format, Layer, make_layer
from support.media_types import DOCKER_FOREIGN_LAYER, OCI_FOREIGN_LAYER
from support.schema1 import schema_1, schema_1_signed

FOREIGN_BASE = "https://layers.example.org"


def docker_image() -> Published:
    """A Docker schema 2 image (distribution's manifest-v2-2.md), with the indent of Docker's own push. Generated here."""
    return random_image().published


def docker_image_with_octet_stream_config() -> Published:
    """A schema 2 image as Docker 1.10 to 1.12 pushed it: the config's type is that of any bytes. Generated here."""
    made = random_image(seed=8)
    return image_of(
        made.config.content, made.layers, config_media_type="application/octet-stream"
    ).published


def docker_list() -> Published:
    """A manifest list (manifest-v2-2.md) with arm variants and two Windows versions. Generated here."""
    return index_of(_five_platforms("docker"))


def oci_image() -> Published:
    """An OCI image (image-spec, manifest.md). Generated here."""
    return random_image(format="oci").published


def oci_index() -> Published:
    """An OCI index (image-spec, image-index.md) with arm variants and two Windows versions. Generated here."""
    return index_of(_five_platforms("oci"), format="oci")


def nested_index() -> Published:
    """An index that names an index and an image, as image-index.md allows. Generated here."""
    inner = index_of(_five_platforms("oci")[:2], format="oci")
    return index_of(
        [inner, random_image(seed=9, format="oci", arch="s390x")], format="oci"
    )


def sparse_index() -> Published:
    """An index two of whose five children are not there (distribution-spec, "Pushing Manifests"). Generated here."""
    entries = [
        Entry(image.published, image.platform, is_held=number not in {1, 3})
        for number, image in enumerate(_five_platforms("oci"))
    ]
    return index_of(entries, format="oci")


def attested_index() -> Published:
    """An index as BuildKit writes it, with an attestation for each of two platforms.

    Follows Docker's "Image attestation storage". Generated here.
    """
    images = _five_platforms("oci")[:2]
    return index_of(
        [*images, *(attestation_of(image) for image in images)], format="oci"
    )


def zstd_layers() -> Published:
    """Layers compressed with zstd (image-spec, layer.md). Generated here, with a real compressor."""
    return random_image(format="oci", compression="zstd").published


def uncompressed_layers() -> Published:
    """Layers that are plain tar files, whose digest is the diff ID too (layer.md). Generated here."""
    return random_image(format="oci", compression="none").published


def docker_foreign_layers(base: str = FOREIGN_BASE) -> Published:
    """A Windows image whose base layer is kept elsewhere (manifest-v2-2.md, `urls`). Generated here."""
    return _with_foreign_base("docker", DOCKER_FOREIGN_LAYER, base).published


def oci_nondistributable_layers(base: str = FOREIGN_BASE) -> Published:
    """The same in OCI's words (layer.md, "Non-Distributable Layers"). Generated here."""
    return _with_foreign_base("oci", OCI_FOREIGN_LAYER, base).published


def encrypted_layers() -> Published:
    """A layer encrypted as ocicrypt does it.

    Generated here: the annotations have the real form, the ciphertext and the wrapped key are random bytes, since
    nobody without the key could tell.
    """
    chance = random.Random("encrypted")
    plain = make_layer({"etc/motd": b"hello\n"}, format="oci")
    options: JsonObject = {
        "cipher": "AES_256_CTR_HMAC_SHA256",
        "hmac": _base64(chance.randbytes(32)),
        "cipheroptions": {},
    }
    wrapped: JsonObject = {
        "protected": "e30",
        "encrypted_key": _base64(chance.randbytes(32)),
        "tag": _base64(chance.randbytes(16)),
    }
    encrypted = Layer(
        make_layer(
            {"x": chance.randbytes(200)},
            format="oci",
            compression="none",
            media_type="application/vnd.oci.image.layer.v1.tar+gzip+encrypted",
        ).blob,
        plain.diff_id,
        annotations={
            "org.opencontainers.image.enc.keys.jwe": _base64(compact_json(wrapped)),
            "org.opencontainers.image.enc.pubopts": _base64(compact_json(options)),
        },
    )
    return _with_layers([plain, encrypted]).published


def sha512_digests() -> Published:
    """An image whose digests are all SHA-512 (image-spec, descriptor.md, "SHA-512"). Generated here."""
    return random_image(format="oci", algorithm="sha512").published


def unknown_fields() -> Published:
    """Fields that no specification knows, at every level, as descriptor.md tells readers to expect. Generated here."""
    made = random_image(format="oci")
    image = image_of(
        made.config.content.removesuffix(b"}")
        + b',"org.example.future":{"deep":[1,2.5,null,"\\u00e9"]}}',
        made.layers,
        format="oci",
        manifest_more={
            "org.example.future": {"n": 12345678901234567890},
            "aNumber": 1.0,
        },
    )
    child = Entry(image.published, image.platform, more={"org.example.future": True})
    return index_of([child], format="oci", more={"org.example.future": []})


def annotations() -> Published:
    """Annotations on an index, its entry, the manifest and a layer (image-spec, annotations.md). Generated here."""
    layer = make_layer(
        {"etc/motd": b"hello\n"}, annotations={"org.example.layer": "base"}
    )
    image = _with_layers(
        [layer],
        {
            "org.opencontainers.image.version": "1.0",
            "org.example.odd": "<b>`é`|\n\x1b[31m",
        },
    )
    child = Entry(
        image.published,
        image.platform,
        {"org.opencontainers.image.revision": "0123abc"},
    )
    return index_of(
        [child],
        format="oci",
        annotations={"org.opencontainers.image.title": "everything annotated"},
    )


def without_media_type() -> Published:
    """An OCI manifest without `mediaType`, which image-spec 1.0 allowed: older skopeo and Helm. Generated here."""
    made = random_image(format="oci", seed=11)
    text = made.manifest.content.replace(
        b'"mediaType":"application/vnd.oci.image.manifest.v1+json",', b"", 1
    )
    root = make_blob(made.manifest.media_type, text)
    return Published(root, (root,), made.published.blobs)


KINDS: dict[str, Callable[[], Published]] = {
    "docker-image": docker_image,
    "docker-image-with-octet-stream-config": docker_image_with_octet_stream_config,
    "docker-list": docker_list,
    "docker-foreign-layers": docker_foreign_layers,
    "schema-1": schema_1,
    "schema-1-signed": schema_1_signed,
    "oci-image": oci_image,
    "oci-image-without-media-type": without_media_type,
    "oci-index": oci_index,
    "nested-index": nested_index,
    "sparse-index": sparse_index,
    "attested-index": attested_index,
    "zstd-layers": zstd_layers,
    "uncompressed-layers": uncompressed_layers,
    "oci-nondistributable-layers": oci_nondistributable_layers,
    "encrypted-layers": encrypted_layers,
    "sha512-digests": sha512_digests,
    "unknown-fields": unknown_fields,
    "annotations": annotations,
    "helm-chart": helm_chart,
    "wasm-module": wasm_module,
    "sbom": sbom,
}


def _five_platforms(format: Format) -> list[Image]:
    return [
        random_image(format=format, arch="amd64"),
        random_image(format=format, arch="arm64", variant="v8"),
        random_image(format=format, arch="arm", variant="v7"),
        random_image(format=format, os="windows", os_version="10.0.17763.864"),
        random_image(format=format, os="windows", os_version="10.0.20348.169"),
    ]


def _with_foreign_base(format: Format, media_type: str, base: str) -> Image:
    made = random_image(
        seed=10, format=format, os="windows", os_version="10.0.17763.864"
    )
    base_layer = made.layers[0]
    foreign = make_blob(media_type, base_layer.blob.content)
    url = f"{base}/v2/windows/nanoserver/blobs/{foreign.digest}"
    kept_elsewhere = Layer(foreign, base_layer.diff_id, (url,), is_held=False)
    return image_of(
        made.config.content,
        [kept_elsewhere, *made.layers[1:]],
        format=format,
        platform=made.platform,
    )


def _with_layers(
    layers: Sequence[Layer], annotations: Mapping[str, str] | None = None
) -> Image:
    steps: list[JsonObject] = [
        {
            "created": "2023-05-06T07:08:09Z",
            "created_by": f"COPY part-{number} / # buildkit",
            "comment": "buildkit",
        }
        for number, _ in enumerate(layers)
    ]
    config: JsonObject = {
        "architecture": "amd64",
        "config": {"Cmd": ["/bin/cat", "/etc/motd"]},
        "created": "2023-05-06T07:08:09Z",
        "history": steps,
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
    }
    return image_of(config, layers, format="oci", annotations=annotations)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
