"""Manifests and indexes of a repository, as it was at a moment."""

from __future__ import annotations

from datetime import datetime

from tagledger.errors import (
    ContentNotHeld,
    ManifestNotFound,
    RepositoryNotFound,
    TagNotFound,
)
from tagledger.ledger.answers import Observation
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.source import LATEST
from tagledger.model.digest import Digest
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Document

REPORTED_ONLY = "it is known from a published page, and its bytes were not proven"
"""Why there are no bytes of something that is known."""


def known_repository(ledger: Ledger, repository: Reference, by: datetime) -> None:
    """Raise RepositoryNotFound where nothing was seen of it until then."""
    since = ledger.known_since(repository)
    if since is None or since > by:
        raise RepositoryNotFound(repository.familiar_name, hint=_since(since))


def pointed_to(ledger: Ledger, name: Reference, by: datetime) -> Observation:
    """The latest fact about a tag, which pointed to a manifest that is known.

    Raises RepositoryNotFound, TagNotFound or ContentNotHeld.
    """
    fact = ledger.at(name, by)
    if fact is None:
        known_repository(ledger, _repository(name), by)
        raise TagNotFound(name.familiar, hint=_since(ledger.known_since(name)))
    if fact.is_absent:
        hint = f"it was gone when it was looked for on {_shown(fact.observed_at)}"
        raise TagNotFound(name.familiar, hint=hint)
    if fact.root is None:
        hint = f"{fact.source} did not say which manifest it was"
        raise ContentNotHeld(f"the manifest of {name.familiar}", hint=hint)
    return fact


def manifest(
    ledger: Ledger, repository: Reference, digest: Digest, by: datetime
) -> Document:
    """A manifest or index that the repository had by then.

    Raises RepositoryNotFound, ManifestNotFound or, where it is known without its
    bytes, ContentNotHeld.
    """
    if ledger.had_manifest(repository, digest, by) is None:
        known_repository(ledger, repository, by)
        later = ledger.had_manifest(repository, digest, LATEST)
        hint = f"it was first seen after {_shown(by)}" if later else ""
        raise ManifestNotFound(repository.familiar_name, digest, hint=hint)
    document = ledger.document(digest)
    if document is None:
        raise ContentNotHeld(digest, hint=REPORTED_ONLY)
    return document


def _repository(name: Reference) -> Reference:
    return Reference(name.domain, name.path)


def _since(moment: datetime | None) -> str:
    return "" if moment is None else f"it is known since {_shown(moment)}"


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
