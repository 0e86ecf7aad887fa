"""What goes wrong around a ledger while a command runs.

It is said what and what to do, nothing is lost, and the same command again ends where it would have ended.
"""

import asyncio
import os
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg
import pytest

from support import faults
from support.exchange import Answer, Reply, Request
from support.facts import Facts, difference, facts_at
from support.gate import Gate
from support.images import random_image
from support.long_history import history
from support.page_history import git
from support.postgresql import PostgresqlServer
from support.program import Finished, Program, ended
from support.publishing import put_into
from support.registry import Registry
from support.small_disk import mounted, remount
from support.tools import needs
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.postgresql_engine import WRITER_LOCK

pytestmark = needs("git")

IMAGES = {f"1.{number:02}": random_image(seed=number) for number in range(24)}
FIRST_BATCH_BYTES = 19_000_000
"""So much of the history is more than its first batch, and less than all."""

WAITING_SECONDS = 120


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history of two batches."""
    return history(tmp_path_factory.mktemp("history") / "reports")[0]


@pytest.fixture(scope="module")
def expected(reports: Path, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """What an import of it comes to that nothing disturbs."""
    home = tmp_path_factory.mktemp("home")
    done = Program(home).run("--ledger", "l.sqlite", "import", str(reports))
    assert 0 == done.code, done
    return facts_at(str(home / "l.sqlite"))


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry with two dozen tags."""
    with Registry() as server:
        for tag, image in IMAGES.items():
            put_into(server, "a/b", image.published, tag)
        yield server


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    """Where an import can be held up behind its first batch."""
    return Gate(tmp_path / "gate", FIRST_BATCH_BYTES)


def held_up(program: Program, gate: Gate) -> Program:
    """The program with that gate on its way."""
    return program.with_variables(PATH=f"{gate.folder}:{os.environ['PATH']}")


def told(done: Finished, code: int, *words: str) -> None:
    """It failed with this code, in these words, and said nothing else was done."""
    assert code == done.code, done
    for word in words:
        assert word in done.err


def lines(done: Finished) -> list[str]:
    """The names that were acknowledged."""
    return [line.partition(" ")[0] for line in done.out.decode().splitlines()]


def names(address: str) -> list[str]:
    """The names that a sound ledger knows."""
    with open_ledger(address, create=False) as ledger:
        assert [] == [*ledger.check()]
        return [reference.familiar for reference in ledger.references()]


def fill(disk: Path) -> None:
    """Leave no room."""
    with suppress(OSError), (disk / "ballast").open("wb", buffering=0) as ballast:
        while True:
            ballast.write(bytes(4096))


def test_an_import_onto_a_disk_that_fills_up(
    program: Program, reports: Path, expected: Facts, gate: Gate, tmp_path: Path
) -> None:
    """It says that there is no room; with room again the same command goes on from its first batch."""
    with mounted(tmp_path / "disk", 8 * 1024 * 1024) as disk:
        address = str(disk / "ledger.sqlite")
        arguments = ("--ledger", address, "import", str(reports))
        process = held_up(program, gate).start(*arguments)
        gate.wait(process)
        written = waited_for_a_batch(address)
        fill(disk)
        gate.open()

        told(ended(process), 5, address, "full", "make room")

        (disk / "ballast").unlink()
        with open_ledger(address, create=False) as ledger:
            assert written == ledger.counts().observations
            assert [] == [*ledger.check()]
        assert 0 == program.run(*arguments).code
        assert {} == difference(expected, facts_at(address))


def test_a_record_onto_a_disk_that_fills_up(
    program: Program, registry: Registry, tmp_path: Path
) -> None:
    """Each line that was printed is there, and how many those are is said."""
    with mounted(tmp_path / "disk", 8 * 1024 * 1024) as disk:
        address = str(disk / "ledger.sqlite")
        arguments = ("--ledger", address, "record", "--all-tags")
        name = f"{registry.address}/a/b"

        async def filling(request: Request, answer: Answer) -> Reply:
            await asyncio.to_thread(fill, disk)
            return await answer(request)

        registry.on("HEAD", "*/manifests/1.12", faults.times(1, filling))

        done = program.run(*arguments, name)

        told(done, 5, address, "full", "make room")
        assert f"stopped: {len(lines(done))} of 24 names were recorded" in done.err
        assert 0 < len(lines(done)) < len(IMAGES)
        (disk / "ballast").unlink()
        assert lines(done) == names(address)
        assert 0 == program.run(*arguments, name).code
        assert [f"{name}:{tag}" for tag in IMAGES] == names(address)


