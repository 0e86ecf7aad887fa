"""The forms of `find --json`: of a digest, and of a search for images."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tagledger.flows.find import DigestFindings, SearchFindings
from tagledger.flows.json_forms.form import (
    CountField,
    DigestField,
    ReferenceField,
    SizeField,
    TimeField,
)
from tagledger.ledger.answers import Found, Hit, Use
from tagledger.model.evidence import Evidence

MoreField = Annotated[bool, Meta(description="There are more on the next page.")]


class FoundReport(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a digest."""

    digest: DigestField
    roles: Annotated[
        tuple[str, ...],
        Meta(
            description="Among index, manifest, config, layer, diff ID and "
            "part of a page; none for what was only named."
        ),
    ]
    media_type: str | None
    size_bytes: SizeField | None
    evidence: Annotated[
        Evidence | None, Meta(description="Null where the bytes are not held.")
    ]
    images: Annotated[CountField, Meta(description="Entries in which it stands.")]


class UseReport(msgspec.Struct, frozen=True, kw_only=True):
    """A name that had it, from when to when."""

    reference: ReferenceField
    first_seen: TimeField
    last_seen: TimeField
    ended_at: Annotated[
        TimeField | None,
        Meta(description="The first observation after it; null if it still is so."),
    ]
    observations: CountField


class FindDigestReport(msgspec.Struct, frozen=True, kw_only=True):
    """The digests that begin so, and where the one was."""

    schema: Literal["tagledger.find-digest/1"]
    is_ambiguous: Annotated[
        bool, Meta(description="Several begin so: they are only listed.")
    ]
    digests: tuple[FoundReport, ...]
    uses: Annotated[
        tuple[UseReport, ...], Meta(description="Sorted by repository and tag.")
    ]
    has_more: MoreField


class HitReport(msgspec.Struct, frozen=True, kw_only=True):
    """An image that fits, under one name."""

    reference: ReferenceField
    platform: str | None
    manifest_digest: DigestField | None
    config_digest: DigestField | None
    step: Annotated[
        str | None, Meta(description="That fits; null if no text was searched for.")
    ]
    first_seen: TimeField
    last_seen: TimeField


class FindImagesReport(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the images that fit, the best first."""

    schema: Literal["tagledger.find-images/1"]
    hits: tuple[HitReport, ...]
    has_more: MoreField


def find_digest_report(findings: DigestFindings) -> FindDigestReport:
    """The report of what was found of a digest."""
    return FindDigestReport(
        schema="tagledger.find-digest/1",
        is_ambiguous=findings.is_ambiguous,
        digests=tuple(map(_found, findings.found)),
        uses=tuple(map(_use, findings.uses)),
        has_more=findings.has_more,
    )


def find_images_report(findings: SearchFindings) -> FindImagesReport:
    """The report of a search."""
    return FindImagesReport(
        schema="tagledger.find-images/1",
        hits=tuple(map(_hit, findings.hits)),
        has_more=findings.has_more,
    )


def _found(found: Found) -> FoundReport:
    return FoundReport(
        digest=found.digest,
        roles=found.roles,
        media_type=found.media_type,
        size_bytes=found.size_bytes,
        evidence=found.evidence,
        images=found.images,
    )


def _use(use: Use) -> UseReport:
    return UseReport(
        reference=str(use.reference),
        first_seen=use.first_seen,
        last_seen=use.last_seen,
        ended_at=use.ended_at,
        observations=use.observations,
    )


def _hit(hit: Hit) -> HitReport:
    return HitReport(
        reference=str(hit.reference),
        platform=hit.platform,
        manifest_digest=hit.manifest,
        config_digest=hit.config,
        step=hit.step,
        first_seen=hit.first_seen,
        last_seen=hit.last_seen,
    )
