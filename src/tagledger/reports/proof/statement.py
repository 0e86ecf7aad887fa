"""What somebody states of a manifest or list, and whether two statements can both be.

What a statement leaves out (a layer's media type, before July 2016) is None and
excludes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.manifest import Manifest
from tagledger.model.platform import Platform
from tagledger.model.snapshot import Artifact, Attestation, Entry, Image, Layer


class LayerStatement(msgspec.Struct, frozen=True):
    """What is stated of one layer."""

    digest: Digest | None
    size_bytes: int | None
    media_type: str | None


class ManifestStatement(msgspec.Struct, frozen=True):
    """What is stated of what a manifest points to."""

    config: Digest | None
    layers: tuple[LayerStatement, ...]


class ListStatement(msgspec.Struct, frozen=True):
    """What is stated of a list: its manifests in order, each with its platform."""

    manifests: tuple[tuple[Digest | None, Platform | None], ...]


def stated_manifest(entry: Image | Attestation | Artifact) -> ManifestStatement:
    """What an entry of a snapshot states of its manifest."""
    config = entry.config_descriptor
    return ManifestStatement(
        config=config.digest if config else None, layers=_layers(entry.layers)
    )


def held_manifest(manifest: Manifest) -> ManifestStatement:
    """What the bytes of a manifest say."""
    config = manifest.config
    return ManifestStatement(
        config=config.digest if config else None, layers=_layers(manifest.layers)
    )


def stated_list(entries: Sequence[Entry]) -> ListStatement:
    """What a snapshot states of the list that its entries stand in."""
    return ListStatement(
        tuple((entry.digest, getattr(entry, "platform", None)) for entry in entries)
    )


def conflict(
    one: ManifestStatement | ListStatement, other: ManifestStatement | ListStatement
) -> str:
    """Where two statements of one digest exclude each other; empty if they do not."""
    if isinstance(one, ManifestStatement) and isinstance(other, ManifestStatement):
        return manifest_conflict(one, other)
    if isinstance(one, ListStatement) and isinstance(other, ListStatement):
        return list_conflict(one, other)
    return "a list here, and a manifest there"


def manifest_conflict(one: ManifestStatement, other: ManifestStatement) -> str:
    """Where the two exclude each other, in words; empty where they do not."""
    if _differ(one.config, other.config):
        return "another config"
    if len(one.layers) != len(other.layers):
        return f"{len(other.layers)} layers instead of {len(one.layers)}"
    for number, (a, b) in enumerate(zip(one.layers, other.layers, strict=True), 1):
        for field, name in (
            ("digest", "digest"),
            ("size_bytes", "size"),
            ("media_type", "media type"),
        ):
            if _differ(getattr(a, field), getattr(b, field)):
                return f"another {name} of layer {number}"
    return ""


def list_conflict(one: ListStatement, other: ListStatement) -> str:
    """Where the two exclude each other, in words; empty where they do not."""
    if len(one.manifests) != len(other.manifests):
        return f"{len(other.manifests)} manifests instead of {len(one.manifests)}"
    pairs = zip(one.manifests, other.manifests, strict=True)
    for number, ((a, here), (b, there)) in enumerate(pairs, 1):
        if _differ(a, b):
            return f"another manifest {number}"
        if _differ(here, there):
            return f"another platform of manifest {number}"
    return ""


def _layers(layers: Sequence[Layer | Descriptor]) -> tuple[LayerStatement, ...]:
    return tuple(
        LayerStatement(layer.digest, layer.size_bytes, layer.media_type)
        for layer in layers
    )


def _differ(one: object, other: object) -> bool:
    return one is not None and other is not None and one != other
