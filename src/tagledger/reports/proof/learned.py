"""What one run has learned: how far predictions were off, and what is already proven.

An image's next version, and its sister for another processor, are built in the same
way, so what the prediction missed in the one it misses in the other.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator

import msgspec

from tagledger.model.digest import Digest
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Document, Image, Layer
from tagledger.reports.page.cache import BoundedCache
from tagledger.reports.proof.manifest_forms import ManifestForm
from tagledger.reports.proof.statement import ListStatement, ManifestStatement

MAX_PROVEN_BYTES = 64 * 1024 * 1024
"""Proven documents remembered: those of the record's three years are 40 MB."""

MAX_FAMILIES = 20_000
"""Families of images remembered: some megabytes. The record has about 3,000."""

_DIGITS = re.compile(r"[0-9]+")


class Relative(msgspec.Struct, frozen=True):
    """What was found out of an image that is built alike.

    `missed_bytes` is by how much its config was larger than predicted.
    """

    missed_bytes: int
    form: ManifestForm


class ProvenManifest(msgspec.Struct, frozen=True):
    """A manifest that was proven, what was stated of it, and the size of its config."""

    statement: ManifestStatement
    document: Document
    config_type: str
    config_bytes: int
    layers: tuple[Layer, ...]
    form_name: str


class ProvenList(msgspec.Struct, frozen=True):
    """A list that was proven, and what was stated of it."""

    statement: ListStatement
    document: Document
    form_name: str


class Learned:
    """The memory of one run in one process; it changes how fast, never what."""

    def __init__(self) -> None:
        self._relatives: BoundedCache[Hashable, Relative] = BoundedCache(MAX_FAMILIES)
        self._manifests: BoundedCache[Digest, ProvenManifest] = BoundedCache(
            MAX_PROVEN_BYTES
        )
        self._lists: BoundedCache[Digest, ProvenList] = BoundedCache(MAX_PROVEN_BYTES)

    def relative(self, reference: Reference, image: Image) -> Relative | None:
        """The closest relative that was proven."""
        for family in _families(reference, image):
            found = self._relatives.get(family)
            if found is not None:
                return found
        return None

    def remember(self, reference: Reference, image: Image, relative: Relative) -> None:
        """One more image was proven."""
        for family in _families(reference, image):
            self._relatives.put(family, relative, 1)

    def manifest(self, digest: Digest) -> ProvenManifest | None:
        """The manifest with this digest, if it was proven before."""
        return self._manifests.get(digest)

    def keep_manifest(self, digest: Digest, proven: ProvenManifest) -> None:
        """One more manifest was proven."""
        self._manifests.put(digest, proven, len(proven.document.content))

    def list(self, digest: Digest) -> ProvenList | None:
        """The list with this digest, if it was proven before."""
        return self._lists.get(digest)

    def keep_list(self, digest: Digest, proven: ProvenList) -> None:
        """One more list was proven."""
        self._lists.put(digest, proven, len(proven.document.content))


def _families(reference: Reference, image: Image) -> Iterator[Hashable]:
    """The families that an image belongs to, the closest first."""
    system = image.platform.os
    version = image.config.docker_version if image.config else None
    kind = image.manifest.media_type if image.manifest else None
    # Of `3.7.0-alpine3.8` and `3.7.1-alpine3.8` the words are the same.
    words = _DIGITS.sub("", reference.tag or "")
    yield kind, reference.name, words, system
    yield kind, reference.name, system
    yield kind, system, version
    yield kind, system
