"""The form of `report --json`: what each field means, for readers and for the schema.

Its name is `SCHEMA`. Within a version fields may be added, none is renamed, removed
or given another meaning. Every field is always there; null means that the source does
not know, or that nothing was said. A script can thus tell "none" (``[]``) from
"unknown" (``null``).
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tagledger.model.evidence import Evidence
from tagledger.reports.json_local import LocalPageReport
from tagledger.reports.json_parts import (
    AnnotationsField,
    ConfigReport,
    DescriptorReport,
    DigestField,
    LayerReport,
    PlatformReport,
    PositionField,
    ReferenceReport,
    SizeField,
    StepReport,
    TimeField,
)

SCHEMA: Literal["tagledger.report/1"] = "tagledger.report/1"
"""Name and version of the form."""


class EvidenceReport(msgspec.Struct, frozen=True, kw_only=True):
    """How each part is known; null where it was not read, or there is nothing to know.

    Layers (but their dates and diff IDs) are known as the manifest is.
    """

    manifest: Evidence | None
    config: Annotated[
        Evidence | None, Meta(description="Of settings, steps and diff IDs.")
    ]
    layer_dates: Evidence | None


class ImageReport(msgspec.Struct, frozen=True, kw_only=True):
    """What can be run on one platform."""

    position: Annotated[PositionField, Meta(description="Among all that is published.")]
    platform: Annotated[
        PlatformReport | None, Meta(description="Null on a page of before platforms.")
    ]
    manifest_digest: Annotated[
        DigestField | None, Meta(description="Null where the source knows no manifest.")
    ]
    config_digest: Annotated[
        DigestField | None, Meta(description="Null in schema 1, which has no config.")
    ]
    image_id: Annotated[
        str | None, Meta(description="The config digest; in schema 1 an ID of its own.")
    ]
    evidence: EvidenceReport
    within_indexes: Annotated[
        tuple[DigestField, ...], Meta(description="Outermost first, without the root.")
    ]
    total_size_bytes: Annotated[
        SizeField | None,
        Meta(
            description="Of all layers as sent, or else uncompressed; null if unknown."
        ),
    ]
    manifest: DescriptorReport | None
    config_descriptor: DescriptorReport | None
    artifact_type: str | None
    subject: DescriptorReport | None
    annotations: AnnotationsField | None
    attestation_digests: Annotated[
        tuple[DigestField, ...],
        Meta(description="Manifests of what attests this image."),
    ]
    config: Annotated[
        ConfigReport | None, Meta(description="Null where none was read or wanted.")
    ]
    layers: Annotated[tuple[LayerReport, ...] | None, Meta(description="Lowest first.")]
    steps: Annotated[
        tuple[StepReport, ...] | None, Meta(description="First one first.")
    ]


class AttestationReport(msgspec.Struct, frozen=True, kw_only=True):
    """A statement about one image of this index: how it was built, what is in it."""

    position: Annotated[PositionField, Meta(description="Among all that is published.")]
    manifest_digest: DigestField | None
    subject_digest: Annotated[
        DigestField | None, Meta(description="The manifest that it speaks of.")
    ]
    evidence: EvidenceReport
    within_indexes: tuple[DigestField, ...]
    platform: PlatformReport
    manifest: DescriptorReport | None
    config_descriptor: DescriptorReport | None
    layers: Annotated[
        tuple[LayerReport, ...] | None,
        Meta(description="The statements; null if not read."),
    ]


class ArtifactReport(msgspec.Struct, frozen=True, kw_only=True):
    """What is no runnable image: a chart, a module, an SBOM, a signature."""

    position: Annotated[PositionField, Meta(description="Among all that is published.")]
    manifest_digest: DigestField | None
    artifact_type: str
    evidence: EvidenceReport
    within_indexes: tuple[DigestField, ...]
    platform: PlatformReport | None
    manifest: DescriptorReport | None
    config_descriptor: DescriptorReport | None
    subject: DescriptorReport | None
    annotations: AnnotationsField | None
    layers: tuple[LayerReport, ...] | None


class MissingReport(msgspec.Struct, frozen=True, kw_only=True):
    """Listed in the index, and not to be had from this source."""

    position: Annotated[PositionField, Meta(description="Among all that is published.")]
    manifest_digest: DigestField | None
    within_indexes: tuple[DigestField, ...]
    platform: PlatformReport | None
    manifest: DescriptorReport | None
    layers: Annotated[
        tuple[LayerReport, ...],
        Meta(description="Those that were told of it all the same."),
    ]


class HeldReport(msgspec.Struct, frozen=True, kw_only=True):
    """An index, manifest or config whose exact bytes are held."""

    digest: DigestField
    media_type: str
    size_bytes: Annotated[SizeField, Meta(description="Of what the digest is over.")]
    evidence: Evidence


class ContradictionReport(msgspec.Struct, frozen=True, kw_only=True):
    """Statements about what this digest names exclude each other."""

    digest: DigestField
    problem: str


class SnapshotReport(msgspec.Struct, frozen=True, kw_only=True):
    """All that was published under one reference at one moment."""

    schema: Literal["tagledger.report/1"]
    reference: ReferenceReport
    source: Annotated[str, Meta(description="The address that it was read from.")]
    observed_at: TimeField
    is_absent: Annotated[bool, Meta(description="Nothing is published there.")]
    index_digest: Annotated[
        DigestField | None,
        Meta(description="Null where the reference names a manifest."),
    ]
    root: Annotated[
        DescriptorReport | None, Meta(description="What the reference points to.")
    ]
    root_evidence: Evidence | None
    artifact_type: str | None
    subject: DescriptorReport | None
    annotations: AnnotationsField | None
    images: tuple[ImageReport, ...]
    attestations: tuple[AttestationReport, ...]
    artifacts: tuple[ArtifactReport, ...]
    missing: tuple[MissingReport, ...]
    documents: Annotated[
        tuple[HeldReport, ...], Meta(description="What the statements rest on.")
    ]
    contradictions: tuple[ContradictionReport, ...]
    local_page: Annotated[
        LocalPageReport | None,
        Meta(description="Packages and sources; null unless a `local` page was read."),
    ]
