"""How each part of an image is known.

A proven manifest proves its own bytes and nothing more: what a page tells of the
config (steps, settings, Docker version) and of dates stays reported until those bytes
are held. So each part answers for itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import Entry, Image, Layer, Snapshot
from tagledger.reports.page.local_page import LocalReport


def root_evidence(snapshot: Snapshot) -> Evidence | None:
    """How the root's bytes are known; None where the source knows no root."""
    return None if snapshot.root is None else snapshot.evidence(snapshot.root.digest)


def manifest_evidence(snapshot: Snapshot, entry: Entry) -> Evidence | None:
    """How an entry's manifest is known; None where none is known or it was not read.

    Layer digests, sizes and media types are known as the manifest is. An attestation
    that nobody asked for is listed in an index that was read: its bytes are not known,
    and still no mere report says that it is there.
    """
    digest = entry.digest
    if digest is None:
        return None
    is_stated = isinstance(entry, Image) or digest in snapshot.contradicted
    if not is_stated and digest not in snapshot.documents:
        root = snapshot.root.digest if snapshot.root else None
        index = entry.within[-1] if entry.within else root
        if index in snapshot.documents:
            return None
    return snapshot.evidence(digest)


def config_evidence(snapshot: Snapshot, image: Image) -> Evidence | None:
    """How settings, steps and diff IDs are known; None where none were read.

    A schema 1 manifest has its config inside and answers for it.
    """
    if image.config is None and not image.steps:
        return None
    if image.config_descriptor is None:
        return manifest_evidence(snapshot, image)
    return snapshot.evidence(image.config_descriptor.digest)


def are_layers_known(snapshot: Snapshot) -> bool:
    """Whether an image without layers has none; a `local` page says nothing of them."""
    return not isinstance(snapshot.form, LocalReport)


def is_held(snapshot: Snapshot, digest: Digest | None) -> bool:
    """Whether the bytes are held: what they do not say is then known to be absent."""
    return digest is not None and digest in snapshot.documents


def is_listing_held(snapshot: Snapshot, entry: Entry) -> bool:
    """Whether the index is held in which an entry is listed, or the root that it is."""
    root = snapshot.root.digest if snapshot.root else None
    return is_held(snapshot, entry.within[-1] if entry.within else root)


def is_config_held(snapshot: Snapshot, image: Image) -> bool:
    """Whether all is known that an image's config says; see `config_evidence`."""
    config = image.config_descriptor
    return is_held(snapshot, image.digest if config is None else config.digest)


def dates_evidence(snapshot: Snapshot, layers: Iterable[Layer]) -> Evidence | None:
    """How the layers' Last-Modified is known; None where there is none."""
    is_dated = any(layer.last_modified is not None for layer in layers)
    return snapshot.dates_evidence if is_dated else None
