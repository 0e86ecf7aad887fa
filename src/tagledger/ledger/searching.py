"""Search over build steps and settings, the best first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from tagledger.ledger.answers import Hit, Search
from tagledger.ledger.candidates import (
    MAX_SOURCES,
    candidates,
    repositories,
)
from tagledger.ledger.contents import digest_of
from tagledger.ledger.engine import Engine, Row
from tagledger.ledger.filters import Filters, filters_of
from tagledger.ledger.finding import platform_text
from tagledger.ledger.keys import moment_of
from tagledger.ledger.names import reference_of
from tagledger.ledger.step_search import Sees

MAX_MISSES = 1_000
"""Images that do not fit after which a search ends: so many take some 20 ms."""

FIRST_CHUNK = 25
LAST_CHUNK = 400
"""Images asked after at once: a page's worth, then more where few fit."""


def search(
    engine: Engine, search: Search, limit: int, offset: int, sees: Sees | None = None
) -> list[Hit]:
    """As `Ledger.search`; of repositories that are seen. Raises MalformedPlatform."""
    filters = filters_of(search)
    if filters is None or not _was_observed(engine, filters):
        return []
    return list(islice(_hits(engine, filters, sees), offset, offset + limit))


def _hits(engine: Engine, filters: Filters, sees: Sees | None) -> Iterator[Hit]:
    places: list[int] = []
    if filters.repository is not None:
        places = repositories(engine, filters)
        if not places:
            return
    # Of too many the names are compared one by one.
    known = set(places) if len(places) < MAX_SOURCES else set()
    values = filters.values
    found = candidates(engine, filters, places, sees)
    size = FIRST_CHUNK
    misses = 0
    while misses < MAX_MISSES and (chunk := list(islice(found, size))):
        entries = [*dict.fromkeys(entry for entry, _ in chunk)]
        if known:
            # Most may be elsewhere, and that is told sooner than all that a hit says.
            where = engine.each("repositories_of_entry", entries)
            entries = [*dict.fromkeys(row[0] for row in where if row[1] in known)]
        rows: dict[int, list[Row]] = defaultdict(list)
        for row in engine.each("hits", entries, **values):
            rows[row[0]].append(row[1:])
        for entry, step in chunk:
            misses += entry not in rows
            for row in rows.get(entry, ()):
                if sees is None or sees(row[0]):
                    yield _hit(row, step)
        size = min(size * 2, LAST_CHUNK)


def _was_observed(engine: Engine, filters: Filters) -> bool:
    """Whether anything was observed in the time that is asked for."""
    if filters.since is None and filters.until is None:
        return True
    first, last = engine.query("observed_between")[0]
    return first is not None and (
        (filters.since is None or filters.since <= last)
        and (filters.until is None or filters.until >= first)
    )


def _hit(row: Row, step: str | None) -> Hit:
    repository, tag, manifest_kind, manifest, config_kind, config, platform = row[:7]
    return Hit(
        reference=reference_of(repository, tag),
        manifest=None if manifest is None else digest_of(manifest_kind, manifest),
        config=None if config is None else digest_of(config_kind, config),
        platform=platform_text(platform),
        step=step,
        first_seen=moment_of(row[7]),
        last_seen=moment_of(row[8]),
    )
