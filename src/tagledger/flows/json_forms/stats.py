"""The form of `stats --json`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tagledger.flows.json_forms.counts import CountsReport, counts_report
from tagledger.flows.json_forms.form import (
    CountField,
    SizeField,
    SourceField,
    TimeField,
)
from tagledger.flows.stats import Span, Stats
from tagledger.model.evidence import Evidence


class PlatformCountReport(msgspec.Struct, frozen=True, kw_only=True):
    """How many different images there are for a platform, of any version."""

    platform: Annotated[
        str | None,
        Meta(description="For example linux/arm/v7; null if none was stated."),
    ]
    images: CountField


class DocumentCountReport(msgspec.Struct, frozen=True, kw_only=True):
    """How much is held of a media type; parts of pages have one of their own."""

    media_type: str
    evidence: Evidence
    documents: CountField
    size_bytes: SizeField


class ActivityReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a source told in that time."""

    source: SourceField
    observations: CountField
    tags: CountField
    first_seen: TimeField
    last_seen: TimeField


class PeriodReport(msgspec.Struct, frozen=True, kw_only=True):
    """A month or a year, and the observations in it."""

    begins: Annotated[date, Meta(description="Its first day, UTC.")]
    observations: CountField


class StatsReport(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a ledger."""

    schema: Literal["tagledger.stats/1"]
    holds: CountsReport
    platforms: tuple[PlatformCountReport, ...]
    documents: tuple[DocumentCountReport, ...]
    since: Annotated[
        TimeField | None,
        Meta(description="From when on observations, sources and periods count."),
    ]
    until: TimeField | None
    observations: Annotated[CountField, Meta(description="In that time.")]
    sources: tuple[ActivityReport, ...]
    span: Annotated[Span, Meta(description="What a period is.")]
    periods: Annotated[
        tuple[PeriodReport, ...], Meta(description="Oldest first, without a gap.")
    ]


def stats_report(stats: Stats) -> StatsReport:
    """The report of a ledger's figures."""
    return StatsReport(
        schema="tagledger.stats/1",
        holds=counts_report(stats.counts),
        platforms=tuple(
            PlatformCountReport(platform=item.platform, images=item.images)
            for item in stats.platforms
        ),
        documents=tuple(
            DocumentCountReport(**msgspec.structs.asdict(item))
            for item in stats.documents
        ),
        since=stats.since,
        until=stats.until,
        observations=stats.observations,
        sources=tuple(
            ActivityReport(**msgspec.structs.asdict(item)) for item in stats.sources
        ),
        span=stats.span,
        periods=tuple(
            PeriodReport(begins=item.begins, observations=item.observations)
            for item in stats.periods
        ),
    )
