"""The ledger as a place to read from: ``ledger:REF``, now or at a moment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec

from tagledger.errors import (
    ContentNotHeld,
    MalformedReference,
    ManifestNotFound,
    NotObserved,
)
from tagledger.ledger.answers import Observation
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.statements import NOT_HELD, ReadPage, Statements
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.reference import Reference, parse_reference
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Progress, Wanted, no_progress

LATEST = datetime.max.replace(tzinfo=UTC)
"""A moment that no observation is after."""

MAX_USES = 1_000
"""Most names looked through for one that had a digest."""

SCHEME = "ledger:"


class LedgerSource:
    """The `Source` of a ledger, which it closes at the end.

    `at` is the moment that is asked about; without one it is now.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        read_page: ReadPage,
        at: datetime | None = None,
        progress: Progress = no_progress,
    ) -> None:
        self._ledger = ledger
        self._statements = Statements(ledger, read_page, progress=progress)
        self._at = at

    async def observe(self, name: Reference, wanted: Wanted) -> Snapshot:
        """What was observed under `name`, as it was at that moment.

        Raises NotObserved, ContentNotHeld, PlatformNotFound or LedgerError.
        """
        fact = fact_about(self._ledger, name, self._at)
        snapshot = await self._statements.snapshot(fact, wanted)
        return snapshot if name.digest is None else narrowed(snapshot, name.digest)

    async def content(self, name: Reference, descriptor: Descriptor) -> bytes:
        """The bytes of a document, as they came. Raises ContentNotHeld."""
        _ = name
        document = self._ledger.document(descriptor.digest)
        if document is None:
            raise ContentNotHeld(descriptor.digest, hint=NOT_HELD)
        return document.received

    async def blob(
        self, name: Reference, descriptor: Descriptor, *, offset: int = 0
    ) -> AsyncIterator[bytes]:
        """Never anything: raises ContentNotHeld."""
        _ = name, offset
        for digest in (descriptor.digest,):
            raise ContentNotHeld(digest, hint=NOT_HELD)
        yield b""

    async def tags(self, name: Reference) -> AsyncIterator[str]:
        """The tags that there were at that moment."""
        for found in self._ledger.references(name.name):
            if (found.domain, found.path) != (name.domain, name.path):
                continue
            fact = self._ledger.at(found, self._at or LATEST)
            if found.tag is not None and fact is not None and not fact.is_absent:
                yield found.tag

    async def aclose(self) -> None:
        """Close the ledger."""
        self._ledger.close()


def fact_about(ledger: Ledger, name: Reference, at: datetime | None) -> Observation:
    """The latest fact about a name at a moment, None for now; or about its digest.

    Raises NotObserved.
    """
    moment = at or LATEST
    if name.digest is None:
        fact = ledger.at(name, moment)
    else:
        fact = _fact_with(ledger, name, name.digest, moment)
    if fact is None:
        raise NotObserved(name.familiar, at)
    return fact


def _fact_with(
    ledger: Ledger, name: Reference, digest: Digest, moment: datetime
) -> Observation | None:
    """The first observation of a name in this repository that had the digest.

    Where it is known under several names, one that has the same tag is taken.
    """
    uses = [
        use
        for use in ledger.uses(digest, limit=MAX_USES)
        if (use.reference.domain, use.reference.path) == (name.domain, name.path)
        and use.first_seen <= moment
    ]
    uses.sort(key=lambda use: use.reference.tag != name.tag)
    return ledger.at(uses[0].reference, uses[0].first_seen) if uses else None


def known_reference(ledger: Ledger, text: str) -> Reference:
    """The name that a person means by `text`, with or without ``ledger:`` before it.

    What an image is called in a layout or an archive may be no name in a registry.
    Raises MalformedReference where it is neither that nor known.
    """
    text = text.removeprefix(SCHEME)
    path, _, tag = text.rpartition(":")
    local = Reference("", path, tag) if path else Reference("", text)
    try:
        reference = parse_reference(text)
    except MalformedReference:
        if ledger.at(local, LATEST) is None:
            raise
        return local
    is_known = reference.digest is not None or ledger.at(reference, LATEST)
    return reference if is_known or not ledger.at(local, LATEST) else local


def narrowed(snapshot: Snapshot, digest: Digest) -> Snapshot:
    """The snapshot of what this digest names: all of it, or one of its images.

    Raises ManifestNotFound.
    """
    if snapshot.root is not None and snapshot.root.digest == digest:
        return snapshot
    for entry in snapshot.entries:
        if entry.manifest is not None and entry.digest == digest:
            return msgspec.structs.replace(
                snapshot,
                reference=snapshot.reference.with_digest(digest),
                root=entry.manifest,
                entries=(entry,),
            )
    raise ManifestNotFound(snapshot.reference.title, digest)
