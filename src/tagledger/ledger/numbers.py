"""Numbers for names: each key is known to the database, or gets the next number."""

from __future__ import annotations

from collections.abc import Iterable

from tagledger.ledger.engine import Engine, K, Key

MAX_CACHED = 300_000
"""Keys remembered for each table: some 40 MB if all were full, and never are."""

NUMBERED = (
    *("digest", "media_type", "source", "repository", "tag", "platform", "pack"),
    *("step", "recipe", "layer", "layer_list", "setting", "setting_list"),
    *("entry", "statement", "observation"),
)
"""The tables whose rows have a number, in the order of the query `last_numbers`."""


class Numbers:
    """The numbers of a writer; what is remembered outlives a batch, not a failure."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._cached: dict[str, dict[Key, int]] = {table: {} for table in NUMBERED}
        self._last: dict[str, int] = {}

    def begin(self) -> None:
        """Look where the numbering stands; only the one writer may call this."""
        row = self._engine.query("last_numbers")[0]
        self._last = dict(zip(NUMBERED, row, strict=True))
        for cached in self._cached.values():
            if len(cached) > MAX_CACHED:
                cached.clear()

    def forget(self) -> None:
        """Drop what was numbered: the transaction did not come to be."""
        for cached in self._cached.values():
            cached.clear()

    def last(self, table: str) -> int:
        """The highest number given so far."""
        return self._last[table]

    def next(self, table: str) -> int:
        """A number for a row that no key names."""
        self._last[table] += 1
        return self._last[table]

    def add(self, table: str, keys: Iterable[K]) -> list[K]:
        """Number all of these; those that are new are given back, in order."""
        cached = self._cached[table]
        wanted = [key for key in dict.fromkeys(keys) if key not in cached]
        if not wanted:
            return []
        known = self._engine.known(table, wanted)
        for key, number in known.items():
            cached[key] = number
        new = [key for key in wanted if key not in known]
        for key in new:
            cached[key] = self.next(table)
        return new

    def of(self, table: str, key: Key) -> int:
        """The number of a key that was added."""
        return self._cached[table][key]
