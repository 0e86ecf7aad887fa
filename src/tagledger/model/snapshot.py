"""The one noun: all that was published under one reference at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from tagledger.model import media_types
from tagledger.model.config import ImageConfig
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.platform import Platform
from tagledger.model.reference import Reference
from tagledger.model.step import Step


class Document(msgspec.Struct, frozen=True):
    """The bytes of an index, manifest or config that are held.

    `content` hashes to the digest. `received` differs from it only for a signed
    schema 1 manifest, whose digest is over the payload inside.
    """

    media_type: str
    content: bytes
    evidence: Evidence = Evidence.READ
    signed_form: bytes | None = None

    @property
    def received(self) -> bytes:
        """The bytes as they came."""
        return self.content if self.signed_form is None else self.signed_form


class Layer(msgspec.Struct, frozen=True):
    """One layer of an image, or one blob of an artifact.

    `digest`, `media_type` and `size_bytes` (compressed) are None where the source
    cannot know them; `diff_id` is the digest of the uncompressed tar, and
    `uncompressed_size_bytes` its size where somebody counted. `last_modified` is
    what the place that holds the bytes said.
    """

    digest: Digest | None
    media_type: str | None = None
    size_bytes: int | None = None
    diff_id: Digest | None = None
    uncompressed_size_bytes: int | None = None
    last_modified: datetime | None = None
    urls: tuple[str, ...] = ()
    annotations: Mapping[str, str] = {}

    @property
    def is_foreign(self) -> bool:
        """Whether the bytes live at `urls` instead of in the registry."""
        return self.media_type is not None and (
            media_types.is_foreign_layer(self.media_type)
        )

    @property
    def is_encrypted(self) -> bool:
        """Whether the bytes are encrypted."""
        return self.media_type is not None and (
            media_types.is_encrypted_layer(self.media_type)
        )

    @property
    def transfer_size_bytes(self) -> int | None:
        """The compressed size; the uncompressed one where that is all there is."""
        if self.size_bytes is not None:
            return self.size_bytes
        return self.uncompressed_size_bytes


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was published: what every kind of entry has.

    `manifest` is its descriptor, as the index or the registry gave it, None where
    the source knows no manifest. `within` are the indexes that it stands in,
    outermost first, without the root.
    """

    manifest: Descriptor | None
    within: tuple[Digest, ...] = ()

    @property
    def digest(self) -> Digest | None:
        """The manifest digest."""
        return self.manifest.digest if self.manifest else None


class Image(Entry, frozen=True, kw_only=True, tag="image"):
    """A runnable image for one platform.

    `config_descriptor.size_bytes` is None where only a page was read. `v1_id` is the
    image ID of a schema 1 image, which has no config digest.
    """

    platform: Platform
    config_descriptor: Descriptor | None
    config: ImageConfig | None
    layers: tuple[Layer, ...]
    steps: tuple[Step, ...]
    annotations: Mapping[str, str] = {}
    artifact_type: str | None = None
    subject: Descriptor | None = None
    v1_id: str | None = None

    @property
    def image_id(self) -> str | None:
        """The config digest, or a schema 1 image's own ID."""
        if self.config_descriptor is not None:
            return self.config_descriptor.digest
        return self.v1_id

    @property
    def total_size_bytes(self) -> int:
        """The sum over all layers of what is known, repeats included."""
        return sum(layer.transfer_size_bytes or 0 for layer in self.layers)


class Attestation(Entry, frozen=True, kw_only=True, tag="attestation"):
    """BuildKit's statement about an image, tied to it by `subject_digest`.

    Source: BuildKit docs/attestations/attestation-storage.md. `layers` are the
    in-toto statements; empty unless the manifest was asked for.
    """

    platform: Platform
    subject_digest: Digest | None
    layers: tuple[Layer, ...] = ()
    config_descriptor: Descriptor | None = None


class Artifact(Entry, frozen=True, kw_only=True, tag="artifact"):
    """Something that is no runnable image: a chart, a module, an SBOM, a signature.

    `artifact_type` falls back to the config's media type, as the specification says.
    """

    artifact_type: str
    platform: Platform | None = None
    config_descriptor: Descriptor | None = None
    layers: tuple[Layer, ...] = ()
    annotations: Mapping[str, str] = {}
    subject: Descriptor | None = None


class Missing(Entry, frozen=True, kw_only=True, tag="missing"):
    """Listed in the index and absent from this source (a sparse index).

    `layers` are those that were told of it all the same: a page of 2015 may break off
    in the middle of an image.
    """

    platform: Platform | None = None
    layers: tuple[Layer, ...] = ()


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """All that was published under one reference at one moment.

    `root` is the descriptor of the index or manifest that the reference pointed to,
    None where the source knows none (`docker save`) or the tag does not exist
    (`is_absent`). `entries` are in published order, nested indexes flattened in
    place. `documents` are the exact bytes held, by digest. `dates_evidence` says how
    the layers' Last-Modified are known. `form` is the form of the page it was read
    from, which `reports/` alone understands.
    """

    reference: Reference
    source: str
    observed_at: datetime
    root: Descriptor | None
    entries: tuple[Entry, ...] = ()
    documents: Mapping[Digest, Document] = {}
    annotations: Mapping[str, str] = {}
    artifact_type: str | None = None
    subject: Descriptor | None = None
    dates_evidence: Evidence = Evidence.READ
    contradicted: Mapping[Digest, str] = {}
    is_absent: bool = False
    form: Any = None

    @property
    def images(self) -> tuple[Image, ...]:
        """The runnable images, in published order."""
        return tuple(entry for entry in self.entries if isinstance(entry, Image))

    @property
    def artifacts(self) -> tuple[Artifact, ...]:
        """What is no runnable image."""
        return tuple(entry for entry in self.entries if isinstance(entry, Artifact))

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What the index lists and the source lacks."""
        return tuple(entry for entry in self.entries if isinstance(entry, Missing))

    @property
    def attestations(self) -> tuple[Attestation, ...]:
        """All attestations, in published order."""
        return tuple(entry for entry in self.entries if isinstance(entry, Attestation))

    @property
    def is_index(self) -> bool:
        """Whether the reference pointed to an index or manifest list."""
        return self.root is not None and self.root.media_type in media_types.INDEXES

    def attestations_of(self, image: Image) -> tuple[Attestation, ...]:
        """The attestations that speak of this image."""
        return tuple(
            attestation
            for attestation in self.attestations
            if attestation.subject_digest is not None
            and attestation.subject_digest == image.digest
        )

    def evidence(self, digest: Digest | None) -> Evidence:
        """How what this digest names is known."""
        if digest is None or digest not in self.documents:
            contradicted = digest is not None and digest in self.contradicted
            return Evidence.CONTRADICTED if contradicted else Evidence.REPORTED
        return self.documents[digest].evidence
