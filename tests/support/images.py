"""Images and indexes; those made up from a seed have the same bytes for the same seed."""

# ruff: noqa: A002, S311 - "format" is the field's own word; made-up bytes need a seed, not secrecy

import random
from collections.abc import Mapping, Sequence

import msgspec

from support.blobs import (
    Blob,
    Json,
    JsonObject,
    Published,
    compact_json,
    indented_json,
    make_blob,
)
from support.layers import Compression, Format, Layer, make_layer
from support.media_types import (
    DOCKER_CONFIG,
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_CONFIG,
    OCI_INDEX,
    OCI_MANIFEST,
)
from support.platforms import Platform
from support.random_parts import random_config, random_files


class Image(msgspec.Struct, frozen=True):
    """One image for one platform, with every piece at hand."""

    platform: Platform
    config: Blob
    layers: tuple[Layer, ...]
    manifest: Blob

    @property
    def digest(self) -> str:
        """The manifest's digest."""
        return self.manifest.digest

    @property
    def diff_ids(self) -> tuple[str, ...]:
        """The digests of the uncompressed layers, lowest layer first."""
        return tuple(layer.diff_id for layer in self.layers)

    @property
    def published(self) -> Published:
        """The pieces, those that a registry would hold apart from those kept elsewhere."""
        held = tuple(layer.blob for layer in self.layers if layer.is_held)
        elsewhere = tuple(layer.blob for layer in self.layers if not layer.is_held)
        return Published(
            self.manifest, (self.manifest,), (self.config, *held), elsewhere
        )


class Entry(msgspec.Struct, frozen=True):
    """A child of an index where the index says something of its own about it."""

    published: Published
    platform: Platform | None = None
    annotations: Mapping[str, str] = {}
    is_held: bool = True
    more: JsonObject = {}


def image_of(
    config: JsonObject | bytes,
    layers: Sequence[Layer],
    *,
    format: Format = "docker",
    platform: Platform | None = None,
    annotations: Mapping[str, str] | None = None,
    manifest_more: JsonObject | None = None,
    config_media_type: str | None = None,
    algorithm: str = "sha256",
) -> Image:
    """An image with exactly this config and these layers.

    A config given as bytes is stored as it is. `manifest_more` adds fields at the end of the manifest.
    """
    config_bytes = config if isinstance(config, bytes) else compact_json(config)
    is_docker = format == "docker"
    stored = make_blob(
        config_media_type or (DOCKER_CONFIG if is_docker else OCI_CONFIG),
        config_bytes,
        algorithm,
    )
    media_type = DOCKER_MANIFEST if is_docker else OCI_MANIFEST
    document: dict[str, Json] = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": stored.descriptor(),
        "layers": [layer.descriptor() for layer in layers],
    }
    if annotations:
        document["annotations"] = dict(annotations)
    document.update(manifest_more or {})
    written = indented_json(document) if is_docker else compact_json(document)
    manifest = make_blob(media_type, written, algorithm)
    return Image(platform or Platform(), stored, tuple(layers), manifest)


def random_image(
    seed: int = 7,
    layers: int = 3,
    format: Format = "docker",
    *,
    os: str = "linux",
    os_version: str | None = None,
    os_features: tuple[str, ...] = (),
    arch: str = "amd64",
    variant: str | None = None,
    compression: Compression = "gzip",
    algorithm: str = "sha256",
    annotations: Mapping[str, str] | None = None,
) -> Image:
    """An image with `layers` layers, one step for each, and steps that made no layer before, between and after them."""
    chance = random.Random(f"{seed} {os} {os_version} {arch} {variant}")
    platform = Platform(os, arch, variant, os_version, os_features)
    made = [
        make_layer(
            random_files(chance, os),
            format=format,
            compression=compression,
            algorithm=algorithm,
        )
        for _ in range(layers)
    ]
    config = random_config(chance, platform, made)
    return image_of(
        config,
        made,
        format=format,
        platform=platform,
        annotations=annotations,
        algorithm=algorithm,
    )


def index_of(
    children: Sequence[Image | Published | Entry],
    *,
    format: Format = "docker",
    annotations: Mapping[str, str] | None = None,
    more: JsonObject | None = None,
    algorithm: str = "sha256",
) -> Published:
    """An index (or manifest list) of `children`, in their order.

    A child that is an `Entry` may be sparse (`is_held=False`: named, but not there) or carry annotations.
    """
    entries = [_entry_of(child) for child in children]
    is_docker = format == "docker"
    media_type = DOCKER_LIST if is_docker else OCI_INDEX
    document: dict[str, Json] = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "manifests": [_index_descriptor(entry) for entry in entries],
    }
    if annotations:
        document["annotations"] = dict(annotations)
    document.update(more or {})
    root = make_blob(
        media_type,
        indented_json(document) if is_docker else compact_json(document),
        algorithm,
    )
    held = [entry.published for entry in entries if entry.is_held]
    return Published(
        root,
        (root, *(manifest for child in held for manifest in child.manifests)),
        tuple(blob for child in held for blob in child.blobs),
        tuple(blob for child in held for blob in child.elsewhere),
    )


def _entry_of(child: Image | Published | Entry) -> Entry:
    if isinstance(child, Image):
        return Entry(child.published, child.platform)
    return child if isinstance(child, Entry) else Entry(child)


def _index_descriptor(entry: Entry) -> dict[str, Json]:
    more: dict[str, Json] = {}
    if entry.annotations:
        more["annotations"] = dict(entry.annotations)
    if entry.platform:
        more["platform"] = entry.platform.as_json()
    return entry.published.root.descriptor(**more, **entry.more)
