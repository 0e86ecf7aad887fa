"""The ledger: one class over either engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from tagledger.errors import WriteFailed
from tagledger.ledger import finding, history, searching
from tagledger.ledger.answers import (
    Counts,
    EntryRow,
    Finding,
    Found,
    Hit,
    Observation,
    Search,
    State,
    Use,
)
from tagledger.ledger.checking import check
from tagledger.ledger.contents import ContentReader, digest_of
from tagledger.ledger.engine import Engine
from tagledger.ledger.evidence import EVIDENCE
from tagledger.ledger.keys import moment_of, storable
from tagledger.ledger.names import reference_of, repository_patterns
from tagledger.ledger.recording import Recorder
from tagledger.ledger.stated import Recorded, Stated
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Document


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
        row = self._engine.query("counts")[0]
        return Counts(**dict(zip(Counts.__struct_fields__, map(int, row), strict=True)))

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
        return searching.search(self._engine, _storable(search), limit, offset)

    def unproven(self, *, after: int = 0, limit: int = 100) -> list[int]:
        """Statements of pages of which a digest has no verdict yet."""
        rows = self._engine.query("unproven", after=after, limit=limit)
        return [row[0] for row in rows]

    def verdict(self, digest: Digest) -> tuple[Evidence, str] | None:
        """What the trial to prove this digest came to."""
        rows = self._engine.query("verdict", hash=digest.raw)
        return (EVIDENCE[rows[0][0]], rows[0][1]) if rows else None

    # --- upkeep -------------------------------------------------------------------

    def check(
        self, progress: Callable[[int, int], None] = lambda _done, _total: None
    ) -> Iterator[Finding]:
        """What is wrong."""
        return check(self._engine, progress)

    def backup(self, target: Path) -> None:
        """Write a whole copy as an SQLite file."""
        if target.exists():
            raise WriteFailed(str(target), "is there already")
        # Under its name only once it is whole.
        part = target.with_name(f"{target.name}.part")
        part.unlink(missing_ok=True)
        try:
            self._engine.backup(part)
            part.replace(target)
        except OSError as exc:
            raise WriteFailed(str(target), exc.strerror or "not written") from exc
        finally:
            part.unlink(missing_ok=True)

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


def _storable(search: Search) -> Search:
    """The search for what texts became when they were recorded."""
    texts = {
        name: storable(text)
        for name, text in msgspec.structs.asdict(search).items()
        if isinstance(text, str)
    }
    return msgspec.structs.replace(search, **texts)
