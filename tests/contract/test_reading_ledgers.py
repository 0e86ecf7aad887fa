"""A ledger that is opened to be read: bounded in time, sealed, and of this release, on both engines."""

import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest

from support.statements import digest, from_registry, page
from tagledger.errors import (
    LedgerError,
    LedgerNotFound,
    LedgerReadOnly,
    LedgerTooNew,
    LedgerTooOld,
    LedgerTooSlow,
)
from tagledger.ledger.opening import open_for_reading, open_ledger
from tagledger.ledger.protocol import Ledger
from tagledger.model.evidence import Evidence
from tagledger.model.reference import parse_reference
from tagledger.model.snapshot import Document

PYTHON = parse_reference("python:3.6")

ENDLESS_NOTES = """
CREATE VIEW note AS
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers)
SELECT CAST(n AS TEXT) AS name, 'never asked for' AS text FROM numbers
"""
"""Notes without end: to look for one that is not there takes for ever."""


def change(address: str, *statements: str) -> None:
    """Change what is stored behind the ledger's back."""
    if address.startswith("postgresql"):
        with psycopg.connect(address) as server:
            for sql in statements:
                server.execute(sql.encode())
    else:
        with closing(sqlite3.connect(address)) as file, file:
            for sql in statements:
                file.execute(sql)


def ask_for_ever(reader: Ledger) -> NoReturn:
    """One short question after another."""
    while True:
        reader.history(PYTHON)


def filled(address: str) -> None:
    """Make a ledger with one fact."""
    with open_ledger(address) as ledger:
        ledger.record([page("python:3.6", "a", 0)])


def test_a_question_without_end_is_ended(address: str) -> None:
    """It fails within its limit, and the same reader answers the next one."""
    filled(address)
    change(address, "DROP TABLE note", ENDLESS_NOTES)

    with open_for_reading(address) as reader:
        for seconds in (0.05, 0.1):
            with pytest.raises(LedgerTooSlow) as caught, reader.within(seconds):
                reader.note("not there")

            assert f"{seconds:g} s" in str(caught.value)
            with reader.within(60):
                assert 1 == len(reader.history(PYTHON))


def test_many_short_questions_have_one_limit(address: str) -> None:
    """What is asked together may take so long together, however short each is."""
    filled(address)

    with open_for_reading(address) as reader:
        with pytest.raises(LedgerTooSlow), reader.within(0.05):
            ask_for_ever(reader)

        assert 1 == len(reader.history(PYTHON))


def test_a_limit_ends_with_its_block(address: str) -> None:
    """A question asked afterwards has no deadline that is over already."""
    filled(address)

    with open_for_reading(address) as reader:
        with reader.within(0.001):
            pass
        with reader.within(60):
            answers = [reader.counts().observations for _ in range(50)]

        assert [1] * 50 == answers


def test_a_reader_cannot_write(address: str) -> None:
    """Every call that writes is refused, and the ledger is as it was."""
    filled(address)
    content = b"{}"
    document = Document("application/json", content)

    with open_for_reading(address) as reader:
        writes: tuple[Callable[[], object], ...] = (
            lambda: reader.record([page("python:3.6", "b", 1)]),
            lambda: reader.record([], notes={"import": "done"}),
            lambda: reader.hold({digest("{}"): document}),
            lambda: reader.judge({digest("list a"): (Evidence.REPORTED, "no")}),
        )
        for write in writes:
            with pytest.raises(LedgerReadOnly):
                write()

        assert 1 == reader.counts().observations
        assert reader.note("import") is None


def test_a_reader_sees_what_is_recorded_meanwhile(address: str) -> None:
    """Each question is answered from what is there when it is asked."""
    filled(address)

    with open_for_reading(address) as reader, open_ledger(address) as writer:
        before = len(reader.history(PYTHON))
        writer.record([from_registry("python:3.6", "b", 1)])

        assert (1, 2) == (before, len(reader.history(PYTHON)))


def test_a_reader_wants_a_ledger_that_is_there(address: str) -> None:
    """It makes none, and leaves nothing where it looked."""
    with pytest.raises(LedgerNotFound):
        open_for_reading(address)

    if not address.startswith("postgresql"):
        assert not Path(address).exists()


@pytest.mark.parametrize(
    ("change_of_schema", "kind", "remedy"),
    [
        (
            "UPDATE schema_version SET version = version - 100",
            LedgerTooOld,
            "tagledger check",
        ),
        ("INSERT INTO schema_version VALUES (99, 'later')", LedgerTooNew, "later"),
    ],
)
def test_a_reader_wants_the_schema_of_its_release(
    address: str, change_of_schema: str, kind: type[LedgerError], remedy: str
) -> None:
    """An older or newer schema is refused, with what to do about it, and left alone."""
    filled(address)
    change(address, change_of_schema)

    with pytest.raises(kind) as caught:
        open_for_reading(address)

    assert remedy in caught.value.hint


def test_a_sealed_file_can_be_read(tmp_path: Path) -> None:
    """A file on a medium that cannot be written is served as any other."""
    sealed = tmp_path / "sealed"
    sealed.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "tagledger-test", str(sealed)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("only root may mount, and not in every container")
    try:
        path = sealed / "ledger.db"
        filled(str(path))
        subprocess.run(["mount", "-o", "remount,ro", str(sealed)], check=True)

        with open_for_reading(str(path)) as reader, reader.within(60):
            assert 1 == len(reader.history(PYTHON))
            assert reader.counts().tags == 1
            refuses_to_write(reader)
    finally:
        subprocess.run(["umount", "--lazy", str(sealed)], check=True)


def refuses_to_write(reader: Ledger) -> None:
    """Nothing can be recorded through it."""
    with pytest.raises(LedgerReadOnly):
        reader.record([page("python:3.6", "b", 1)])
