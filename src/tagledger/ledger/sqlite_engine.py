"""The ledger as a file: SQLite in WAL mode, so that reading never waits for writing."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

from tagledger.errors import (
    LedgerDamaged,
    LedgerError,
    LedgerFull,
    LedgerLocked,
    LedgerNotFound,
    LedgerReadOnly,
    LedgerTooNew,
    LedgerTooSlow,
)
from tagledger.ledger.engine import K, Row
from tagledger.ledger.named_sql import migrations, named_sql
from tagledger.model.source import Progress as Steps

NEWEST = max(number for number, _ in migrations("sqlite"))
"""The schema that this release writes."""

VERSION = "SELECT MAX(version) FROM schema_version"

BACKUP_PAGES = 2_000
"""Pages copied before progress is told: 8 MB."""

STEPS_BETWEEN_LOOKS = 20_000
"""Steps of SQLite's machine between two looks at the clock: about a millisecond."""

SAMPLED_STEPS = 400
"""Steps from which it is told which trigrams are rare."""

MAX_TRIGRAMS = 4
"""Trigrams asked for together. All of a text's take FTS5 four times as long: most of
them nearly every step has, and what is found is compared with the text anyway."""

_KINDS: dict[int, type[LedgerError]] = {
    sqlite3.SQLITE_BUSY: LedgerLocked,
    sqlite3.SQLITE_LOCKED: LedgerLocked,
    sqlite3.SQLITE_FULL: LedgerFull,
    sqlite3.SQLITE_READONLY: LedgerReadOnly,
    sqlite3.SQLITE_CANTOPEN: LedgerNotFound,
    sqlite3.SQLITE_CORRUPT: LedgerDamaged,
    sqlite3.SQLITE_NOTADB: LedgerDamaged,
}


