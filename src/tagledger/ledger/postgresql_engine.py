"""The ledger on a server, for several machines: PostgreSQL 13 or later.

Writers take turns, batch by batch, by an advisory lock: what one has numbered the next
finds, and two imports of overlapping histories end with the facts of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg

from tagledger.errors import (
    LedgerDamaged,
    LedgerError,
    LedgerFull,
    LedgerLocked,
    LedgerNotFound,
    LedgerReadOnly,
    LedgerTooNew,
    LedgerTooOld,
    LedgerTooSlow,
    LedgerUnreachable,
    redacted,
)
from tagledger.ledger.copying import copy_rows
from tagledger.ledger.engine import K, Progress, Row
from tagledger.ledger.named_sql import migrations, named_sql
from tagledger.ledger.sqlite_file import open_sqlite
from tagledger.model.source import Progress as Steps

BUSY_SECONDS = 30.0
"""How long a writer waits for another before it gives up."""

NEWEST = max(number for number, _ in migrations("postgresql"))
"""The schema that this release writes."""

CONNECT_SECONDS = 10
"""How long to wait for the server's first word."""

PLANNING = "-c random_page_cost=1.1 -c jit=off"
"""As for a disk without heads, which a server is not told of by itself: it would read
whole tables for one row. To compile a question takes longer than to answer it."""

PLANNED_ANEW = frozenset({"steps_with_words", "steps_with_text"})
"""Questions planned for what is asked: the newest steps with a common word are read one
by one, those with a rare one found in the index. A plan for any word takes a hundred
times as long for the common ones."""

FIRST_ANALYSED_ROWS = 20_000
"""Rows added by one program until the server is first told to count its tables."""

STREAMED_ROWS = 500
"""Rows that the server hands out at once: a pack may have 256 KiB."""

TRIGRAM = 3
"""Characters that the index of substrings has together."""

_STREAMS = count(1)

WRITER_LOCK = 0x7461676C
"""The advisory lock that a writer holds while its batch lasts: "tagl"."""

_KINDS: tuple[tuple[str, type[LedgerError]], ...] = (
    # The beginning of an SQLSTATE (PostgreSQL manual, appendix A), longest first.
    ("25006", LedgerReadOnly),
    ("42501", LedgerReadOnly),
    ("3D000", LedgerNotFound),
    ("40001", LedgerLocked),
    ("40P01", LedgerLocked),
    ("55P03", LedgerLocked),
    ("53100", LedgerFull),
    ("53300", LedgerUnreachable),
    ("57P", LedgerUnreachable),
    ("08", LedgerUnreachable),
    ("28", LedgerUnreachable),
    ("XX", LedgerDamaged),
)


