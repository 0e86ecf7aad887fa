"""What there was at a moment: tags, repositories, and what belongs to a manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from tagledger.errors import InvalidContent
from tagledger.flows.past.manifests import known_repository
from tagledger.ledger.protocol import Ledger
from tagledger.model.digest import Digest
from tagledger.model.manifest import Manifest, decode_manifest
from tagledger.model.reference import Reference
from tagledger.model.schema1 import Schema1Manifest
from tagledger.model.snapshot import Document

_T = TypeVar("_T")

NAMES_AT_ONCE = 1_000
"""Repositories asked of a ledger in one question."""


class Part(msgspec.Struct, Generic[_T], frozen=True):
    """A part of a sorted list, and whether more follow."""

    items: tuple[_T, ...]
    has_more: bool


class Referrer(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A descriptor as the distribution specification lists referrers."""

    media_type: str
    digest: str
    size: int
    artifact_type: str | None = None
    annotations: Mapping[str, str] = {}


def tags(
    ledger: Ledger, repository: Reference, by: datetime, *, after: str, limit: int
) -> Part[str]:
    """The tags behind `after`, in the order of the distribution specification.

    That order does not heed case. Raises RepositoryNotFound.
    """
    known_repository(ledger, repository, by)
    found = ledger.tags_at(repository, by, after=after, limit=limit + 1)
    return Part(tuple(found[:limit]), len(found) > limit)


def repositories(
    ledger: Ledger,
    by: datetime,
    *,
    spelled: Callable[[Reference], str | None],
    after: str,
    limit: int,
) -> Part[str]:
    """The repositories that had a tag then, as they are spelled, behind `after`.

    Those that have no spelling are left out.
    """
    names = {
        name: repository
        for repository in _repositories(ledger)
        if (name := spelled(repository)) is not None
    }
    found: list[str] = []
    for name in sorted(name for name in names if name > after):
        if len(found) > limit:
            break
        if ledger.has_tags(names[name], by):
            found.append(name)
    return Part(tuple(found[:limit]), len(found) > limit)


def referrers(
    ledger: Ledger,
    repository: Reference,
    subject: Digest,
    by: datetime,
    *,
    artifact_type: str | None,
    after: str,
    limit: int,
) -> Part[Referrer]:
    """What the repository had by then that says it belongs to `subject`.

    Nothing for a repository or a digest that nobody knows.
    """
    found: list[Referrer] = []
    for digest in ledger.referrers(subject):
        if len(found) > limit:
            break
        if digest <= after or ledger.had_manifest(repository, digest, by) is None:
            continue
        document = ledger.document(digest)
        referrer = None if document is None else _referrer(digest, document)
        if referrer and artifact_type in (None, referrer.artifact_type):
            found.append(referrer)
    return Part(tuple(found[:limit]), len(found) > limit)


def _repositories(ledger: Ledger) -> Iterator[Reference]:
    after = None
    while True:
        page = ledger.repositories(after=after, limit=NAMES_AT_ONCE)
        for summary in page.items:
            named = summary.repository
            yield Reference(named.domain, named.path)
        after = page.more
        if after is None:
            return


def _referrer(digest: Digest, document: Document) -> Referrer | None:
    try:
        decoded = decode_manifest(document.content, digest, document.media_type)
    except InvalidContent:
        return None
    if isinstance(decoded, Schema1Manifest):
        return None
    artifact_type = decoded.artifact_type or None
    if artifact_type is None and isinstance(decoded, Manifest) and decoded.config:
        artifact_type = decoded.config.media_type
    return Referrer(
        media_type=document.media_type,
        digest=str(digest),
        size=len(document.content),
        artifact_type=artifact_type,
        annotations=decoded.annotations,
    )
