"""What the images of a name weighed, and when: by index, however large the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from tagledger.ledger.answers import ImageSize
from tagledger.ledger.contents import digest_of
from tagledger.ledger.engine import Engine
from tagledger.ledger.figures import bounds
from tagledger.ledger.history import history
from tagledger.ledger.keys import moment_of
from tagledger.ledger.names import reference_of, repository_name
from tagledger.model.platform import Platform
from tagledger.model.reference import Reference

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)


def sizes(
    engine: Engine, name: Reference, since: datetime | None, until: datetime | None
) -> list[ImageSize]:
    """As `Ledger.sizes`."""
    if name.tag is None and name.digest is None:
        return [*_of_repository(engine, name, since, until)]
    return [*_of_states(engine, name, since or _EARLIEST, until or _LATEST)]


def _of_repository(
    engine: Engine, name: Reference, since: datetime | None, until: datetime | None
) -> Iterator[ImageSize]:
    repository = repository_name(name)
    rows = engine.query(
        "repository_sizes", repository=repository, **bounds(since, until)
    )
    for tag, observed_at, source, platform, algorithm, raw, size in rows:
        yield ImageSize(
            reference=reference_of(repository, tag),
            observed_at=moment_of(observed_at),
            last_seen=moment_of(observed_at),
            source=source,
            platform=_platform(platform),
            manifest=None if raw is None else digest_of(algorithm, raw),
            size_bytes=size or None,
        )


def _of_states(
    engine: Engine, name: Reference, since: datetime, until: datetime
) -> Iterator[ImageSize]:
    for state in history(engine, name, None):
        fact = state.first
        if fact.statement is None or fact.is_absent:
            continue
        if fact.observed_at > until or state.last_seen < since:
            continue
        rows = engine.query("statement_sizes", statement_id=fact.statement)
        for platform, algorithm, raw, size in rows:
            yield ImageSize(
                reference=name,
                observed_at=fact.observed_at,
                last_seen=state.last_seen,
                source=fact.source,
                platform=_platform(platform),
                manifest=None if raw is None else digest_of(algorithm, raw),
                size_bytes=size or None,
            )


def _platform(name: str | None) -> Platform | None:
    if name is None:
        return None
    platform = msgspec.json.decode(name, type=Platform)
    return None if platform.is_unknown else platform
