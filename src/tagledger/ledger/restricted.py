"""A ledger of which only some repositories are seen: the others are not there.

What belongs to no repository by itself (a digest, a document, a step) is there where a
repository that is seen had it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from itertools import groupby, islice
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

import msgspec

from tagledger.errors import InvalidContent, LedgerReadOnly
from tagledger.ledger import finding, listing, searching
from tagledger.ledger.answers import (
    Activity,
    Change,
    Counts,
    DocumentCount,
    EntryRow,
    Finding,
    Found,
    Hit,
    ImageSize,
    Observation,
    PlatformCount,
    RepositorySummary,
    Search,
    State,
    TagSummary,
    Use,
)
from tagledger.ledger.engine import Engine, Row
from tagledger.ledger.names import reference_of, repository_name
from tagledger.ledger.pages import Page
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.stated import Recorded, Stated
from tagledger.model import media_types
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.manifest import Index, decode_manifest
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Document
from tagledger.model.source import Progress, no_progress

MAY_READ_PART = "only a part of this ledger is seen here, and nothing is written"

FIRST_ROWS = 64
"""Rows first looked at for a page of what is seen; twice as many each further time."""


class RestrictedLedger:
    """The `Ledger` that is left where `may_see` decides of each repository.

    It lives as long as a question does, and leaves the ledger open.
    """

    def __init__(
        self, whole: Ledger, engine: Engine, may_see: Callable[[Reference], bool]
    ) -> None:
        self._whole = whole
        self._engine = engine
        self._may_see = may_see
        self._known: dict[str, bool] = {}
        self._children: set[Digest] = set()

    # --- what is seen ---------------------------------------------------------------

    def _sees(self, name: str) -> bool:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._may_see(reference_of(name, ""))
        return known

    def _sees_any(self, rows: Iterable[Row]) -> bool:
        return any(self._sees(row[0]) for row in rows)

    def _sees_reference(self, reference: Reference) -> bool:
        return self._sees(repository_name(reference))

    def _sees_statement(self, statement: int) -> bool:
        name = "statement_repositories"
        return self._sees_any(self._engine.query(name, statement_id=statement))

    def _sees_digest(self, digest: Digest) -> bool:
        number = self._number(digest)
        if number is None:
            return False
        return self._sees_any(
            self._engine.stream("digest_repositories", digest_id=number)
        )

    def _number(self, digest: Digest) -> int | None:
        rows = self._engine.query("digest", hash=digest.raw)
        return rows[0][0] if rows else None

    # --- writing --------------------------------------------------------------------

    def _refuse(self) -> NoReturn:
        raise LedgerReadOnly(self._engine.place, MAY_READ_PART)

    def record(
        self, batch: Sequence[Stated], *, notes: Mapping[str, str] = {}
    ) -> Recorded:
        """Raises LedgerReadOnly."""
        _ = batch, notes
        self._refuse()

    def hold(self, documents: Mapping[Digest, Document]) -> Recorded:
        """Raises LedgerReadOnly."""
        _ = documents
        self._refuse()

    def judge(
        self,
        verdicts: Mapping[Digest, tuple[Evidence, str]],
        *,
        proven: Mapping[Digest, Document] = {},
    ) -> Recorded:
        """Raises LedgerReadOnly."""
        _ = verdicts, proven
        self._refuse()

    # --- reading --------------------------------------------------------------------

    def note(self, name: str) -> str | None:
        """Nothing: notes are of the whole ledger."""
        _ = name
        return None

    def counts(self) -> Counts:
        """The observations, tags and repositories that are seen; 0 of all else."""
        rows = [
            row
            for row in self._engine.query("counts_by_repository")
            if self._sees(row[0])
        ]
        nothing = dict.fromkeys(Counts.__struct_fields__, 0)
        return msgspec.structs.replace(
            Counts(**nothing),
            repositories=len(rows),
            tags=sum(row[1] for row in rows),
            observations=sum(row[2] for row in rows),
        )

    def references(self, repository: str = "*") -> Iterator[Reference]:
        """Every name that is seen."""
        return filter(self._sees_reference, self._whole.references(repository))

    def history(
        self, reference: Reference, *, source: str | None = None
    ) -> list[State]:
        """The states of a name, none where it is not seen."""
        if not self._sees_reference(reference):
            return []
        return self._whole.history(reference, source=source)

    def at(self, reference: Reference, moment: datetime) -> Observation | None:
        """The latest fact about a name that is seen."""
        if not self._sees_reference(reference):
            return None
        return self._whole.at(reference, moment)

    def entries(self, statement: int) -> list[EntryRow]:
        """What a statement lists that was made of something seen."""
        return self._whole.entries(statement) if self._sees_statement(statement) else []

    def parts(self, statement: int) -> tuple[tuple[bytes, ...], bytes] | None:
        """The parts of a page that speaks of something seen."""
        return self._whole.parts(statement) if self._sees_statement(statement) else None

    def page(self, statement: int) -> bytes | None:
        """A page that speaks of something seen."""
        return self._whole.page(statement) if self._sees_statement(statement) else None

    def readable(self, statements: Sequence[int]) -> set[int]:
        """Those of the statements that were made of something seen."""
        found = self._whole.readable(statements)
        rows = self._engine.each("repositories_of_statement", sorted(found))
        return {statement for statement, name in rows if self._sees(name)}

    def dates(self, statement: int) -> dict[Digest, datetime]:
        """The dates of a statement that was made of something seen."""
        return self._whole.dates(statement) if self._sees_statement(statement) else {}

    def document(self, digest: Digest) -> Document | None:
        """A document that a repository had, or an index of one that it had."""
        if digest not in self._children and not self._sees_digest(digest):
            return None
        document = self._whole.document(digest)
        if document is not None and document.media_type in media_types.INDEXES:
            # An index in an index stands in no entry: only who has the outer one
            # comes to it.
            self._children.update(_indexes_in(document, digest))
        return document

    def held(self, digests: Sequence[Digest]) -> set[Digest]:
        """Those held that are seen."""
        return {
            digest
            for digest in self._whole.held(digests)
            if digest in self._children or self._sees_digest(digest)
        }

    def resolve(self, prefix: str, *, limit: int = 20) -> list[Digest]:
        """The digests that begin so and are seen."""
        return finding.resolve(self._engine, prefix, limit, self._sees_digest)

    def find(self, digest: Digest) -> Found | None:
        """What is known of a digest that is seen; images that are seen are counted."""
        if not self._sees_digest(digest):
            return None
        found = self._whole.find(digest)
        if found is None:
            return None
        images = sum(1 for _ in self._entries_with(digest))
        return msgspec.structs.replace(found, images=images)

    def images(
        self, digest: Digest, *, limit: int = 50, offset: int = 0
    ) -> list[EntryRow]:
        """The images that have it and are seen, the newest first."""
        chosen = islice(self._entries_with(digest), offset, offset + limit)
        return [
            finding.entry_row(self._engine.query("entry_of_number", entry_id=entry)[0])
            for entry in chosen
        ]

    def _entries_with(self, digest: Digest) -> Iterator[int]:
        number = self._number(digest)
        if number is None:
            return
        rows = self._engine.query("digest_entry_repositories", digest_id=number)
        for entry, listed in groupby(rows, key=lambda row: int(row[0])):
            if any(self._sees(row[1]) for row in listed):
                yield entry

    def uses(self, digest: Digest, *, limit: int = 50, offset: int = 0) -> list[Use]:
        """The names that had it and are seen."""

        def seen() -> Iterator[Use]:
            start, size = 0, FIRST_ROWS
            while True:
                listed = self._whole.uses(digest, limit=size, offset=start)
                yield from (
                    use for use in listed if self._sees_reference(use.reference)
                )
                if len(listed) < size:
                    return
                start, size = start + size, 2 * size

        return [*islice(seen(), offset, offset + limit)]

    def search(self, search: Search, *, limit: int = 20, offset: int = 0) -> list[Hit]:
        """The images that fit and are seen."""
        return searching.search(self._engine, search, limit, offset, self._sees)

    def recent(
        self, *, before: str | None = None, limit: int = 50
    ) -> Page[Observation]:
        """The facts that are seen, the newest first."""
        return listing.recent(self._engine, before, limit, self._sees)

    def changes(
        self,
        repository: Reference | None = None,
        *,
        before: str | None = None,
        limit: int = 50,
    ) -> Page[Change]:
        """The facts that say something new and are seen, the newest first."""
        if repository is not None and not self._sees_reference(repository):
            return Page()
        return listing.changes(self._engine, repository, before, limit, self._sees)

    def repositories(
        self, pattern: str = "*", *, after: str | None = None, limit: int = 50
    ) -> Page[RepositorySummary]:
        """The repositories that fit and are seen."""
        return listing.repositories(self._engine, pattern, after, limit, self._sees)

    def tags_of(
        self, repository: Reference, *, after: str | None = None, limit: int = 50
    ) -> Page[TagSummary]:
        """The names in a repository that is seen."""
        if not self._sees_reference(repository):
            return Page()
        return self._whole.tags_of(repository, after=after, limit=limit)

    def had_manifest(
        self, repository: Reference, digest: Digest, moment: datetime
    ) -> datetime | None:
        """When a repository that is seen had this index or manifest."""
        if not self._sees_reference(repository):
            return None
        found = self._whole.had_manifest(repository, digest, moment)
        if found is not None:
            self._children.add(digest)
        return found

    def had_blob(
        self, repository: Reference, digest: Digest, moment: datetime
    ) -> datetime | None:
        """When a repository that is seen had this config or layer."""
        if not self._sees_reference(repository):
            return None
        return self._whole.had_blob(repository, digest, moment)

    def carriers(
        self, repository: Reference, blob: Digest, *, limit: int = 5
    ) -> list[Digest]:
        """Manifests of a repository that is seen."""
        if not self._sees_reference(repository):
            return []
        return self._whole.carriers(repository, blob, limit=limit)

    def referrers(self, subject: Digest) -> list[Digest]:
        """The manifests that belong to this one and are seen."""
        return [*filter(self._sees_digest, self._whole.referrers(subject))]

    def tags_at(
        self,
        repository: Reference,
        moment: datetime,
        *,
        after: str = "",
        limit: int = 50,
    ) -> list[str]:
        """The tags of a repository that is seen."""
        if not self._sees_reference(repository):
            return []
        return self._whole.tags_at(repository, moment, after=after, limit=limit)

    def has_tags(self, repository: Reference, moment: datetime) -> bool:
        """Whether a repository that is seen had any."""
        is_seen = self._sees_reference(repository)
        return is_seen and self._whole.has_tags(repository, moment)

    def known_since(self, name: Reference) -> datetime | None:
        """The first observation of what is seen."""
        return self._whole.known_since(name) if self._sees_reference(name) else None

    def unproven(self, *, after: int = 0, limit: int = 100) -> list[int]:
        """None: who sees a part does not prove it."""
        _ = after, limit
        return []

    def verdict(self, digest: Digest) -> tuple[Evidence, str] | None:
        """What the trial to prove a digest that is seen came to."""
        return self._whole.verdict(digest) if self._sees_digest(digest) else None

    def verdicts(self) -> dict[Evidence, int]:
        """None: trials are counted over the whole ledger."""
        return {}

    def contradictions(self) -> list[tuple[Digest, str]]:
        """None: they are told of the whole ledger alone."""
        return []

    def activity(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Activity]:
        """None: what each source told is counted over the whole ledger."""
        _ = since, until
        return []

    def days(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> dict[date, int]:
        """None: days are counted over the whole ledger."""
        _ = since, until
        return {}

    def platforms(self) -> list[PlatformCount]:
        """None: platforms are counted over the whole ledger."""
        return []

    def documents(self) -> list[DocumentCount]:
        """None: documents are counted over the whole ledger."""
        return []

    def sizes(
        self,
        name: Reference,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[ImageSize]:
        """What images weighed, of a name that is seen."""
        if not self._sees_reference(name):
            return []
        return self._whole.sizes(name, since=since, until=until)

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """All that is asked inside may take so long together."""
        return self._whole.within(seconds)

    def only(self, may_see: Callable[[Reference], bool]) -> Ledger:
        """Less of it still."""
        return RestrictedLedger(
            self._whole,
            self._engine,
            lambda name: self._may_see(name) and may_see(name),
        )

    # --- upkeep ---------------------------------------------------------------------

    def check(
        self, progress: Callable[[int, int], None] = lambda _done, _total: None
    ) -> Iterator[Finding]:
        """Raises LedgerReadOnly: only the whole can be checked."""
        _ = progress
        self._refuse()

    def backup(self, target: Path, *, progress: Progress = no_progress) -> Counts:
        """Raises LedgerReadOnly: only the whole is a backup."""
        _ = target, progress
        self._refuse()

    def close(self) -> None:
        """Nothing: the whole stays open."""

    def __enter__(self) -> Self:
        """The ledger itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing."""


def _indexes_in(document: Document, digest: Digest) -> Iterator[Digest]:
    try:
        index = decode_manifest(document.content, digest, document.media_type)
    except InvalidContent:
        return
    children: Iterable[Descriptor] = index.manifests if isinstance(index, Index) else ()
    for child in children:
        if child.media_type in media_types.INDEXES:
            yield child.digest
