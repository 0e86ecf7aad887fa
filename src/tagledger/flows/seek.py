"""What a person means by what they typed: a name, a digest, or words."""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

from tagledger.errors import MalformedDigest, MalformedReference, NotObserved
from tagledger.flows.repository import known_repository
from tagledger.ledger.answers import RepositorySummary
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.source import LATEST, known_reference
from tagledger.model.digest import Digest
from tagledger.model.reference import Reference

MAX_DIGESTS = 20
"""Most digests listed that begin alike."""

MAX_REPOSITORIES = 12
"""Most repositories listed whose name has the text in it."""

MAX_NAME = 400
"""No name or digest is longer than this."""

_AROUND = re.compile(
    r"(?:(?:docker|podman|nerdctl|crane|skopeo)\s+\w+\s+|FROM\s+|docker://|ledger:)",
    re.IGNORECASE,
)
_HEX = re.compile(r"(?:sha(?:256|512):)?[0-9a-f]{6,128}", re.IGNORECASE | re.ASCII)


class Kind(StrEnum):
    """What a text is taken for."""

    TAG = "tag"
    REPOSITORY = "repository"
    DIGEST = "digest"
    WORDS = "words"


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """What the text names. `repositories` are those with the text in their name."""

    kind: Kind
    reference: Reference | None = None
    digests: tuple[Digest, ...] = ()
    repositories: tuple[RepositorySummary, ...] = ()


def seek(ledger: Ledger, text: str) -> Sought:
    """What of the ledger the text names; words where it is no name of anything.

    A whole command is understood by the name in it: ``docker pull python:3.8``.
    """
    text = text.strip()
    name = _AROUND.sub("", text, count=1).strip() if _AROUND.match(text) else text
    if 0 < len(name) <= MAX_NAME:
        if digests := _digests(ledger, name):
            return Sought(kind=Kind.DIGEST, digests=digests)
        if reference := _observed(ledger, name):
            return Sought(kind=Kind.TAG, reference=reference)
        if repository := _repository(ledger, name):
            return Sought(kind=Kind.REPOSITORY, reference=repository)
    return Sought(kind=Kind.WORDS, repositories=_like(ledger, name))


def _digests(ledger: Ledger, name: str) -> tuple[Digest, ...]:
    if not _HEX.fullmatch(name):
        return ()
    try:
        return tuple(ledger.resolve(name, limit=MAX_DIGESTS + 1))
    except MalformedDigest:
        return ()


def _observed(ledger: Ledger, name: str) -> Reference | None:
    """The reference, where it says a tag or a digest and the ledger knows it."""
    try:
        reference = known_reference(ledger, name)
    except MalformedReference:
        return None
    if reference.digest is not None:
        return reference if ledger.find(reference.digest) else None
    is_said = reference.tag is not None and name.endswith(f":{reference.tag}")
    return reference if is_said and ledger.at(reference, LATEST) else None


def _repository(ledger: Ledger, name: str) -> Reference | None:
    try:
        return known_repository(ledger, name).repository
    except (MalformedReference, NotObserved):
        return None


def _like(ledger: Ledger, name: str) -> tuple[RepositorySummary, ...]:
    if not 2 <= len(name) <= MAX_NAME or "*" in name:
        return ()
    page = ledger.repositories(f"*{name.lower()}*", limit=MAX_REPOSITORIES)
    return page.items
