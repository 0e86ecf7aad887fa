"""The form of `sizes --json`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tagledger.flows.json_forms.form import (
    DigestField,
    ReferenceField,
    SizeField,
    SourceField,
    TimeField,
)
from tagledger.flows.sizes import Series, Sizes


class PointReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an image weighed from a moment on."""

    observed_at: TimeField
    source: SourceField
    manifest_digest: DigestField | None
    size_bytes: Annotated[
        SizeField | None, Meta(description="Of all layers as sent; null if unknown.")
    ]


class SeriesReport(msgspec.Struct, frozen=True, kw_only=True):
    """The sizes of one tag's image for one platform."""

    reference: ReferenceField
    platform: Annotated[
        str | None,
        Meta(
            description="Without the patch level of Windows; null if none was stated."
        ),
    ]
    last_seen: Annotated[
        TimeField, Meta(description="When the tag last had an image for the platform.")
    ]
    grown_bytes: Annotated[
        int | None, Meta(description="From the first point to the last.")
    ]
    points: Annotated[
        tuple[PointReport, ...],
        Meta(
            description="Oldest first: of a tag wherever it changed, of a repository "
            "what each tag was first and last."
        ),
    ]


class SizesReport(msgspec.Struct, frozen=True, kw_only=True):
    """How the images of a tag, or of all tags of a repository, grew."""

    schema: Literal["tagledger.sizes/1"]
    name: Annotated[str, Meta(description="The repository, or the tag in full.")]
    is_repository: bool
    series: tuple[SeriesReport, ...]


def sizes_report(sizes: Sizes) -> SizesReport:
    """The report of sizes."""
    return SizesReport(
        schema="tagledger.sizes/1",
        name=str(sizes.name),
        is_repository=sizes.is_repository,
        series=tuple(map(_series, sizes.series)),
    )


def _series(series: Series) -> SeriesReport:
    return SeriesReport(
        reference=str(series.reference),
        platform=series.platform,
        last_seen=series.last_seen,
        grown_bytes=series.grown_bytes,
        points=tuple(
            PointReport(
                observed_at=point.observed_at,
                source=point.source,
                manifest_digest=point.manifest,
                size_bytes=point.size_bytes,
            )
            for point in series.points
        ),
    )
