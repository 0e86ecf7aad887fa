"""The named questions, read from the files beside this one."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

import aiosql

_HERE = files("tagledger.ledger")


def named_sql(engine: str, driver: str) -> dict[str, str]:
    """The text of every question for this engine, by name.

    What both engines share stands in `queries/`, what differs in a folder of the
    engine's own. `driver` decides how a value's place is written.
    """
    found: dict[str, str] = {}
    folder = _HERE / "queries"
    for file in [*_sql_files(folder), *_sql_files(folder / engine)]:
        text = file.read_text(encoding="utf-8")
        queries = aiosql.from_str(text, driver, mandatory_parameters=False)
        for name in queries.available_queries:
            if not name.endswith("_cursor"):
                found[name] = getattr(queries, name).sql
    return found


def migrations(engine: str) -> Iterator[tuple[int, str]]:
    """Number and text of every change of the schema, oldest first."""
    for file in _sql_files(_HERE / "migrations" / engine):
        yield int(file.name.partition("_")[0]), file.read_text(encoding="utf-8")


def schema(engine: str) -> str:
    """The whole schema as it is now."""
    return (_HERE / "schema" / f"{engine}.sql").read_text(encoding="utf-8")


def _sql_files(folder: Traversable) -> list[Traversable]:
    found = [item for item in folder.iterdir() if item.name.endswith(".sql")]
    return sorted(found, key=lambda item: item.name)
