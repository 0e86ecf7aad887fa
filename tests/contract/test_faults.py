"""What goes wrong around a ledger: a clear error, nothing lost, and work goes on."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import psycopg
import pytest

from support.postgresql import PASSWORD, USER, PostgresqlServer
from support.small_disk import ROOM_BYTES, mounted, remount
from support.statements import page
from tagledger.errors import (
    LedgerFull,
    LedgerLocked,
    LedgerNotFound,
    LedgerReadOnly,
    LedgerUnreachable,
)
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.postgresql_engine import WRITER_LOCK, open_postgresql
from tagledger.ledger.sqlite_file import open_sqlite
from tagledger.ledger.stated import Stated
from tagledger.ledger.store import Store
from tagledger.model.reference import parse_reference


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with two megabytes of room."""
    with mounted(tmp_path / "disk") as folder:
        yield folder


def test_a_full_disk_loses_nothing(small_disk: Path) -> None:
    """What was acknowledged is there, the error says why, and with room again the work goes on."""
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(ROOM_BYTES // 2))
    said = [_heavy(f"v{number}", number) for number in range(60)]
    acknowledged = 0
    with open_ledger(str(small_disk / "ledger.db")) as ledger:
        with pytest.raises(LedgerFull):  # noqa: PT012 - it fails at one of them
            for item in said:
                ledger.record([item])
                acknowledged += 1

        assert 0 < acknowledged < len(said)
        assert acknowledged == ledger.counts().observations
        ballast.unlink()
        ledger.record([said[acknowledged]])

        assert acknowledged + 1 == ledger.counts().observations
        assert [] == [*ledger.check()]


def _heavy(version: str, at: int) -> Stated:
    stated = page("python:3.6", version, at)
    return msgspec.structs.replace(stated, parts=(*stated.parts, os.urandom(40_000)))


def test_a_backup_that_finds_no_room_leaves_nothing(
    small_disk: Path, tmp_path: Path
) -> None:
    """Half a copy never has the name of a whole one."""
    with open_ledger(str(tmp_path / "ledger.db")) as ledger:
        ledger.record([_heavy(f"v{number}", number) for number in range(60)])

        with pytest.raises(LedgerFull):
            ledger.backup(small_disk / "backup.db")

    assert [] == [*small_disk.iterdir()]


def test_a_medium_that_cannot_be_written_can_be_read(small_disk: Path) -> None:
    """Questions are answered; a write is refused with the reason."""
    path = small_disk / "ledger.db"
    with open_ledger(str(path)) as ledger:
        ledger.record([page("python:3.6", "a", 0)])
    remount(small_disk, "ro")

    with open_ledger(str(path)) as ledger:
        assert 1 == len(ledger.history(parse_reference("python:3.6")))
        assert [] == [*ledger.check()]
        with pytest.raises(LedgerReadOnly):
            ledger.record([page("python:3.6", "b", 1)])


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file in the way of the ledger's folder."""
    (tmp_path / "file").write_text("")

    with pytest.raises(LedgerNotFound, match="file"):
        open_ledger(str(tmp_path / "file" / "ledger.db"))
    with pytest.raises(LedgerNotFound):
        open_ledger(str(tmp_path))


def test_a_file_that_another_writes_to_is_waited_for(tmp_path: Path) -> None:
    """Then it is said to be locked; reading goes on, and later so does writing."""
    path = tmp_path / "ledger.db"
    with closing(Store(open_sqlite(path, busy_seconds=0.2))) as ledger:
        ledger.record([page("python:3.6", "a", 0)])
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(LedgerLocked) as raised:
            ledger.record([page("python:3.6", "b", 1)])

        assert raised.value.temporary
        assert 1 == len(ledger.history(parse_reference("python:3.6")))
        other.execute("ROLLBACK")
        other.close()
        assert 1 == ledger.record([page("python:3.6", "b", 1)]).observations


def test_a_server_that_another_writes_to_is_waited_for(
    postgresql: PostgresqlServer,
) -> None:
    """The same on PostgreSQL."""
    address = postgresql.create("locked")
    with closing(Store(open_postgresql(address, busy_seconds=0.2))) as ledger:
        with psycopg.connect(address) as other:
            other.execute("SELECT pg_advisory_lock(%s)", (WRITER_LOCK,))
            with pytest.raises(LedgerLocked):
                ledger.record([page("python:3.6", "a", 0)])
            assert [] == ledger.history(parse_reference("python:3.6"))

        assert 1 == ledger.record([page("python:3.6", "a", 0)]).observations
    postgresql.drop("locked")


def test_a_server_that_was_stopped_is_asked_again(postgresql: PostgresqlServer) -> None:
    """Its silence is a temporary error; once it runs, the same ledger goes on with all it had."""
    address = postgresql.create("stopped")
    with open_ledger(address) as ledger:
        ledger.record([page("python:3.6", "a", 0)])
        postgresql.stop()
        try:
            for _ in range(2):
                with pytest.raises(LedgerUnreachable) as raised:
                    ledger.record([page("python:3.6", "b", 1)])
                assert raised.value.temporary
                with pytest.raises(LedgerUnreachable):
                    ledger.history(parse_reference("python:3.6"))
                with pytest.raises(LedgerUnreachable):
                    open_ledger(address)
        finally:
            postgresql.start()

        assert 1 == ledger.record([page("python:3.6", "b", 1)]).observations
        postgresql.stop()
        postgresql.start()
        assert 1 == ledger.record([page("python:3.6", "c", 2)]).observations
        assert 3 == len(ledger.history(parse_reference("python:3.6")))
    postgresql.drop("stopped")


def test_a_server_that_takes_no_writes_can_be_read(
    postgresql: PostgresqlServer,
) -> None:
    """A standby, or a database set so."""
    address = postgresql.create("standby")
    with open_ledger(address) as ledger:
        ledger.record([page("python:3.6", "a", 0)])
    with psycopg.connect(address) as server:
        server.execute("ALTER DATABASE standby SET default_transaction_read_only = on")

    with open_ledger(address) as ledger:
        assert 1 == len(ledger.history(parse_reference("python:3.6")))
        with pytest.raises(LedgerReadOnly):
            ledger.record([page("python:3.6", "b", 1)])
    postgresql.drop("standby")


def test_no_password_stands_in_an_error(postgresql: PostgresqlServer) -> None:
    """Wrong password, no such database, nobody there, no address at all."""
    right = postgresql.address("nowhere")
    for address, kind in (
        (right.replace(PASSWORD, "secret"), LedgerUnreachable),
        (right, LedgerUnreachable),
        (f"postgresql://{USER}:secret@127.0.0.1:1/x", LedgerUnreachable),
        (f"postgresql://{USER}:secret@127.0.0.1/x?no such=option", LedgerNotFound),
    ):
        with pytest.raises(kind) as raised:
            open_ledger(address)

        told = f"{raised.value} {vars(raised.value)} {raised.value.__cause__}"
        assert "secret" not in told
        assert PASSWORD not in told


WRITER = """
import sys
from support.statements import page
from tagledger.ledger.opening import open_ledger
with open_ledger(sys.argv[1]) as ledger:
    for number in range(int(sys.argv[2]), 10_000):
        ledger.record([page(f"python:{number % 7}", f"v{number}", number)], notes={"done": str(number)})
        print(number, flush=True)
"""


def test_a_writer_may_be_killed_at_any_moment(address: str) -> None:
    """What it had acknowledged is there, nothing is half there, and the next one goes on."""
    start = 0
    for _ in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, address, str(start)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert writer.stdout is not None
        killer = threading.Timer(0.3, writer.send_signal, (signal.SIGKILL,))
        acknowledged = start - 1
        for line in writer.stdout:
            if not killer.is_alive() and acknowledged < start:
                killer.start()
            if line.endswith(b"\n"):
                acknowledged = int(line)
        writer.wait()
        writer.stdout.close()
        killer.cancel()

        with open_ledger(address, create=False) as ledger:
            done = int(ledger.note("done") or -1)
            assert acknowledged <= done <= acknowledged + 1
            assert (
                done + 1 == ledger.counts().observations == ledger.counts().statements
            )
            assert [] == [*ledger.check()]
        start = done + 1
    assert start > 4
