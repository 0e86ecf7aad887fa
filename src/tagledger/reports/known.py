"""How each part of an image is known.

A proven manifest proves its own bytes and nothing more: what a page tells of the
config (steps, settings, Docker version) and of dates stays reported until those bytes
are held. So each part answers for itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import Entry, Image, Layer, Snapshot


def root_evidence(snapshot: Snapshot) -> Evidence | None:
    """How the root's bytes are known; None where the source knows no root."""
    return None if snapshot.root is None else snapshot.evidence(snapshot.root.digest)


def manifest_evidence(snapshot: Snapshot, entry: Entry) -> Evidence | None:
    """How an entry's manifest is known; None where the source knows none.

    Layer digests, sizes and media types are known as the manifest is.
    """
    return None if entry.manifest is None else snapshot.evidence(entry.digest)


def config_evidence(snapshot: Snapshot, image: Image) -> Evidence | None:
    """How settings, steps and diff IDs are known; None where none were read.

    A schema 1 manifest has its config inside and answers for it.
    """
    if image.config is None and not image.steps:
        return None
    if image.config_descriptor is None:
        return manifest_evidence(snapshot, image)
    return snapshot.evidence(image.config_descriptor.digest)


def dates_evidence(snapshot: Snapshot, layers: Iterable[Layer]) -> Evidence | None:
    """How the layers' Last-Modified is known; None where there is none."""
    is_dated = any(layer.last_modified is not None for layer in layers)
    return snapshot.dates_evidence if is_dated else None
