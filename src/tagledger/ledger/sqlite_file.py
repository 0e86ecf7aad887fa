"""Opening a ledger's file: one is made, brought up to date, or only read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from tagledger.errors import (
    LedgerDamaged,
    LedgerNotFound,
    LedgerTooOld,
)
from tagledger.ledger.engine import Progress
from tagledger.ledger.named_sql import migrations
from tagledger.ledger.sqlite_engine import (
    NEWEST,
    VERSION,
    SqliteEngine,
    primary_code,
    require_known,
    translated,
)

BUSY_SECONDS = 30.0
"""How long a writer waits for another before it gives up."""

CACHE_KIB = 64 * 1024
"""Pages of the file kept in memory."""

READER_CACHE_KIB = 8 * 1024
"""Likewise, for one of many readers: the system's own cache serves them all."""


def open_sqlite(
    path: Path,
    *,
    create: bool = True,
    progress: Progress = lambda _text: None,
    busy_seconds: float = BUSY_SECONDS,
    is_reader: bool = False,
) -> SqliteEngine:
    """Open the file, or make one; the schema is brought up to date, with a word.

    A reader writes nothing, and wants the schema up to date. Raises LedgerNotFound,
    LedgerDamaged, LedgerTooNew, LedgerTooOld, LedgerReadOnly, LedgerLocked.
    """
    place = str(path)
    if not create and not (path.exists() and path.stat().st_size):
        raise LedgerNotFound(place, "there is no ledger yet")
    if not path.exists():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise LedgerNotFound(place, exc.strerror or "no such folder") from exc
    with translated(place):
        connection = _connected(path, place, busy_seconds)
        try:
            if not create:
                _require_ledger(connection, place)
            if is_reader:
                _seal(connection, place)
            else:
                _migrate(connection, place, progress)
        except BaseException:
            connection.close()
            raise
    return SqliteEngine(connection, place)


def open_backup(path: Path, *, progress: Progress = lambda _text: None) -> SqliteEngine:
    """Open a file only to read it: a backup stays as it is.

    One of an older schema is brought up to date in a copy. Raises LedgerNotFound,
    LedgerDamaged, LedgerTooNew.
    """
    place = str(path)
    if not path.exists():
        raise LedgerNotFound(place, "there is no such file")
    with translated(place):
        connection = _connected(path, place, BUSY_SECONDS, "?mode=ro")
        try:
            return SqliteEngine(_current(connection, place, progress), place)
        except BaseException:
            connection.close()
            raise


def _current(
    connection: sqlite3.Connection, place: str, progress: Progress
) -> sqlite3.Connection:
    """What was opened to be read, or a copy of it with the schema of now."""
    version = _version(connection, place)
    if not version:
        raise LedgerDamaged(place, "an empty file, and no backup")
    if version < NEWEST:
        # Without a name it is on the disk, and gone when it is closed.
        copy = sqlite3.connect("", isolation_level=None)
        with closing(connection):
            connection.backup(copy)
        connection = copy
    _migrate(connection, place, progress)
    return connection


def seal(path: Path) -> None:
    """Make a ledger that is closed a file that can be read without any beside it."""
    with translated(str(path)), closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _connected(
    path: Path, place: str, busy_seconds: float, options: str = ""
) -> sqlite3.Connection:
    try:
        connection = _connection(path, place, busy_seconds, options)
    except sqlite3.OperationalError as exc:
        is_sealed = path.is_file() and primary_code(exc) in (
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
        row = connection.execute(VERSION).fetchone()
        return int(row[0] or 0)
    if tables:
        raise LedgerDamaged(place, "a database, but not a ledger")
    return 0


def _seal(connection: sqlite3.Connection, place: str) -> None:
    """Let nothing be written through this connection."""
    version = _version(connection, place)
    require_known(version, place)
    if version < NEWEST:
        raise LedgerTooOld(place, f"schema {version}, this release has {NEWEST}")
    connection.execute("PRAGMA query_only = ON")
    connection.execute(f"PRAGMA cache_size = -{READER_CACHE_KIB}")


def _require_ledger(connection: sqlite3.Connection, place: str) -> None:
    """Refuse a file that nobody has made a ledger of: its maker was killed, say."""
    if not _version(connection, place):
        raise LedgerNotFound(place, "there is no ledger yet")


def _migrate(connection: sqlite3.Connection, place: str, progress: Progress) -> None:
    version = _version(connection, place)
    require_known(version, place)
    if version == NEWEST:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another program may have been faster.
        version = _version(connection, place)
        for number, script in migrations("sqlite"):
            if number > version:
                _apply(connection, number, script)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    if version == NEWEST:
        return
    if version:
        progress(f"{place}: schema {version} brought to {NEWEST}")
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
