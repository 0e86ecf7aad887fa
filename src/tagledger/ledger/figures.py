"""How much the ledger holds and was told, in figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tagledger.ledger.answers import Activity, Counts, DocumentCount, PlatformCount
from tagledger.ledger.engine import Engine
from tagledger.ledger.evidence import EVIDENCE
from tagledger.ledger.keys import microseconds, moment_of
from tagledger.model.platform import Platform

_EPOCH = date(1970, 1, 1)
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)


def counts(engine: Engine) -> Counts:
    """As `Ledger.counts`."""
    row = engine.query("counts")[0]
    return Counts(**dict(zip(Counts.__struct_fields__, map(int, row), strict=True)))


def activity(
    engine: Engine, since: datetime | None, until: datetime | None
) -> list[Activity]:
    """As `Ledger.activity`."""
    rows = engine.query("source_activity", **bounds(since, until))
    return [
        Activity(
            source=name,
            observations=observations,
            tags=tags,
            first_seen=moment_of(first),
            last_seen=moment_of(last),
        )
        for name, observations, tags, first, last in sorted(rows)
    ]


def days(
    engine: Engine, since: datetime | None, until: datetime | None
) -> dict[date, int]:
    """As `Ledger.days`."""
    rows = engine.query("observations_by_day", **bounds(since, until))
    return {_EPOCH + timedelta(days=day): count for day, count in sorted(rows)}


def platforms(engine: Engine) -> list[PlatformCount]:
    """As `Ledger.platforms`."""
    found = []
    for os, architecture, variant, images in engine.query("platform_counts"):
        platform = Platform(os, architecture, variant)
        name = None if platform.is_unknown else str(platform)
        found.append(PlatformCount(platform=name, images=images))
    return sorted(found, key=lambda item: (-item.images, item.platform or ""))


def documents(engine: Engine) -> list[DocumentCount]:
    """As `Ledger.documents`."""
    found = [
        DocumentCount(
            media_type=media_type,
            evidence=EVIDENCE[evidence],
            documents=number,
            size_bytes=int(size),
        )
        for media_type, evidence, number, size in engine.query("document_counts")
    ]
    return sorted(found, key=lambda item: (-item.size_bytes, item.media_type))


def bounds(since: datetime | None, until: datetime | None) -> dict[str, int]:
    """The two moments as questions have them; None leaves a side open."""
    return {
        "since": microseconds(since or _EARLIEST),
        "until": microseconds(until or _LATEST),
    }
