"""What flows may ask of a ledger; SQLite and PostgreSQL both answer it.

Everything here is synchronous: one call is one short transaction on a local file or a
near server, and a batch is best written by one thread from end to end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

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
from tagledger.ledger.pages import Page
from tagledger.ledger.stated import Recorded, Stated
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Document
from tagledger.model.source import Progress, no_progress


class Ledger(Protocol):
    """The store of what was observed.

    Every call may raise a subclass of LedgerError. What a call that writes has
    returned from is on the disk; one that raised has changed nothing.
    """

    # --- writing ------------------------------------------------------------------

    def record(
        self, batch: Sequence[Stated], *, notes: Mapping[str, str] = {}
    ) -> Recorded:
        """Append these facts and what they say, all or nothing; say what was new.

        A fact of the same name, moment and source as one that is there adds nothing.
        `notes` are written in the same transaction: where an import stands, say.
        """
        ...

    def hold(self, documents: Mapping[Digest, Document]) -> Recorded:
        """Keep bytes that were read or proven apart from an observation."""
        ...

    def judge(
        self,
        verdicts: Mapping[Digest, tuple[Evidence, str]],
        *,
        proven: Mapping[Digest, Document] = {},
    ) -> Recorded:
        """Keep what trials to prove came to, and why, so that none is repeated.

        The bytes that were `proven` are held from then on: both or neither.
        """
        ...

    # --- reading ------------------------------------------------------------------

    def note(self, name: str) -> str | None:
        """What was noted under this name."""
        ...

    def counts(self) -> Counts:
        """How much is held."""
        ...

    def references(self, repository: str = "*") -> Iterator[Reference]:
        """Every name that was ever observed, by repository pattern, sorted."""
        ...

    def history(
        self, reference: Reference, *, source: str | None = None
    ) -> list[State]:
        """The states of a name, oldest first; of all sources, or of one.

        Each source is heard by itself: a state begins and ends by facts of one source,
        and two that disagree have states at the same time. Empty where the name was
        never observed.
        """
        ...

    def at(self, reference: Reference, moment: datetime) -> Observation | None:
        """The latest fact about the name not after `moment`; None before the first."""
        ...

    def entries(self, statement: int) -> list[EntryRow]:
        """What a statement lists, in published order."""
        ...

    def parts(self, statement: int) -> tuple[tuple[bytes, ...], bytes] | None:
        """The parts of the page that said so, and their separator; None for no page."""
        ...

    def page(self, statement: int) -> bytes | None:
        """The exact page that said so, None where it was no page."""
        ...

    def readable(self, statements: Sequence[int]) -> set[int]:
        """Those of which something can be read: a page, or the bytes of the root."""
        ...

    def dates(self, statement: int) -> dict[Digest, datetime]:
        """Last-Modified of the layers, as a registry gave them then."""
        ...

    def document(self, digest: Digest) -> Document | None:
        """The bytes of a document, verified, and how they are known."""
        ...

    def held(self, digests: Sequence[Digest]) -> set[Digest]:
        """Those of which the bytes are held."""
        ...

    def resolve(self, prefix: str, *, limit: int = 20) -> list[Digest]:
        """The digests that begin so (``sha256:ab12…`` or hex alone), sorted."""
        ...

    def find(self, digest: Digest) -> Found | None:
        """What is known of the digest; None if it was never seen."""
        ...

    def images(
        self, digest: Digest, *, limit: int = 50, offset: int = 0
    ) -> list[EntryRow]:
        """The images and other entries that have it or are it, the newest first."""
        ...

    def uses(self, digest: Digest, *, limit: int = 50, offset: int = 0) -> list[Use]:
        """The names that had it, sorted by repository and tag."""
        ...

    def search(self, search: Search, *, limit: int = 20, offset: int = 0) -> list[Hit]:
        """The images that fit: the best steps first, of each the newest images.

        Steps are ranked by how much of each was said. Of a setting, platform or
        repository that is asked for with a text, all images are looked at where there
        are no more than 500, and of up to twenty repositories the newest 500 recipes.
        Otherwise these are the newest 1,000 steps that fit, or where so many do, and
        something else is asked for, the newest 250 images that fit it. A search ends at
        1,000 images that do not fit. One or two characters alone are looked for in the
        newest 20,000 steps. PostgreSQL looks for words in the first 100,000 characters
        of a step.
        """
        ...

    def recent(
        self, *, before: str | None = None, limit: int = 50
    ) -> Page[Observation]:
        """The facts of the whole ledger, the newest first.

        `before` is the `more` of the page before, as `after` is in the lists below;
        each raises MalformedCursor for what no page gave.
        """
        ...

    def changes(
        self,
        repository: Reference | None = None,
        *,
        before: str | None = None,
        limit: int = 50,
    ) -> Page[Change]:
        """The facts that say other than their source had said before, newest first.

        Of one repository, whatever tag the reference has, or of the whole ledger.
        """
        ...

    def repositories(
        self, pattern: str = "*", *, after: str | None = None, limit: int = 50
    ) -> Page[RepositorySummary]:
        """The repositories that fit a pattern as `Search` has it, sorted by name."""
        ...

    def tags_of(
        self, repository: Reference, *, after: str | None = None, limit: int = 50
    ) -> Page[TagSummary]:
        """The names in a repository as they are now, gone ones too, sorted by tag."""
        ...

    def had_manifest(
        self, repository: Reference, digest: Digest, moment: datetime
    ) -> datetime | None:
        """When the repository had this index or manifest, if not after `moment`.

        Any such time, not the first; None where there is none. An index inside of an
        index counts, where that one is held.
        """
        ...

    def had_blob(
        self, repository: Reference, digest: Digest, moment: datetime
    ) -> datetime | None:
        """The same of a config or layer."""
        ...

    def carriers(
        self, repository: Reference, blob: Digest, *, limit: int = 5
    ) -> list[Digest]:
        """Manifests of the repository that list this config or layer."""
        ...

    def referrers(self, subject: Digest) -> list[Digest]:
        """The manifests held that say of themselves that they belong to this one."""
        ...

    def tags_at(
        self,
        repository: Reference,
        moment: datetime,
        *,
        after: str = "",
        limit: int = 50,
    ) -> list[str]:
        """The tags that there were at that moment, sorted without regard to case."""
        ...

    def has_tags(self, repository: Reference, moment: datetime) -> bool:
        """Whether there was any at that moment."""
        ...

    def known_since(self, name: Reference) -> datetime | None:
        """The first observation of a name or, without a tag, in its repository."""
        ...

    def unproven(self, *, after: int = 0, limit: int = 100) -> list[int]:
        """Statements of pages, by number, of which a digest has no verdict yet."""
        ...

    def verdict(self, digest: Digest) -> tuple[Evidence, str] | None:
        """What the trial to prove this digest came to."""
        ...

    def verdicts(self) -> dict[Evidence, int]:
        """How many digests came out as what; bytes that came since outdo a failure."""
        ...

    def contradictions(self) -> list[tuple[Digest, str]]:
        """The digests that what was said of them contradicts, and how, sorted."""
        ...

    def activity(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Activity]:
        """What each source told in that time, sorted by source. Reads all facts."""
        ...

    def days(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> dict[date, int]:
        """Observations on each day (UTC) on which there were any, in order."""
        ...

    def platforms(self) -> list[PlatformCount]:
        """For which platforms there are images, the most frequent first."""
        ...

    def documents(self) -> list[DocumentCount]:
        """What is held, by media type and how it is known, the most bytes first."""
        ...

    def sizes(
        self,
        name: Reference,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[ImageSize]:
        """What images weighed, oldest first.

        Of a tag, or a digest, at the beginning of each of its states that was seen in
        that time. Of a repository (a name without either), for each tag when it was
        first and when it was last seen to exist in that time.
        """
        ...

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """All that is asked inside may take so long together, else LedgerTooSlow."""
        ...

    def only(self, may_see: Callable[[Reference], bool]) -> Ledger:
        """The same without the repositories that may not be seen.

        Nothing of theirs is there. It is made for one question, writes nothing, and
        closes nothing. Pages of results are whole. What no repository had by itself,
        as an index in an index, is there for who comes to it from what a repository
        had. Of `counts` only observations, tags and repositories are told.
        """
        ...

    # --- upkeep -------------------------------------------------------------------

    def check(
        self, progress: Callable[[int, int], None] = lambda _done, _total: None
    ) -> Iterator[Finding]:
        """What is wrong: bytes against digests, rows against what they refer to."""
        ...

    def backup(self, target: Path, *, progress: Progress = no_progress) -> Counts:
        """Write a whole copy as an SQLite file while the ledger is in use.

        It is of one moment, and says how much it holds. Raises WriteFailed where there
        is such a file already.
        """
        ...

    def close(self) -> None:
        """Let go of the file or the connection."""
        ...

    def __enter__(self) -> Self:
        """The ledger itself."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        ...
