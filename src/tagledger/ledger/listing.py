"""Long lists of what was observed, page by page: the newest facts, names, changes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from tagledger.ledger.answers import (
    Change,
    EntryRow,
    Observation,
    RepositorySummary,
    TagSummary,
)
from tagledger.ledger.engine import Engine, Row
from tagledger.ledger.finding import entry_row
from tagledger.ledger.history import observation_of
from tagledger.ledger.keys import moment_of
from tagledger.ledger.names import reference_of, repository_name, repository_patterns
from tagledger.ledger.pages import (
    Page,
    moment_cursor,
    moment_from,
    name_from,
    page_of,
)
from tagledger.model.reference import Reference

MAX_ROWS = 1_000
"""Most rows looked at in one go for those that are seen."""

Sees = Callable[[str], bool]
"""Whether a repository, as rows have its name, is one that is seen."""


def recent(
    engine: Engine, before: str | None, limit: int, sees: Sees | None = None
) -> Page[Observation]:
    """As `Ledger.recent`."""
    moment, number = moment_from(before)
    rows = _seen(
        engine,
        "recent",
        limit + 1,
        sees and (lambda row: sees(row[1])),
        lambda row: {"moment": row[3], "number": row[0]},
        moment=moment,
        number=number,
    )
    return page_of(
        rows,
        limit,
        lambda row: observation_of(reference_of(row[1], row[2]), row[3:]),
        lambda row: moment_cursor(row[3], row[0]),
    )


def changes(
    engine: Engine,
    repository: Reference | None,
    before: str | None,
    limit: int,
    sees: Sees | None = None,
) -> Page[Change]:
    """As `Ledger.changes`."""
    moment, number = moment_from(before)
    rows = _seen(
        engine,
        "changes",
        limit + 1,
        sees and (lambda row: sees(row[1])),
        lambda row: {"moment": row[4], "number": row[0]},
        repository=repository and repository_name(repository),
        moment=moment,
        number=number,
    )
    return page_of(rows, limit, _change, lambda row: moment_cursor(row[4], row[0]))


def repositories(
    engine: Engine,
    pattern: str,
    after: str | None,
    limit: int,
    sees: Sees | None = None,
) -> Page[RepositorySummary]:
    """As `Ledger.repositories`."""
    p1, p2, p3, p4 = repository_patterns(pattern)
    rows = _seen(
        engine,
        "repositories",
        limit + 1,
        sees and (lambda row: sees(row[0])),
        lambda row: {"start": row[0]},
        p1=p1,
        p2=p2,
        p3=p3,
        p4=p4,
        start=name_from(after),
    )
    return page_of(rows, limit, _repository, lambda row: str(row[0]))


def tags_of(
    engine: Engine, repository: Reference, after: str | None, limit: int
) -> Page[TagSummary]:
    """As `Ledger.tags_of`."""
    asked = {
        "repository": repository_name(repository),
        "start": name_from(after),
        "limit": limit + 1,
    }
    with engine.snapshot():
        rows = engine.query("tags_of", **asked)
        found = engine.query("entries_of_tags", **asked)
    entries = {
        statement: tuple(entry_row(row[1:]) for row in listed)
        for statement, listed in groupby(found, key=lambda row: row[0])
    }
    return page_of(
        rows,
        limit,
        lambda row: _tag(repository_name(repository), row, entries),
        lambda row: str(row[0]),
    )


def _seen(
    engine: Engine,
    name: str,
    wanted: int,
    is_seen: Callable[[Row], bool] | None,
    at: Callable[[Row], dict[str, object]],
    **asked: object,
) -> list[Row]:
    """So many rows of a list, passing over those that are not seen.

    `at` gives the values with which the list begins with a row.
    """
    if is_seen is None:
        return engine.query(name, limit=wanted, **asked)
    kept: list[Row] = []
    size, known = wanted, 0
    while True:
        rows = engine.query(name, limit=size + known, **asked)
        kept += [row for row in rows[known:] if is_seen(row)]
        if len(kept) >= wanted or len(rows) < size + known:
            return kept[:wanted]
        asked |= at(rows[-1])
        size, known = min(2 * size, MAX_ROWS), 1


def _change(row: Row) -> Change:
    reference = reference_of(row[1], row[2])
    before = None if row[12] is None else observation_of(reference, row[12:])
    return Change(
        observation=observation_of(reference, row[4:12]),
        before=before,
        is_back_to=None if row[3] is None else moment_of(row[3]),
    )


def _repository(row: Row) -> RepositorySummary:
    name, tags, first_seen, last_seen = row
    return RepositorySummary(
        repository=reference_of(name, ""),
        tags=tags,
        first_seen=moment_of(first_seen),
        last_seen=moment_of(last_seen),
    )


def _tag(
    repository: str, row: Row, entries: dict[int, tuple[EntryRow, ...]]
) -> TagSummary:
    latest = observation_of(reference_of(repository, row[0]), row[2:])
    return TagSummary(
        latest=latest,
        first_seen=moment_of(row[1]),
        entries=entries.get(latest.statement or 0, ()),
    )