def test_a_bundle_that_finds_no_room_to_be_unpacked(
    program: Program, reports: Path, tmp_path: Path
) -> None:
    """The disk is full, and not the bundle damaged."""
    bundle = tmp_path / "reports.bundle"
    git(reports, "bundle", "create", "-q", str(bundle), "HEAD")
    with mounted(tmp_path / "disk", 64 * 1024) as disk:
        full = program.with_variables(TMPDIR=str(disk))

        told(full.run("import", str(bundle)), 5, str(disk), "no room", "free space")

        assert [] == [*disk.iterdir()]


@pytest.fixture
def small_tablespace(postgresql: PostgresqlServer) -> Iterator[tuple[str, Path]]:
    """The address of a database on a disk of its own with little room, and that disk."""
    with (
        tempfile.TemporaryDirectory(prefix="tagledger-disk-") as folder,
        mounted(Path(folder) / "disk", 32 * 1024 * 1024) as disk,
    ):
        Path(folder).chmod(0o755)
        space = disk / "space"
        space.mkdir()
        if os.geteuid() == 0:
            shutil.chown(space, "postgres")
        address = postgresql.address("small")
        with psycopg.connect(postgresql.address("postgres"), autocommit=True) as server:
            server.execute(f"CREATE TABLESPACE small LOCATION '{space}'".encode())
            server.execute("CREATE DATABASE small TABLESPACE small")
        yield address, disk
        with psycopg.connect(postgresql.address("postgres"), autocommit=True) as server:
            server.execute("DROP DATABASE small WITH (FORCE)")
            server.execute("DROP TABLESPACE small")


def test_an_import_onto_a_server_whose_disk_fills_up(
    program: Program,
    reports: Path,
    expected: Facts,
    gate: Gate,
    small_tablespace: tuple[str, Path],
) -> None:
    """The same, where it is the server that has no room."""
    address, disk = small_tablespace
    arguments = ("--ledger", address, "import", str(reports))
    process = held_up(program, gate).start(*arguments)
    gate.wait(process)
    written = waited_for_a_batch(address)
    fill(disk)
    gate.open()

    told(ended(process), 5, "No space left", "make room")

    (disk / "ballast").unlink()
    with open_ledger(address, create=False) as ledger:
        assert written == ledger.counts().observations
        assert [] == [*ledger.check()]
    assert 0 == program.run(*arguments).code
    assert {} == difference(expected, facts_at(address))


def test_a_medium_that_became_read_only(
    program: Program, registry: Registry, reports: Path, tmp_path: Path
) -> None:
    """Commands that ask are answered, those that write say why not; later they go on."""
    name = f"{registry.address}/a/b:1.00"
    with mounted(tmp_path / "disk", 64 * 1024 * 1024) as disk:
        here = ("--ledger", str(disk / "ledger.sqlite"))
        assert 0 == program.run(*here, "record", name).code
        remount(disk, "ro")

        refused = [
            program.run(*here, "record", name),
            program.run(*here, "import", "--no-proof", str(reports)),
        ]

        for done in refused:
            told(done, 5, str(disk), "readonly", "permissions")
            assert b"" == done.out
        assert 0 == program.run(*here, "history", name).code
        assert 0 == program.run(*here, "check").code
        remount(disk, "rw")
        assert 0 == program.run(*here, "record", name).code


