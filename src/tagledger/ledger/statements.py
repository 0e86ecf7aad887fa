"""What was stated, as a snapshot again: made from the bytes that the ledger holds.

Pages are read by `reports`, of which the ledger knows nothing: whoever opens it hands
in how (`ReadPage`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

import msgspec

from tagledger.errors import ContentNotHeld, ManifestNotFound
from tagledger.ledger.answers import EntryRow, Observation
from tagledger.ledger.protocol import Ledger
from tagledger.model.assembly import assemble
from tagledger.model.config import decode_config
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.entries import UNKNOWN_PLATFORM
from tagledger.model.evidence import Evidence
from tagledger.model.selection import matching, no_match, published_platforms
from tagledger.model.snapshot import Document, Image, Layer, Snapshot
from tagledger.model.source import (
    BlobHeaders,
    Progress,
    Received,
    Wanted,
    no_progress,
)
from tagledger.model.step import steps_of

ReadPage = Callable[[bytes, Observation], Snapshot]
"""Reads the page that said so: a snapshot under the observation's name and moment."""

NOT_HELD = "the ledger keeps manifests and configs, a registry may still have the rest"


class Statements:
    """Makes snapshots of observations; raises ContentNotHeld where bytes are missing.

    `source` and `observed_at` of each are those of the observation, and the evidence
    of its documents is that with which the ledger holds them.
    """

    def __init__(
        self, ledger: Ledger, read_page: ReadPage, *, progress: Progress = no_progress
    ) -> None:
        self._ledger = ledger
        self._read_page = read_page
        self._progress = progress

    async def snapshot(self, fact: Observation, wanted: Wanted) -> Snapshot:
        """What was stated then; that it does not exist is an absent snapshot.

        Raises NotFound, InvalidContent or LedgerDamaged.
        """
        if fact.statement is None:
            return Snapshot(
                reference=fact.reference,
                source=fact.source,
                observed_at=fact.observed_at,
                root=None,
                is_absent=fact.is_absent,
            )
        page = self._ledger.page(fact.statement)
        if page is not None:
            snapshot = self._read_page(page, fact)
            return _chosen(self._with_documents(snapshot), wanted)
        if fact.root is None:
            return _chosen(self._of_configs(fact, fact.statement), wanted)
        return await self._assembled(fact, fact.root, wanted)

    def _with_documents(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot beside what else is held or known of what it names."""
        documents: dict[Digest, Document] = {}
        contradicted: dict[Digest, str] = {}
        for digest in _named(snapshot):
            document = self._ledger.document(digest)
            if document is not None:
                documents[digest] = document
                continue
            verdict = self._ledger.verdict(digest)
            if verdict is not None and verdict[0] is Evidence.CONTRADICTED:
                contradicted[digest] = verdict[1]
        return msgspec.structs.replace(
            snapshot, documents=documents, contradicted=contradicted
        )

    async def _assembled(
        self, fact: Observation, root: Digest, wanted: Wanted
    ) -> Snapshot:
        dates = {} if fact.statement is None else self._ledger.dates(fact.statement)
        contents = _Held(self._ledger, root, dates)
        snapshot = await assemble(
            contents,
            fact.reference,
            wanted,
            source=fact.source,
            observed_at=fact.observed_at,
            progress=self._progress,
        )
        documents = {
            digest: contents.given.get(digest, document)
            for digest, document in snapshot.documents.items()
        }
        return msgspec.structs.replace(snapshot, documents=documents)

    def _of_configs(self, fact: Observation, statement: int) -> Snapshot:
        """Images that came without any manifest, as `docker save` has them."""
        documents: dict[Digest, Document] = {}
        images = []
        for row in self._ledger.entries(statement):
            document = None if row.config is None else self._ledger.document(row.config)
            if row.config is None or document is None:
                raise ContentNotHeld(row.config or fact.reference.title, hint=NOT_HELD)
            documents[row.config] = document
            images.append(_image(row, row.config, document))
        return Snapshot(
            reference=fact.reference,
            source=fact.source,
            observed_at=fact.observed_at,
            root=None,
            entries=tuple(images),
            documents=documents,
        )


class _Held:
    """The `Contents` of one statement; `given` is what was asked of it."""

    def __init__(
        self, ledger: Ledger, root: Digest, dates: Mapping[Digest, datetime]
    ) -> None:
        self._ledger = ledger
        self._root = root
        self._dates = dates
        self.given: dict[Digest, Document] = {}

    async def root(self) -> Received:
        """The document that the name pointed to. Raises ContentNotHeld."""
        document = self._document(self._root)
        if document is None:
            raise ContentNotHeld(self._root, hint=NOT_HELD)
        return Received(document.received, document.media_type, self._root)

    async def manifest(self, descriptor: Descriptor) -> Received:
        """A document that an index lists. Raises ManifestNotFound."""
        document = self._document(descriptor.digest)
        if document is None:
            raise ManifestNotFound("the ledger", descriptor.digest)
        return Received(document.received)

    async def config(self, descriptor: Descriptor) -> bytes:
        """The bytes of a config. Raises ContentNotHeld."""
        document = self._document(descriptor.digest)
        if document is None:
            raise ContentNotHeld(descriptor.digest, hint=NOT_HELD)
        return document.content

    async def blob_headers(self, descriptor: Descriptor) -> BlobHeaders:
        """The date that the place gave then."""
        return BlobHeaders(self._dates.get(descriptor.digest))

    def _document(self, digest: Digest) -> Document | None:
        document = self._ledger.document(digest)
        if document is not None:
            self.given[digest] = document
        return document


def _named(snapshot: Snapshot) -> Iterator[Digest]:
    if snapshot.root is not None:
        yield snapshot.root.digest
    for entry in snapshot.entries:
        if entry.manifest is not None:
            yield entry.manifest.digest
        if isinstance(entry, Image) and entry.config_descriptor is not None:
            yield entry.config_descriptor.digest


def _chosen(snapshot: Snapshot, wanted: Wanted) -> Snapshot:
    """The platforms that are wanted. Raises PlatformNotFound."""
    found = matching(snapshot.entries, wanted) if wanted.children else []
    if wanted.children and snapshot.entries and not found:
        raise no_match(wanted, published_platforms(snapshot.entries))
    return msgspec.structs.replace(snapshot, entries=tuple(found))


def _image(row: EntryRow, digest: Digest, document: Document) -> Image:
    config = decode_config(document.content, digest)
    descriptor = Descriptor(document.media_type, digest, len(document.content))
    return Image(
        manifest=None if row.manifest is None else Descriptor("", row.manifest, None),
        platform=config.platform or UNKNOWN_PLATFORM,
        config_descriptor=descriptor,
        config=config,
        layers=tuple(Layer(digest=None, diff_id=item) for item in config.diff_ids),
        steps=steps_of(config.history, config.shell),
    )
