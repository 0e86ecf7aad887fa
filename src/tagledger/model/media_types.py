"""The media types of the Docker and OCI specifications, and what each says.

Sources: OCI image specification 1.1, media-types.md; Docker "Image Manifest
Version 2, Schema 1" and "Schema 2"; containers/ocicrypt for the encrypted suffix.
"""

from __future__ import annotations

DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+json"
DOCKER_SCHEMA1_SIGNED = "application/vnd.docker.distribution.manifest.v1+prettyjws"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER_GZIP = "application/vnd.docker.image.rootfs.diff.tar.gzip"
DOCKER_LAYER_FOREIGN = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_ARTIFACT_MANIFEST = "application/vnd.oci.artifact.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_EMPTY = "application/vnd.oci.empty.v1+json"

IN_TOTO = "application/vnd.in-toto+json"
OCTET_STREAM = "application/octet-stream"

INDEXES = frozenset({DOCKER_LIST, OCI_INDEX})
SCHEMA1 = frozenset({DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED})
MANIFESTS = frozenset({DOCKER_MANIFEST, OCI_MANIFEST, OCI_ARTIFACT_MANIFEST}) | SCHEMA1
DOCUMENTS = INDEXES | MANIFESTS

IMAGE_CONFIGS = frozenset({DOCKER_CONFIG, OCI_CONFIG, OCTET_STREAM})
"""A manifest whose config is none of these is an artifact, not an image.
Docker 1.12 and older pushed the config as `application/octet-stream`."""

ACCEPTED = (
    OCI_INDEX,
    OCI_MANIFEST,
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_ARTIFACT_MANIFEST,
    DOCKER_SCHEMA1_SIGNED,
    DOCKER_SCHEMA1,
)
"""What to ask a registry for, in order of preference."""


def is_foreign_layer(media_type: str) -> bool:
    """Whether the layer's bytes live at its `urls`, not in the registry."""
    return ".foreign." in media_type or ".nondistributable." in media_type


def is_encrypted_layer(media_type: str) -> bool:
    """Whether the layer is encrypted (ocicrypt: the suffix ``+encrypted``)."""
    return media_type.endswith("+encrypted")


def layer_compression(media_type: str) -> str | None:
    """``gzip``, ``zstd`` or ``none`` as the media type says; None if it is no tar.

    An encrypted layer answers for what is inside the encryption.
    """
    inner = media_type.removesuffix("+encrypted")
    if inner.endswith(("tar+gzip", "tar.gzip", "+x-gtar")):
        return "gzip"
    if inner.endswith(("tar+zstd", "tar.zstd")):
        return "zstd"
    if inner.endswith((".tar", "diff.tar")):
        return "none"
    return None
