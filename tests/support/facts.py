"""All that a ledger holds, without its row numbers: two that hold the same give the same."""

import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from tagledger.ledger.engine import TABLES
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.protocol import Ledger

Facts = dict[str, Counter[str]]
"""How often each row of each table is there, with what it refers to in place of numbers."""

PACKING = {"id", "pack_id", "start_byte"}
"""Where something stands, which is no fact."""

OF_MOMENTS = {
    *("observation", "change", "repository_span", "appearance", "sighting"),
    "shared_use",
}
"""The tables that say when something was seen, and how often."""


def facts_at(address: str) -> Facts:
    """What the ledger at this address holds."""
    with open_ledger(address, create=False) as ledger:
        return facts_of(ledger)


def facts_of(ledger: Ledger) -> Facts:
    """What this ledger holds: its backup, which on either engine is a file, read row by row."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "backup.sqlite"
        ledger.backup(path)
        with closing(sqlite3.connect(path)) as database:
            return _facts(database)


def _facts(database: sqlite3.Connection) -> Facts:
    named: dict[str, dict[object, str]] = {}
    facts: Facts = {}
    for table in TABLES:
        columns = [
            row[1:6:4] for row in database.execute(f"PRAGMA table_info({table})")
        ]
        (key, *more) = [name for name, is_key in columns if is_key]
        refers = {
            column: target
            for _, _, target, column, *_ in database.execute(
                f"PRAGMA foreign_key_list({table})"
            )
        }
        names = named.setdefault(table, {})
        facts[table] = Counter()
        for row in database.execute(f"SELECT * FROM {table}"):  # noqa: S608 - a name of ours
            values = dict(zip((name for name, _ in columns), row, strict=True))
            said = {
                name: named[refers[name]][value]
                if name in refers and value is not None
                else value
                for name, value in values.items()
                if name not in PACKING
            }
            if table == "change":
                said["said"] = _root(named, int(said["said"]))
            name = sha256(repr(said).encode()).hexdigest()
            if not more:
                names[values[key]] = name
            if table != "pack":
                facts[table][repr(said)] += 1
    return facts


def _root(named: dict[str, dict[object, str]], number: int) -> str:
    """What a change says: a digest, a statement as a number below 0, or 0 for nothing."""
    if number == 0:
        return "gone"
    return named["digest"][number] if number > 0 else named["statement"][-number]


def difference(one: Facts, other: Facts) -> dict[str, tuple[list[str], list[str]]]:
    """What only one of them has, by table: empty where they hold the same, each as often."""
    return {
        table: (
            sorted((one[table] - other[table]).elements()),
            sorted((other[table] - one[table]).elements()),
        )
        for table in TABLES
        if one[table] != other[table]
    }
