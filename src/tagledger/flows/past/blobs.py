"""Configs and layers of a repository, as it was at a moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from tagledger.errors import BlobNotFound, InvalidContent
from tagledger.flows.past.manifests import known_repository
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.source import LATEST
from tagledger.model import media_types
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.manifest import Manifest, decode_manifest
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Document


class PastBlob(msgspec.Struct, frozen=True):
    """A config or layer: its bytes where the ledger holds them, and what was said.

    The size is None where nobody said it.
    """

    descriptor: Descriptor
    document: Document | None


def blob(
    ledger: Ledger, repository: Reference, digest: Digest, by: datetime
) -> PastBlob:
    """A config or layer that the repository had by then.

    Raises RepositoryNotFound or BlobNotFound.
    """
    if ledger.had_blob(repository, digest, by) is None:
        known_repository(ledger, repository, by)
        later = ledger.had_blob(repository, digest, LATEST)
        hint = "the repository had it only later" if later else NEVER_HAD
        raise BlobNotFound(repository.familiar_name, digest, hint=hint)
    document = ledger.document(digest)
    if document is not None:
        size = len(document.content)
        return PastBlob(Descriptor(document.media_type, digest, size), document)
    return PastBlob(_described(ledger, repository, digest), None)


NEVER_HAD = "no image of this repository is known to have it"
"""Why a digest that may well exist is not given."""


def _described(ledger: Ledger, repository: Reference, digest: Digest) -> Descriptor:
    """What a manifest of the repository, or else a page, says of it."""
    for carrier in ledger.carriers(repository, digest):
        document = ledger.document(carrier)
        if document is None:
            continue
        for descriptor in _listed(carrier, document):
            if descriptor.digest == digest:
                return descriptor
    found = ledger.find(digest)
    media_type = (found and found.media_type) or media_types.OCTET_STREAM
    return Descriptor(media_type, digest, found.size_bytes if found else None)


def _listed(digest: Digest, document: Document) -> Iterator[Descriptor]:
    try:
        decoded = decode_manifest(document.content, digest, document.media_type)
    except InvalidContent:
        return
    if isinstance(decoded, Manifest):
        yield from decoded.layers
        if decoded.config is not None:
            yield decoded.config
