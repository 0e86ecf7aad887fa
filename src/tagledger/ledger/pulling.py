"""What a registry of the past asks: which of its repositories had what, and when."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from tagledger.ledger.contents import digest_of
from tagledger.ledger.engine import Engine, Row
from tagledger.ledger.keys import bounded, microseconds, moment_of
from tagledger.ledger.names import repository_name, tag_name
from tagledger.ledger.nesting import Held, is_within
from tagledger.model.digest import Digest
from tagledger.model.reference import Reference

MAX_ROOTS = 20
"""Indexes of a repository that are looked through for one inside of them."""


def had_manifest(
    engine: Engine, repository: Reference, digest: Digest, moment: datetime, held: Held
) -> datetime | None:
    """As `Ledger.had_manifest`; `held` gives the documents that are held."""
    found = _had(engine, "manifest_had", repository, digest, moment)
    if found is not None:
        return found
    roots_with = partial(_roots_with, engine, repository, moment)
    return moment if is_within(digest, held, roots_with) else None


def had_blob(
    engine: Engine, repository: Reference, digest: Digest, moment: datetime
) -> datetime | None:
    """As `Ledger.had_blob`."""
    return _had(engine, "blob_had", repository, digest, moment)


def carriers(
    engine: Engine, repository: Reference, blob: Digest, limit: int
) -> list[Digest]:
    """As `Ledger.carriers`."""
    rows = engine.query(
        "blob_carriers",
        hash=blob.raw,
        repository=repository_name(repository),
        limit=limit,
    )
    return [*dict.fromkeys(map(_digest, rows))]


def referrers(engine: Engine, subject: Digest) -> list[Digest]:
    """As `Ledger.referrers`."""
    return sorted(map(_digest, engine.query("referrers", hash=subject.raw)))


def tags_at(
    engine: Engine, repository: Reference, moment: datetime, after: str, limit: int
) -> list[str]:
    """As `Ledger.tags_at`."""
    after = bounded(after)
    rows = engine.query(
        "tags_at",
        repository=repository_name(repository),
        moment=microseconds(moment),
        lower=after.lower(),
        after=after,
        limit=limit,
    )
    return [name for (name,) in rows]


def has_tags(engine: Engine, repository: Reference, moment: datetime) -> bool:
    """As `Ledger.has_tags`."""
    rows = engine.query(
        "tags_at_any",
        repository=repository_name(repository),
        moment=microseconds(moment),
    )
    return bool(rows)


def known_since(engine: Engine, name: Reference) -> datetime | None:
    """As `Ledger.known_since`."""
    repository = repository_name(name)
    if name.tag is None:
        rows = engine.query("repository_known_since", repository=repository)
    else:
        rows = engine.query(
            "tag_known_since", repository=repository, tag=tag_name(name)
        )
    return moment_of(rows[0][0]) if rows and rows[0][0] is not None else None


def _had(
    engine: Engine, query: str, repository: Reference, digest: Digest, moment: datetime
) -> datetime | None:
    rows = engine.query(
        query,
        hash=digest.raw,
        repository=repository_name(repository),
        moment=microseconds(moment),
    )
    return moment_of(rows[0][0]) if rows else None


def _roots_with(
    engine: Engine, repository: Reference, moment: datetime, manifest: Digest
) -> list[Digest]:
    """What names of the repository pointed to by then that lists this manifest."""
    rows = engine.query(
        "roots_with_manifest",
        hash=manifest.raw,
        repository=repository_name(repository),
        moment=microseconds(moment),
        limit=MAX_ROOTS,
    )
    return [*map(_digest, rows)]


def _digest(row: Row) -> Digest:
    return digest_of(row[0], row[1])
