"""What the store needs of a database, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from tagledger.model.source import Progress as Steps

Row = tuple[Any, ...]
Key = bytes | str | int | tuple[int, str] | tuple[int, int, int]
K = TypeVar("K", bound=Key)
Progress = Callable[[str], None]

TABLES = (
    *("digest", "media_type", "source", "repository", "tag", "platform"),
    *("pack", "content", "step", "recipe", "recipe_step"),
    *("layer", "layer_list", "layer_list_item"),
    *("setting", "setting_list", "setting_list_item"),
    *("entry", "statement", "statement_part", "statement_entry", "statement_date"),
    *("observation", "change", "repository_span", "appearance", "sighting"),
    *("repository_recipe", "shared_digest", "shared_use", "note", "verdict"),
    "subject",
)
"""Every table, each after those that it refers to."""


class Engine(Protocol):
    """A database with the ledger's schema: named questions, rows appended in bulk.

    Driver errors are translated here; nothing above knows a driver.
    """

    place: str
    """Where the ledger is, fit for a message."""

    def transaction(self) -> AbstractContextManager[None]:
        """Write all or nothing; one writer at a time, others wait."""
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """Several questions about one moment, whatever is written meanwhile."""
        ...

    def query(self, name: str, /, **values: object) -> list[Row]:
        """The rows that a named question gives."""
        ...

    def each(self, name: str, keys: Sequence[int], /, **values: object) -> list[Row]:
        """The rows that a named question gives for each of these keys.

        Each row begins with its key; those of one key stand in the question's order,
        the keys in none that is sure.
        """
        ...

    def stream(self, name: str, /, **values: object) -> Iterator[Row]:
        """The same, row by row, for answers that may be long."""
        ...

    def execute(self, name: str, /, **values: object) -> None:
        """A named change."""
        ...

    def known(self, table: str, keys: Sequence[K]) -> dict[K, int]:
        """The numbers of those keys that are there."""
        ...

    def append(self, table: str, rows: Sequence[Row]) -> None:
        """Add rows, each with all columns in the order of the schema."""
        ...

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """All questions inside may take so long together, else LedgerTooSlow."""
        ...

    def integrity(self) -> Iterator[str]:
        """What the database itself finds wrong with its files and references."""
        ...

    def text_query(self, words: Sequence[Sequence[str]]) -> str:
        """The engine's full-text question for all of these words.

        Each is one or more runs of letters and digits, which must follow each other.
        """
        ...

    def substring_query(self, text: str) -> dict[str, object] | None:
        """The values for a question for steps that contain this text exactly.

        None where it is too short for an index.
        """
        ...

    def backup(self, target: Path, progress: Steps) -> None:
        """A whole copy as an SQLite file, of one moment, while others write."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...
