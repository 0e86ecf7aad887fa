"""Layers: small real tar files, compressed in each way that images use."""

# ruff: noqa: A002 - "format" is the field's own word for the two families of manifests

import gzip
import io
import sys
import tarfile
from collections.abc import Mapping
from typing import Literal

import msgspec

from support.blobs import Blob, Json, digest_of, make_blob
from support.media_types import DOCKER_LAYER, OCI_LAYER

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Format = Literal["docker", "oci"]
Compression = Literal["gzip", "zstd", "none"]

MODIFIED_AT = 1_573_650_000


class Layer(msgspec.Struct, frozen=True):
    """A layer's blob, the digest of its uncompressed tar, and what its descriptor says besides.

    `is_held` is false for a layer that the registry names but does not store, as with foreign layers.
    """

    blob: Blob
    diff_id: str
    urls: tuple[str, ...] = ()
    annotations: Mapping[str, str] = {}
    is_held: bool = True

    def descriptor(self) -> dict[str, Json]:
        """The entry of a manifest's `layers` list."""
        more: dict[str, Json] = {}
        if self.urls:
            more["urls"] = list(self.urls)
        if self.annotations:
            more["annotations"] = dict(self.annotations)
        return self.blob.descriptor(**more)


def tar_of(files: Mapping[str, bytes]) -> bytes:
    """A tar of regular files, the same bytes for the same files."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            member.mtime = MODIFIED_AT
            tar.addfile(member, io.BytesIO(content))
    return archive.getvalue()


def layer_media_type(format: Format, compression: Compression) -> str:
    """The media type of a layer; Docker's own types know gzip and plain tar, zstd came to it by the same suffix rule."""
    if format == "docker":
        return (
            DOCKER_LAYER + {"gzip": ".gzip", "zstd": ".zstd", "none": ""}[compression]
        )
    return OCI_LAYER + {"gzip": "+gzip", "zstd": "+zstd", "none": ""}[compression]


def compress(tar: bytes, compression: Compression) -> bytes:
    """The bytes as a registry stores them."""
    if compression == "gzip":
        return gzip.compress(tar, mtime=0)
    if compression == "zstd":
        return zstd.compress(tar)
    return tar


def make_layer(
    files: Mapping[str, bytes],
    *,
    format: Format = "oci",
    compression: Compression = "gzip",
    media_type: str | None = None,
    algorithm: str = "sha256",
    urls: tuple[str, ...] = (),
    annotations: Mapping[str, str] | None = None,
    is_held: bool = True,
) -> Layer:
    """A layer that holds `files`; `media_type` overrides what format and compression imply."""
    tar = tar_of(files)
    stored = make_blob(
        media_type or layer_media_type(format, compression),
        compress(tar, compression),
        algorithm,
    )
    return Layer(stored, digest_of(tar, algorithm), urls, annotations or {}, is_held)