class PostgresqlEngine:
    """An `Engine` on a server; a connection that was lost is made anew."""

    def __init__(
        self, connect: Callable[[], psycopg.Connection[Row]], place: str
    ) -> None:
        self.place = place
        self._connect = connect
        self._connection = connect()
        self._sql: dict[str, Any] = named_sql("postgresql", "psycopg")
        self._is_inside = False
        self._seconds = 0.0
        self._deadline: float | None = None
        self._appended = 0
        self._analysed_at = FIRST_ANALYSED_ROWS

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all or nothing; one writer at a time, others wait."""
        with self._alone():
            # A later release may have changed the schema since it was opened.
            self._require_known(self._version())
            yield
        self._analyse()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._inside("BEGIN"):
            self._connection.execute("SELECT pg_advisory_xact_lock(%s)", (WRITER_LOCK,))
            yield

    def _require_known(self, version: int) -> None:
        if version > NEWEST:
            problem = f"schema {version}, this release knows {NEWEST}"
            raise LedgerTooNew(self.place, problem)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several questions about one moment, whatever is written meanwhile."""
        with self._inside("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"):
            yield

    def query(self, name: str, /, **values: object) -> list[Row]:
        """The rows that a named question gives."""
        self._look_at_the_clock()
        with translated(self.place, self._seconds):
            prepare = False if name in PLANNED_ANEW else None
            live = self._live()
            return live.execute(self._sql[name], values, prepare=prepare).fetchall()

    def each(self, name: str, keys: Sequence[int], /, **values: object) -> list[Row]:
        """The rows that a named question gives for each of these keys."""
        return self.query(name, keys=list(keys), **values) if keys else []

    def stream(self, name: str, /, **values: object) -> Iterator[Row]:
        """The same, row by row; inside a transaction they need not all be in memory."""
        self._look_at_the_clock()
        with translated(self.place, self._seconds):
            if not self._is_inside:
                yield from self._live().execute(self._sql[name], values)
                return
            with self._connection.cursor(name=f"stream_{next(_STREAMS)}") as cursor:
                cursor.itersize = STREAMED_ROWS
                cursor.execute(self._sql[name], values)
                yield from cursor

    def execute(self, name: str, /, **values: object) -> None:
        """A named change."""
        with translated(self.place):
            self._live().execute(self._sql[name], values)

    def known(self, table: str, keys: Sequence[K]) -> dict[K, int]:
        """The numbers of those keys that are there."""
        values: dict[str, object] = {"keys": list(keys)}
        if keys and isinstance(keys[0], tuple):
            columns = zip(*(key for key in keys if isinstance(key, tuple)), strict=True)
            values = {f"keys_{n}": list(column) for n, column in enumerate(columns, 1)}
        rows = self.query(f"known_{table}", **values) if keys else []
        wanted = set(keys)
        found: dict[Any, int] = {}
        for *parts, number in rows:
            key = parts[0] if len(parts) == 1 else tuple(parts)
            if key in wanted:
                found[key] = number
        return found

    def append(self, table: str, rows: Sequence[Row]) -> None:
        """Add rows, each with all columns in the order of the schema."""
        if not rows:
            return
        with (
            translated(self.place),
            self._live().cursor() as cursor,
            cursor.copy(self._sql[f"append_{table}"]) as copy,
        ):
            for row in rows:
                copy.write_row(row)
        self._appended += len(rows)

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """All questions inside may take so long together.

        The server ends a question that alone takes so long; between questions the
        sum is looked at.
        """
        if seconds != self._seconds:
            self._seconds = seconds
            with translated(self.place):
                self._limit(self._live())
        self._deadline = monotonic() + seconds
        try:
            yield
        finally:
            self._deadline = None

    def _look_at_the_clock(self) -> None:
        if self._deadline is not None and monotonic() > self._deadline:
            raise LedgerTooSlow(self.place, self._seconds)

    def integrity(self) -> Iterator[str]:
        """Rows that refer to nothing, which only a damaged server can have."""
        for column, number in self.stream("dangling"):
            yield f"{column} refers to {number}, which is not there"

    def text_query(self, words: Sequence[Sequence[str]]) -> str:
        """All words, each as `to_tsquery` has a phrase."""
        return " & ".join("(" + " <-> ".join(runs) + ")" for runs in words)

    def substring_query(self, text: str) -> dict[str, object] | None:
        """The text as LIKE has it, with its special characters escaped."""
        if len(text) < TRIGRAM:
            return None
        for special in "\\%_":
            text = text.replace(special, f"\\{special}")
        return {"exact": f"%{text}%"}

    def backup(self, target: Path, progress: Steps) -> None:
        """A whole copy as an SQLite file, of one moment, while others write."""
        copy = open_sqlite(target)
        try:
            with self.snapshot():
                copy_rows(self, copy, progress=progress)
        finally:
            copy.close()

    def migrate(self, *, create: bool, progress: Progress) -> None:
        """Bring the schema up to date, with a word."""
        version = self._version()
        if not version and not create:
            raise LedgerNotFound(self.place, "there is no ledger yet")
        self._require_known(version)
        if version == NEWEST:
            return
        with self._alone():
            # Another program may have been faster.
            version = self._version()
            for number, script in migrations("postgresql"):
                if number > version:
                    self._connection.execute(script.encode())
                    self._connection.execute(
                        "INSERT INTO schema_version VALUES (%s, %s)",
                        (number, datetime.now(UTC).isoformat(timespec="seconds")),
                    )
        if version == NEWEST:
            return
        word = f"schema {version} brought to {NEWEST}" if version else "a new ledger"
        progress(f"{self.place}: {word}")

    def require_newest(self) -> None:
        """See that the schema is this release's: a reader changes nothing."""
        version = self._version()
        if not version:
            raise LedgerNotFound(self.place, "there is no ledger yet")
        self._require_known(version)
        if version < NEWEST:
            problem = f"schema {version}, this release has {NEWEST}"
            raise LedgerTooOld(self.place, problem)

    def _version(self) -> int:
        with translated(self.place):
            is_there = self._live().execute(
                "SELECT to_regclass('schema_version') IS NOT NULL"
            )
            if not is_there.fetchall()[0][0]:
                return 0
            found = self._live().execute("SELECT MAX(version) FROM schema_version")
            return int(found.fetchall()[0][0] or 0)

    def _analyse(self) -> None:
        """Let the server count anew once much was added, else it plans for no rows.

        Twice as many rows each time: over a whole import it costs next to nothing.
        """
        if self._appended >= self._analysed_at:
            with translated(self.place):
                self._live().execute("ANALYZE")
            self._appended = 0
            self._analysed_at *= 2

    def close(self) -> None:
        """Let go of the connection."""
        with suppress(psycopg.Error):
            self._connection.close()

    def _live(self) -> psycopg.Connection[Row]:
        if self._connection.closed and not self._is_inside:
            self._connection = self._connect()
            self._limit(self._connection)
        return self._connection

    def _limit(self, connection: psycopg.Connection[Row]) -> None:
        if self._seconds:
            milliseconds = max(1, int(self._seconds * 1000))
            connection.execute(f"SET statement_timeout = {milliseconds}".encode())

    @contextmanager
    def _inside(self, begin: str) -> Iterator[None]:
        with translated(self.place):
            # A server that was restarted leaves a connection that only looks alive.
            try:
                self._live().execute(begin.encode())
            except psycopg.OperationalError:
                if not self._connection.closed:
                    raise
                self._live().execute(begin.encode())
            self._is_inside = True
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(psycopg.Error):
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._is_inside = False