class SqliteEngine:
    """An `Engine` on a file."""

    def __init__(self, connection: sqlite3.Connection, place: str) -> None:
        self.place = place
        self._connection = connection
        self._sql = named_sql("sqlite", "sqlite3")
        self._clock = monotonic
        self._seconds = 0.0
        self._deadline: float | None = None
        self._trigram_uses: Counter[str] | None = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all or nothing; one writer at a time, others wait."""
        with translated(self.place):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                # A later release may have changed the schema since it was opened.
                found = self._connection.execute(VERSION).fetchone()
                require_known(found[0], self.place)
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk may have rolled back already.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several questions about one moment, whatever is written meanwhile."""
        with translated(self.place):
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def query(self, name: str, /, **values: object) -> list[Row]:
        """The rows that a named question gives."""
        self._look_at_the_clock()
        with translated(self.place, self._seconds):
            return self._connection.execute(self._sql[name], values).fetchall()

    def each(self, name: str, keys: Sequence[int], /, **values: object) -> list[Row]:
        """The rows that a named question gives for each of these keys."""
        sql = self._sql[name]
        found: list[Row] = []
        self._look_at_the_clock()
        with translated(self.place, self._seconds):
            cursor = self._connection.cursor()
            for key in keys:
                found += cursor.execute(sql, {**values, "key": key})
        return found

    def stream(self, name: str, /, **values: object) -> Iterator[Row]:
        """The same, row by row."""
        self._look_at_the_clock()
        with translated(self.place, self._seconds):
            yield from self._connection.execute(self._sql[name], values)

    def execute(self, name: str, /, **values: object) -> None:
        """A named change."""
        with translated(self.place):
            self._connection.execute(self._sql[name], values)

    def known(self, table: str, keys: Sequence[K]) -> dict[K, int]:
        """The numbers of those keys that are there."""
        sql = self._sql[f"known_{table}"]
        found: dict[K, int] = {}
        with translated(self.place):
            cursor = self._connection.cursor()
            for key in keys:
                values = key if isinstance(key, tuple) else (key,)
                row = cursor.execute(sql, values).fetchone()
                if row is not None:
                    found[key] = row[0]
        return found

    def append(self, table: str, rows: Sequence[Row]) -> None:
        """Add rows, each with all columns in the order of the schema."""
        if rows:
            with translated(self.place):
                self._connection.executemany(self._sql[f"append_{table}"], rows)
                if table == "step":
                    texts = [(number, text) for number, _, text in rows]
                    for name in ("append_step_words", "append_step_letters"):
                        self._connection.executemany(self._sql[name], texts)

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """All questions inside may take so long together."""
        self._seconds = seconds
        self._deadline = self._clock() + seconds
        self._connection.set_progress_handler(self._is_late, STEPS_BETWEEN_LOOKS)
        try:
            yield
        finally:
            self._connection.set_progress_handler(None, 0)
            self._deadline = None

    def _is_late(self) -> bool:
        return self._deadline is not None and self._clock() > self._deadline

    def _look_at_the_clock(self) -> None:
        # Many short questions take long as well.
        if self._is_late():
            raise LedgerTooSlow(self.place, self._seconds)

    def integrity(self) -> Iterator[str]:
        """What SQLite finds wrong with the file, and rows that refer to nothing."""
        with translated(self.place):
            for (problem,) in self._connection.execute("PRAGMA integrity_check(100)"):
                if problem != "ok":
                    yield str(problem)
            for table, row, target, _ in self._connection.execute(
                "PRAGMA foreign_key_check"
            ):
                yield f"{table} {row} refers to a {target} that is not there"

    def text_query(self, words: Sequence[Sequence[str]]) -> str:
        """All words, each as FTS5 has a phrase."""
        return " ".join('"' + " ".join(runs) + '"' for runs in words)

    def substring_query(self, text: str) -> dict[str, object] | None:
        """The rarest of the text's trigrams, which FTS5 has in its index."""
        wanted = {*trigrams(text)}
        if not wanted:
            return None
        if self._trigram_uses is None:
            rows = self.query("some_steps", limit=SAMPLED_STEPS)
            self._trigram_uses = Counter(
                trigram for (sample,) in rows for trigram in {*trigrams(sample)}
            )
        uses = self._trigram_uses
        rarest = sorted(wanted, key=lambda each: (uses[each], each))[:MAX_TRIGRAMS]
        quoted = (each.replace('"', '""') for each in rarest)
        letters = " AND ".join(f'"{each}"' for each in quoted)
        return {"letters": letters, "exact": text}

    def backup(self, target: Path, progress: Steps) -> None:
        """A whole copy as an SQLite file, of one moment, while others write."""

        def tell(_status: int, remaining: int, total: int) -> None:
            progress("pages of the file", total - remaining, total)

        with translated(str(target)):
            copy = sqlite3.connect(target)
            try:
                # Having begun to read, this goes on to see that one moment: else the
                # copy would begin anew whenever another writes. It keeps nobody from
                # writing.
                with self.snapshot():
                    self._connection.execute("SELECT 1 FROM schema_version").fetchone()
                    self._connection.backup(copy, pages=BACKUP_PAGES, progress=tell)
            finally:
                copy.close()

    def close(self) -> None:
        """Let go of the file."""
        with suppress(sqlite3.Error):
            # So that the next one to open it plans its questions well.
            self._connection.execute("PRAGMA analysis_limit = 1000")
            self._connection.execute("PRAGMA optimize")
        self._connection.close()


def trigrams(text: str) -> Iterator[str]:
    """Each three characters in a row, as the index has them: in lower case."""
    lower = text.lower()
    return (lower[at : at + 3] for at in range(len(lower) - 2))


def require_known(version: int, place: str) -> None:
    """Leave alone what a later release has changed. Raises LedgerTooNew."""
    if version > NEWEST:
        raise LedgerTooNew(place, f"schema {version}, this release knows {NEWEST}")


@contextmanager
def translated(place: str, seconds: float = 0.0) -> Iterator[None]:
    """Turns what the driver raises into errors of the ledger.

    `seconds` is how long the questions were allowed to take.
    """
    try:
        yield
    except sqlite3.Error as exc:
        if primary_code(exc) == sqlite3.SQLITE_INTERRUPT:
            raise LedgerTooSlow(place, seconds) from exc
        kind = _KINDS.get(primary_code(exc), LedgerError)
        raise kind(place, str(exc)) from exc


def primary_code(exc: sqlite3.Error) -> int:
    """Which error it was; the upper bits say for which of several reasons."""
    return int(getattr(exc, "sqlite_errorcode", 0) or 0) & 0xFF