def lock_file(address: str) -> Callable[[], None]:
    """Write to the file and do not come to an end; what is given ends it."""
    other = sqlite3.connect(address, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other.close


def lock_server(address: str) -> Callable[[], None]:
    """The same on a server."""
    other = psycopg.connect(address)
    other.execute("SELECT pg_advisory_lock(%s)", (WRITER_LOCK,))
    return other.close


def test_a_ledger_that_another_writes_to(
    program: Program, registry: Registry, address: str, tmp_path: Path
) -> None:
    """Writers wait as long as they are told to, and say so; readers do not wait; later the same command does it."""
    file = tmp_path / "absent.md"
    file.write_text("## `python:3.6`\n\n**does not exist** (yet?)\n")
    name = f"{registry.address}/a/b:1.00"
    here = ("--ledger", address)
    assert 0 == program.run(*here, "record", name).code
    hurried = program.with_variables(TAGLEDGER_WAIT="0")
    is_server = address.startswith("postgresql:")
    with ExitStack() as locked:
        locked.callback(lock_server(address) if is_server else lock_file(address))
        for words in (("record", name), ("import", str(file))):
            told(hurried.run(*here, *words), 5, "wait until", "nothing was lost")
        assert 0 == hurried.run(*here, "history", name).code
        assert 0 == hurried.run(*here, "check").code

    assert 0 == hurried.run(*here, "record", name).code
    assert 0 == hurried.run(*here, "import", str(file)).code


@pytest.mark.parametrize("text", ["soon", "-1", "1.5", "9999999"])
def test_a_wait_that_is_no_number(program: Program, text: str) -> None:
    """The variable is named."""
    done = program.with_variables(TAGLEDGER_WAIT=text).run("history", "a:1")

    assert 2 == done.code
    assert "TAGLEDGER_WAIT" in done.err


def test_an_import_from_a_server_that_is_stopped(
    program: Program,
    postgresql: PostgresqlServer,
    reports: Path,
    expected: Facts,
    gate: Gate,
) -> None:
    """In the middle: it says that nobody answers; once the server runs the same command goes on from its first batch."""
    address = postgresql.create("stopped_import")
    arguments = ("--ledger", address, "import", str(reports))
    process = held_up(program, gate).start(*arguments)
    gate.wait(process)
    written = waited_for_a_batch(address)
    postgresql.stop()
    try:
        gate.open()
        told(ended(process), 5, "the server", "check that the server runs")
        told(program.run(*arguments), 5, "does not answer")
    finally:
        postgresql.start()

    with open_ledger(address, create=False) as ledger:
        assert written == ledger.counts().observations
        assert [] == [*ledger.check()]
    assert 0 == program.run(*arguments).code
    assert {} == difference(expected, facts_at(address))
    postgresql.drop("stopped_import")


def test_an_import_does_not_mind_a_server_that_is_started_again(
    program: Program,
    postgresql: PostgresqlServer,
    reports: Path,
    expected: Facts,
    gate: Gate,
) -> None:
    """Between two batches: the connection is made anew, and it goes on."""
    address = postgresql.create("restarted_import")
    process = held_up(program, gate).start("--ledger", address, "import", str(reports))
    gate.wait(process)
    waited_for_a_batch(address)
    postgresql.stop()
    postgresql.start()
    gate.open()

    assert 0 == ended(process).code
    assert {} == difference(expected, facts_at(address))
    postgresql.drop("restarted_import")


def waited_for_a_batch(address: str) -> int:
    """How many facts there are once the first batch is written."""
    deadline = time.monotonic() + WAITING_SECONDS
    with open_ledger(address) as ledger:
        while not (count := ledger.counts().observations):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return count


def test_a_record_to_a_server_that_is_stopped(
    program: Program, postgresql: PostgresqlServer, registry: Registry
) -> None:
    """In the middle: each line that was printed is there, and the same command records the rest."""
    address = postgresql.create("stopped_record")
    name = f"{registry.address}/a/b"
    arguments = ("--ledger", address, "record", "--all-tags", name)

    async def stopping(request: Request, answer: Answer) -> Reply:
        await asyncio.to_thread(postgresql.stop)
        return await answer(request)

    registry.on("HEAD", "*/manifests/1.12", faults.times(1, stopping))
    try:
        done = program.run(*arguments)
    finally:
        postgresql.start()

    told(done, 5, "the server", "check that the server runs")
    assert f"stopped: {len(lines(done))} of 24 names were recorded" in done.err
    assert len(lines(done)) < len(IMAGES)
    assert set(lines(done)) <= set(names(address))
    assert 0 == program.run(*arguments).code
    assert [f"{name}:{tag}" for tag in IMAGES] == names(address)
    postgresql.drop("stopped_record")


def test_ctrl_c_in_an_import_says_what_is_kept(
    program: Program, reports: Path, expected: Facts, gate: Gate, address: str
) -> None:
    """130, what stays and how to go on; the same command then does so."""
    arguments = ("--ledger", address, "import", str(reports))
    process = held_up(program, gate).start(*arguments)
    gate.wait(process)
    written = waited_for_a_batch(address)
    process.send_signal(signal.SIGINT)
    gate.open()

    told(ended(process), 130, "interrupted: what was written stays", "goes on")

    with open_ledger(address, create=False) as ledger:
        assert written == ledger.counts().observations
    assert 0 == program.run(*arguments).code
    assert {} == difference(expected, facts_at(address))
