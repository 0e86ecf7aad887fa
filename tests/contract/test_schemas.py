"""The schema and the questions asked of it, on both engines."""

import re
import sqlite3
from contextlib import closing
from itertools import chain
from pathlib import Path

import psycopg
import pytest

from support.postgresql import PostgresqlServer
from support.statements import page
from tagledger.errors import LedgerDamaged, LedgerTooNew
from tagledger.ledger.engine import TABLES
from tagledger.ledger.named_sql import migrations, named_sql, schema
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.sqlite_file import statements

_SERVER_SHAPE = """
SELECT table_name, column_name, data_type, is_nullable, concat(column_default, generation_expression),
row_number() OVER (PARTITION BY table_name ORDER BY ordinal_position)
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT tablename, indexname, indexdef, '', '', 0 FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '', 0
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
ORDER BY 1, 2, 3
"""


def _file_shape(script: str) -> list[tuple[object, ...]]:
    file = sqlite3.connect(":memory:")
    for statement in statements(script):
        file.execute(statement)
    found = file.execute(
        "SELECT type, name, sql FROM sqlite_schema ORDER BY name"
    ).fetchall()
    file.close()
    return found


def _server_shape(server: PostgresqlServer, script: str) -> list[tuple[object, ...]]:
    address = server.create("shape")
    try:
        with psycopg.connect(address) as connection:
            connection.execute(script.encode())
            return connection.execute(_SERVER_SHAPE).fetchall()
    finally:
        server.drop("shape")


def test_the_schema_of_a_file_is_the_sum_of_its_migrations() -> None:
    """A new ledger and one that grew with the program are the same."""
    grown = "\n".join(text for _, text in migrations("sqlite"))

    assert _file_shape(schema("sqlite")) == _file_shape(grown)


def test_the_schema_of_a_server_is_the_sum_of_its_migrations(
    postgresql: PostgresqlServer,
) -> None:
    """The same on PostgreSQL."""
    grown = "\n".join(text for _, text in migrations("postgresql"))

    assert _server_shape(postgresql, schema("postgresql")) == _server_shape(
        postgresql, grown
    )


def test_both_engines_know_the_same_questions() -> None:
    """A question has one name on both; only the check of references is the server's own, and two indices the file's."""
    file, server = named_sql("sqlite", "sqlite3"), named_sql("postgresql", "psycopg")

    assert {"dangling"} == server.keys() - file.keys()
    assert {"append_step_words", "append_step_letters"} == file.keys() - server.keys()
    assert {f"append_{table}" for table in TABLES} <= file.keys()


def test_every_question_can_be_asked_of_a_file(tmp_path: Path) -> None:
    """SQLite understands the text of each."""
    path = tmp_path / "ledger.db"
    open_ledger(str(path)).close()
    file = sqlite3.connect(path)
    for name, sql in named_sql("sqlite", "sqlite3").items():
        values: object = dict.fromkeys(re.findall(r"(?<!:):(\w+)", sql), 1)
        if "?" in sql:
            values = (1,) * sql.count("?")
        try:
            file.execute(f"EXPLAIN {sql}", values)  # type: ignore[arg-type]
        except sqlite3.Error as exc:
            pytest.fail(f"{name}: {exc}")
    file.close()


def test_every_question_can_be_asked_of_a_server(postgresql: PostgresqlServer) -> None:
    """PostgreSQL understands the text of each."""
    address = postgresql.create("questions")
    try:
        open_ledger(address).close()
        with psycopg.connect(address, autocommit=True) as server:
            for name, text in named_sql("postgresql", "psycopg").items():
                sql = text
                if sql.startswith("COPY"):
                    continue
                for number, value in enumerate(
                    dict.fromkeys(re.findall(r"%\((\w+)\)s", sql)), 1
                ):
                    sql = sql.replace(f"%({value})s", f"${number}")
                server.execute(f"PREPARE question_{name} AS {sql}".encode())
    finally:
        postgresql.drop("questions")


def test_a_ledger_of_a_later_release_is_left_alone(address: str) -> None:
    """What a later program wrote is not guessed at."""
    open_ledger(address).close()
    sql = "INSERT INTO schema_version VALUES (99, 'later')"
    if address.startswith("postgresql"):
        with psycopg.connect(address) as server:
            server.execute(sql)
    else:
        file = sqlite3.connect(address)
        with file:
            file.execute(sql)
        file.close()

    with pytest.raises(LedgerTooNew):
        open_ledger(address)


def test_nothing_is_written_once_a_later_release_has_been_there(address: str) -> None:
    """Who had the ledger open before does not write what the new schema does not expect."""
    with open_ledger(address) as ledger:
        if address.startswith("postgresql"):
            with psycopg.connect(address) as server:
                server.execute("INSERT INTO schema_version VALUES (99, 'later')")
        else:
            with closing(sqlite3.connect(address)) as file, file:
                file.execute("INSERT INTO schema_version VALUES (99, 'later')")
        with pytest.raises(LedgerTooNew):
            ledger.record([page("python:3.6", "a", 0)])

        assert 0 == ledger.counts().observations


def test_what_is_no_ledger_is_left_alone(tmp_path: Path) -> None:
    """Another program's database, or any file: nothing is written to it."""
    other = tmp_path / "other.db"
    file = sqlite3.connect(other)
    file.execute("CREATE TABLE theirs (x)")
    file.close()
    text = tmp_path / "notes.txt"
    text.write_text("not a database, and longer than the header of one\n" * 9)
    before = [path.read_bytes() for path in (other, text)]

    for path in (other, text):
        with pytest.raises(LedgerDamaged):
            open_ledger(str(path))

    assert before == [path.read_bytes() for path in (other, text)]
    assert 2 == len([*chain(tmp_path.iterdir())])
