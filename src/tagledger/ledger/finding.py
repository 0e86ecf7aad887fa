"""Everything about a digest: what it is, and which names had it, from when to when."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice

import msgspec

from tagledger.errors import MalformedDigest
from tagledger.ledger.answers import EntryRow, Found, Use
from tagledger.ledger.contents import PAGE_PART, digest_of
from tagledger.ledger.engine import Engine, Row
from tagledger.ledger.entry_parts import KIND_NAMES
from tagledger.ledger.evidence import EVIDENCE
from tagledger.ledger.keys import moment_of
from tagledger.ledger.names import reference_of
from tagledger.model import media_types
from tagledger.model.digest import Digest
from tagledger.model.platform import Platform

MIN_PREFIX = 6
"""Fewest hex digits that a prefix may have: shorter ones say too little."""

MAX_PREFIXED = 10_000
"""Most digests looked at for those that are seen. Six digits name one of 16 million:
a ledger would have to know 160,000 million digests to come near."""

MAX_CACHED_PLATFORMS = 1_000
"""Platforms of which the text is remembered; Windows has one for every build."""

_PREFIX = re.compile(rf"(?:(sha256|sha512):)?([0-9a-f]{{{MIN_PREFIX},128}})", re.ASCII)


def resolve(
    engine: Engine,
    prefix: str,
    limit: int,
    sees: Callable[[Digest], bool] | None = None,
) -> list[Digest]:
    """As `Ledger.resolve`. Raises MalformedDigest for what is no prefix."""
    match = _PREFIX.fullmatch(prefix.lower())
    if match is None:
        raise MalformedDigest(prefix[:160])
    digits = match[2]
    first = bytes.fromhex(digits + "0" * (len(digits) % 2))
    last = bytes.fromhex((digits + "f" * (len(digits) % 2)).ljust(130, "f"))
    most = limit if sees is None else MAX_PREFIXED
    rows = engine.query("digests_between", first=first, last=last, limit=most)
    found = (digest_of(algorithm, raw) for algorithm, raw in rows)
    fitting = (item for item in found if match[1] in (None, item.algorithm))
    return [*islice(filter(sees, fitting) if sees else fitting, limit)]


def find(engine: Engine, digest: Digest) -> Found | None:
    """As `Ledger.find`."""
    rows = engine.query("digest", hash=digest.raw)
    if not rows:
        return None
    number, shared = rows[0]
    is_shared = int(shared is not None)
    facts = engine.query("digest_facts", digest_id=number, is_shared=is_shared)[0]
    roles = [*_roles(facts)]
    stated_type, stated_size, media_type, size_bytes, evidence, images = facts[6:]
    if media_type == PAGE_PART:
        roles.append("part of a page")
    if evidence is None:
        media_type, size_bytes = stated_type, stated_size
    return Found(
        digest=digest,
        roles=tuple(roles),
        media_type=media_type,
        size_bytes=size_bytes,
        evidence=None if evidence is None else EVIDENCE[evidence],
        images=images + (shared or 0),
    )


def _roles(facts: Row) -> Iterator[str]:
    is_root, root_type, is_manifest, is_config, is_layer, is_diff_id = facts[:6]
    if is_root and (root_type in media_types.INDEXES or not is_manifest):
        yield "index"
    named = ("manifest", "config", "layer", "diff ID")
    claims = (is_manifest, is_config, is_layer, is_diff_id)
    for name, holds in zip(named, claims, strict=True):
        if holds:
            yield name


def images(engine: Engine, digest: Digest, limit: int, offset: int) -> list[EntryRow]:
    """As `Ledger.images`."""
    rows = engine.query("digest", hash=digest.raw)
    if not rows:
        return []
    number = rows[0][0]
    found = engine.query("digest_entries", digest_id=number, limit=limit, offset=offset)
    return [*map(entry_row, found)]


def entry_row(row: Row) -> EntryRow:
    """An entry, as the questions for entries give it."""
    return EntryRow(
        entry=row[0],
        kind=KIND_NAMES[row[1]],
        manifest=None if row[3] is None else digest_of(row[2], row[3]),
        config=None if row[5] is None else digest_of(row[4], row[5]),
        platform=platform_text(row[6]),
        total_size_bytes=row[7],
        layer_list=row[8],
        recipe=row[9],
    )


def uses(engine: Engine, digest: Digest, limit: int, offset: int) -> list[Use]:
    """As `Ledger.uses`."""
    rows = engine.query("digest", hash=digest.raw)
    if not rows:
        return []
    number, shared = rows[0]
    name = "digest_uses" if shared is None else "shared_uses"
    found = engine.query(name, digest_id=number, limit=limit, offset=offset)
    return [_use(row) for row in found]


def _use(row: Row) -> Use:
    repository, tag, first, last, count, ended = row
    return Use(
        reference=reference_of(repository, tag),
        first_seen=moment_of(first),
        last_seen=moment_of(last),
        ended_at=None if ended is None else moment_of(ended),
        observations=count,
    )


@lru_cache(maxsize=MAX_CACHED_PLATFORMS)
def platform_text(name: str | None) -> str | None:
    """A platform's row as people write it."""
    return None if name is None else str(msgspec.json.decode(name, type=Platform))
