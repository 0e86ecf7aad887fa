"""The ledger as a file: SQLite in WAL mode, so that reading never waits for writing."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from tagledger.errors import (
    LedgerDamaged,
    LedgerError,
    LedgerFull,
    LedgerLocked,
    LedgerNotFound,
    LedgerReadOnly,
    LedgerTooNew,
)
from tagledger.ledger.engine import K, Progress, Row
from tagledger.ledger.named_sql import migrations, named_sql

BUSY_SECONDS = 30.0
"""How long a writer waits for another before it gives up."""

CACHE_KIB = 64 * 1024
"""Pages of the file kept in memory."""

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
        self._trigram_uses: Counter[str] | None = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all or nothing; one writer at a time, others wait."""
        with translated(self.place):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
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
        with translated(self.place):
            return self._connection.execute(self._sql[name], values).fetchall()

    def each(self, name: str, keys: Sequence[int], /, **values: object) -> list[Row]:
        """The rows that a named question gives for each of these keys."""
        sql = self._sql[name]
        found: list[Row] = []
        with translated(self.place):
            cursor = self._connection.cursor()
            for key in keys:
                found += cursor.execute(sql, {**values, "key": key})
        return found

    def stream(self, name: str, /, **values: object) -> Iterator[Row]:
        """The same, row by row."""
        with translated(self.place):
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

    def backup(self, target: Path) -> None:
        """A whole copy as an SQLite file, while others write."""
        with translated(str(target)):
            copy = sqlite3.connect(target)
            try:
                # In one go: in steps it would begin anew whenever another writes,
                # and in WAL mode it keeps nobody from writing.
                self._connection.backup(copy)
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


def open_sqlite(
    path: Path,
    *,
    create: bool = True,
    progress: Progress = lambda _text: None,
    busy_seconds: float = BUSY_SECONDS,
) -> SqliteEngine:
    """Open the file, or make one; the schema is brought up to date, with a word.

    Raises LedgerNotFound, LedgerDamaged, LedgerTooNew, LedgerReadOnly, LedgerLocked.
    """
    place = str(path)
    if not path.exists():
        if not create:
            raise LedgerNotFound(place, "there is no ledger yet")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise LedgerNotFound(place, exc.strerror or "no such folder") from exc
    with translated(place):
        connection = _connected(path, place, busy_seconds)
        try:
            _migrate(connection, place, progress)
        except BaseException:
            connection.close()
            raise
    return SqliteEngine(connection, place)


def _connected(path: Path, place: str, busy_seconds: float) -> sqlite3.Connection:
    try:
        connection = _connection(path, place, busy_seconds)
    except sqlite3.OperationalError as exc:
        is_sealed = path.is_file() and _primary_code(exc) in (
            sqlite3.SQLITE_CANTOPEN,
            sqlite3.SQLITE_READONLY,
        )
        if not is_sealed or path.with_name(f"{path.name}-wal").exists():
            raise
        # On a medium that cannot be written nothing changes while we read.
        return _connection(path, place, busy_seconds, "?immutable=1")
    return connection


def _connection(
    path: Path, place: str, busy_seconds: float, options: str = ""
) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.absolute()))}{options}"
    connection = sqlite3.connect(
        uri,
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        # Looked at first: nothing is written to a file that is not ours.
        _version(connection, place)
        if not options:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        connection.execute("PRAGMA foreign_keys = ON")
        # Each commit is on the disk before it is acknowledged; batches make it cheap.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA temp_store = MEMORY")
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection, place: str) -> int:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    if "schema_version" in tables:
        row = connection.execute("SELECT MAX(version) FROM schema_version").fetchone()
        return int(row[0] or 0)
    if tables:
        raise LedgerDamaged(place, "a database, but not a ledger")
    return 0


def _migrate(connection: sqlite3.Connection, place: str, progress: Progress) -> None:
    changes = list(migrations("sqlite"))
    newest = changes[-1][0]
    version = _version(connection, place)
    if version > newest:
        raise LedgerTooNew(place, f"schema {version}, this release knows {newest}")
    if version == newest:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another program may have been faster.
        version = _version(connection, place)
        for number, script in changes:
            if number > version:
                _apply(connection, number, script)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    if version:
        progress(f"{place}: schema {version} brought to {newest}")
    else:
        progress(f"{place}: a new ledger")


def _apply(connection: sqlite3.Connection, number: int, script: str) -> None:
    for statement in statements(script):
        connection.execute(statement)
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    connection.execute("INSERT INTO schema_version VALUES (?, ?)", (number, moment))


def statements(script: str) -> Iterator[str]:
    """The statements of a script; a trigger holds semicolons of its own."""
    lines: list[str] = []
    for line in script.splitlines():
        lines.append(line)
        text = "\n".join(lines)
        if line.rstrip().endswith(";") and sqlite3.complete_statement(text):
            yield text
            lines = []


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Turns what the driver raises into errors of the ledger."""
    try:
        yield
    except sqlite3.Error as exc:
        kind = _KINDS.get(_primary_code(exc), LedgerError)
        raise kind(place, str(exc)) from exc


def _primary_code(exc: sqlite3.Error) -> int:
    # The upper bits say which of several reasons it was.
    return int(getattr(exc, "sqlite_errorcode", 0) or 0) & 0xFF