def open_postgresql(
    address: str,
    *,
    create: bool = True,
    progress: Progress = lambda _text: None,
    busy_seconds: float = BUSY_SECONDS,
    is_reader: bool = False,
) -> PostgresqlEngine:
    """Open the ledger in this database; its schema is made or brought up to date.

    A reader writes nothing, and wants the schema up to date. Raises
    LedgerUnreachable, LedgerNotFound, LedgerTooNew, LedgerTooOld, LedgerReadOnly.
    """
    place = redacted(address)
    # Nought would be to wait for ever.
    options = f"-c lock_timeout={max(1, int(busy_seconds * 1000))} {PLANNING}"
    if is_reader:
        options += " -c default_transaction_read_only=on"

    def connect() -> psycopg.Connection[Row]:
        with translated(place):
            connection = psycopg.connect(
                address,
                autocommit=True,
                connect_timeout=CONNECT_SECONDS,
                options=options,
                application_name="tagledger",
            )
            # Planning some questions takes longer than answering them.
            connection.prepare_threshold = 1
            return connection

    engine = PostgresqlEngine(connect, place)
    try:
        if is_reader:
            engine.require_newest()
        else:
            engine.migrate(create=create, progress=progress)
    except BaseException:
        engine.close()
        raise
    return engine


@contextmanager
def translated(place: str, seconds: float = 0.0) -> Iterator[None]:
    """Turns what the driver raises into errors of the ledger.

    `seconds` is how long the questions were allowed to take.
    """
    try:
        yield
    except psycopg.errors.QueryCanceled:
        raise LedgerTooSlow(place, seconds) from None
    except psycopg.Error as exc:
        raise _error(place, exc) from None


def _error(place: str, exc: psycopg.Error) -> LedgerError:
    # Never the driver's own text where there is no answer of a server: it may quote
    # the whole address, password included.
    state = exc.sqlstate
    if state is None:
        if isinstance(exc, psycopg.OperationalError | psycopg.InterfaceError):
            return LedgerUnreachable(place, _last_words(exc))
        if isinstance(exc, psycopg.ProgrammingError):
            return LedgerNotFound(place, "not an address of a database")
        return LedgerError(place)
    said = exc.diag.message_primary or "the server refused"
    for beginning, kind in _KINDS:
        if state.startswith(beginning):
            return kind(place, said)
    return LedgerError(place, said)


def _last_words(exc: psycopg.Error) -> str:
    """Why the server let us not in, if it said so: what follows its FATAL."""
    _, fatal, said = str(exc).partition("FATAL:")
    return said.split("\n")[0].strip() if fatal else "the server does not answer"
