"""The ledger: one class over either engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from tagledger.ledger import figures, finding, history, listing, pulling, searching
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
from tagledger.ledger.backing_up import back_up
from tagledger.ledger.checking import check
from tagledger.ledger.contents import ContentReader, digest_of
from tagledger.ledger.engine import Engine
from tagledger.ledger.evidence import EVIDENCE
from tagledger.ledger.keys import moment_of
from tagledger.ledger.names import reference_of, repository_patterns
from tagledger.ledger.pages import Page
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.recording import Recorder
from tagledger.ledger.restricted import RestrictedLedger
from tagledger.ledger.sizes import sizes
from tagledger.ledger.stated import Recorded, Stated
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Document
from tagledger.model.source import Progress, no_progress


class Store:
    """The `Ledger` of an engine; each method is described there."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._recorder = Recorder(engine)
        self._contents = ContentReader(engine)

    # --- writing ------------------------------------------------------------------

    def record(
        self, batch: Sequence[Stated], *, notes: Mapping[str, str] = {}
    ) -> Recorded:
        """Append facts and what they say, all or nothing."""
        return self._recorder.record(batch, notes)

    def hold(self, documents: Mapping[Digest, Document]) -> Recorded:
        """Keep bytes that were read or proven apart from an observation."""
        return self._recorder.hold(documents)

    def judge(
        self,
        verdicts: Mapping[Digest, tuple[Evidence, str]],
        *,
        proven: Mapping[Digest, Document] = {},
    ) -> Recorded:
        """Keep what trials to prove came to, and what was proven."""
        return self._recorder.judge(verdicts, proven)

    # --- reading ------------------------------------------------------------------

    def note(self, name: str) -> str | None:
        """What was noted under this name."""
        rows = self._engine.query("note", name=name)
        return str(rows[0][0]) if rows else None

    def counts(self) -> Counts:
        """How much is held."""
        return figures.counts(self._engine)

    def references(self, repository: str = "*") -> Iterator[Reference]:
        """Every name that was ever observed."""
        p1, p2, p3, p4 = repository_patterns(repository)
        rows = self._engine.query("references", p1=p1, p2=p2, p3=p3, p4=p4)
        return (reference_of(name, tag) for name, tag in rows)

    def history(
        self, reference: Reference, *, source: str | None = None
    ) -> list[State]:
        """The states of a name, oldest first."""
        return history.history(self._engine, reference, source)

    def at(self, reference: Reference, moment: datetime) -> Observation | None:
        """The latest fact about the name not after a moment."""
        return history.at(self._engine, reference, moment)

    def entries(self, statement: int) -> list[EntryRow]:
        """What a statement lists."""
        rows = self._engine.query("statement_entries", statement_id=statement)
        return [*map(finding.entry_row, rows)]

    def parts(self, statement: int) -> tuple[tuple[bytes, ...], bytes] | None:
        """The parts of the page that said so, and their separator."""
        rows = self._engine.query("statement_separator", statement_id=statement)
        if not rows or rows[0][0] is None:
            return None
        return tuple(self._contents.parts(statement)), bytes(rows[0][0])

    def page(self, statement: int) -> bytes | None:
        """The exact page that said so."""
        found = self.parts(statement)
        return None if found is None else found[1].join(found[0])

    def readable(self, statements: Sequence[int]) -> set[int]:
        """Those of which a page, or the bytes of the root, are held."""
        return {row[0] for row in self._engine.each("readable_statement", statements)}

    def dates(self, statement: int) -> dict[Digest, datetime]:
        """Last-Modified of the layers, as a registry gave them then."""
        rows = self._engine.query("statement_dates", statement_id=statement)
        return {digest_of(kind, raw): moment_of(at) for kind, raw, at in rows}

    def document(self, digest: Digest) -> Document | None:
        """The bytes of a document, verified."""
        return self._contents.document(digest)

    def held(self, digests: Sequence[Digest]) -> set[Digest]:
        """Those of which the bytes are held."""
        return {digest for digest in digests if self._is_held(digest)}

    def resolve(self, prefix: str, *, limit: int = 20) -> list[Digest]:
        """The digests that begin so."""
        return finding.resolve(self._engine, prefix, limit)

    def find(self, digest: Digest) -> Found | None:
        """What is known of the digest."""
        return finding.find(self._engine, digest)

    def images(
        self, digest: Digest, *, limit: int = 50, offset: int = 0
    ) -> list[EntryRow]:
        """The images and other entries that have it."""
        return finding.images(self._engine, digest, limit, offset)

    def uses(self, digest: Digest, *, limit: int = 50, offset: int = 0) -> list[Use]:
        """The names that had it."""
        return finding.uses(self._engine, digest, limit, offset)

    def search(self, search: Search, *, limit: int = 20, offset: int = 0) -> list[Hit]:
        """The images that fit."""
        return searching.search(self._engine, search, limit, offset)

    def recent(
        self, *, before: str | None = None, limit: int = 50
    ) -> Page[Observation]:
        """The facts, the newest first."""
        return listing.recent(self._engine, before, limit)

    def changes(
        self,
        repository: Reference | None = None,
        *,
        before: str | None = None,
        limit: int = 50,
    ) -> Page[Change]:
        """The facts that say something new, the newest first."""
        return listing.changes(self._engine, repository, before, limit)

    def repositories(
        self, pattern: str = "*", *, after: str | None = None, limit: int = 50
    ) -> Page[RepositorySummary]:
        """The repositories that fit, sorted."""
        return listing.repositories(self._engine, pattern, after, limit)

    def tags_of(
        self, repository: Reference, *, after: str | None = None, limit: int = 50
    ) -> Page[TagSummary]:
        """The names in a repository, sorted."""
        return listing.tags_of(self._engine, repository, after, limit)

    def had_manifest(
        self, repository: Reference, digest: Digest, moment: datetime
    ) -> datetime | None:
        """When the repository had this index or manifest."""
        return pulling.had_manifest(
            self._engine, repository, digest, moment, self.document
        )

    def had_blob(
        self, repository: Reference, digest: Digest, moment: datetime
    ) -> datetime | None:
        """When the repository had this config or layer."""
        return pulling.had_blob(self._engine, repository, digest, moment)

    def carriers(
        self, repository: Reference, blob: Digest, *, limit: int = 5
    ) -> list[Digest]:
        """Manifests of the repository that list this config or layer."""
        return pulling.carriers(self._engine, repository, blob, limit)

    def referrers(self, subject: Digest) -> list[Digest]:
        """The manifests held that belong to this one."""
        return pulling.referrers(self._engine, subject)

    def tags_at(
        self,
        repository: Reference,
        moment: datetime,
        *,
        after: str = "",
        limit: int = 50,
    ) -> list[str]:
        """The tags that there were at that moment."""
        return pulling.tags_at(self._engine, repository, moment, after, limit)

    def has_tags(self, repository: Reference, moment: datetime) -> bool:
        """Whether there was any at that moment."""
        return pulling.has_tags(self._engine, repository, moment)

    def known_since(self, name: Reference) -> datetime | None:
        """The first observation of a name or in a repository."""
        return pulling.known_since(self._engine, name)

    def unproven(self, *, after: int = 0, limit: int = 100) -> list[int]:
        """Statements of pages of which a digest has no verdict yet."""
        rows = self._engine.query("unproven", after=after, limit=limit)
        return [row[0] for row in rows]

    def verdict(self, digest: Digest) -> tuple[Evidence, str] | None:
        """What the trial to prove this digest came to."""
        rows = self._engine.query("verdict", hash=digest.raw)
        return (EVIDENCE[rows[0][0]], rows[0][1]) if rows else None

    def verdicts(self) -> dict[Evidence, int]:
        """How many digests came out as what."""
        rows = self._engine.query("verdict_counts")
        return {EVIDENCE[outcome]: count for outcome, count in rows}

    def contradictions(self) -> list[tuple[Digest, str]]:
        """The digests that what was said of them contradicts, and how."""
        rows = self._engine.query("contradictions")
        return [(digest_of(kind, raw), reason) for kind, raw, reason in rows]

    def activity(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Activity]:
        """What each source told in that time."""
        return figures.activity(self._engine, since, until)

    def days(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> dict[date, int]:
        """Observations on each day."""
        return figures.days(self._engine, since, until)

    def platforms(self) -> list[PlatformCount]:
        """For which platforms there are images."""
        return figures.platforms(self._engine)

    def documents(self) -> list[DocumentCount]:
        """What is held, by media type and how it is known."""
        return figures.documents(self._engine)

    def sizes(
        self,
        name: Reference,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[ImageSize]:
        """What images weighed."""
        return sizes(self._engine, name, since, until)

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """All that is asked inside may take so long together."""
        return self._engine.within(seconds)

    def only(self, may_see: Callable[[Reference], bool]) -> Ledger:
        """The same without what may not be seen."""
        return RestrictedLedger(self, self._engine, may_see)

    # --- upkeep -------------------------------------------------------------------

    def check(
        self, progress: Callable[[int, int], None] = lambda _done, _total: None
    ) -> Iterator[Finding]:
        """What is wrong."""
        return check(self._engine, progress)

    def backup(self, target: Path, *, progress: Progress = no_progress) -> Counts:
        """Write a whole copy as an SQLite file."""
        return back_up(self._engine, target, progress)

    def close(self) -> None:
        """Let go of the file or the connection."""
        self._engine.close()

    def __enter__(self) -> Self:
        """The ledger itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def _is_held(self, digest: Digest) -> bool:
        return bool(self._engine.query("content", hash=digest.raw))
