"""What is asked of a ledger to see how fast it answers, drawn from what it holds.

Drawn from the SQLite file; the same is then asked of either engine.
"""

from __future__ import annotations

import random
import re
import sqlite3
from collections import Counter
from pathlib import Path
from typing import TypeVar

import msgspec

from tagledger.ledger.contents import digest_of
from tagledger.ledger.names import reference_of
from tagledger.model.reference import Reference

STEPS_LOOKED_AT = 20_000
COMMON_WORDS = 12

_T = TypeVar("_T")

_WORD = re.compile(r"[^\W_]{3,}")


class Samples(msgspec.Struct, frozen=True, kw_only=True):
    """Arguments for questions, by what is special about them."""

    digests: dict[str, list[str]]
    tags: dict[str, list[Reference]]
    steps: list[str]
    common_words: list[str]
    settings: dict[int, list[tuple[str, str]]]


def draw(file: Path, count: int, *, seed: int = 4) -> Samples:
    """Draw so many arguments of each kind, or as many as there are."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        drawn = _Drawing(connection, count, random.Random(seed))  # noqa: S311 - no secret
        return drawn.samples()
    finally:
        connection.close()


class _Drawing:
    def __init__(
        self, connection: sqlite3.Connection, count: int, rng: random.Random
    ) -> None:
        self._connection = connection
        self._count = count
        self._rng = rng

    def samples(self) -> Samples:
        """Everything that is drawn."""
        texts = [
            text
            for (text,) in self._connection.execute(
                "SELECT text FROM step ORDER BY hash LIMIT ?", (STEPS_LOOKED_AT,)
            )
        ]
        used = Counter(word.lower() for text in texts for word in _words(text))
        return Samples(
            digests=self._digests(),
            tags=self._tags(),
            steps=self._some(texts),
            common_words=[word for word, _ in used.most_common(COMMON_WORDS)],
            settings={kind: self._settings(kind) for kind in (1, 2)},
        )

    def _digests(self) -> dict[str, list[str]]:
        found = {
            "index": self._named("SELECT root_digest_id FROM statement"),
            "manifest": self._named("SELECT manifest_digest_id FROM entry"),
            "config": self._named("SELECT config_digest_id FROM entry"),
            "layer": self._named("SELECT digest_id FROM layer"),
        }
        by_use = [
            number
            for (number,) in self._connection.execute(
                "SELECT layer_id FROM layer_list_item GROUP BY layer_id "
                "HAVING COUNT(*) > 10 ORDER BY COUNT(*) DESC"
            )
        ]
        found["widely shared layer"] = self._layers(by_use[: self._count // 4])
        found["shared layer"] = self._layers(self._some(by_use))
        whole = [digest for digests in found.values() for digest in digests]
        found["prefix of 12"] = [text[7:19] for text in self._some(whole)]
        found["prefix of 6"] = [text[7:13] for text in self._some(whole)]
        found["nowhere"] = [self._rng.randbytes(32).hex() for _ in range(self._count)]
        return {what: digests for what, digests in found.items() if digests}

    def _named(self, numbers: str) -> list[str]:
        rows = self._connection.execute(
            f"SELECT algorithm, hash FROM digest WHERE id IN ({numbers}) ORDER BY hash"  # noqa: S608 - ours
        ).fetchall()
        return [str(digest_of(kind, raw)) for kind, raw in self._some(rows)]

    def _layers(self, layers: list[int]) -> list[str]:
        sql = (
            "SELECT d.algorithm, d.hash FROM layer l "
            "JOIN digest d ON d.id = COALESCE(l.digest_id, l.diff_digest_id) "
            "WHERE l.id = ?"
        )
        return [
            str(digest_of(*self._connection.execute(sql, (layer,)).fetchone()))
            for layer in layers
        ]

    def _tags(self) -> dict[str, list[Reference]]:
        rows = self._connection.execute(
            "SELECT r.name, t.name, COUNT(*) FROM change c "
            "JOIN tag t ON t.id = c.tag_id JOIN repository r ON r.id = t.repository_id "
            "GROUP BY t.id ORDER BY COUNT(*) DESC, t.id"
        ).fetchall()
        busy = rows[: max(self._count // 20, 1)]
        return {
            "any": [reference_of(*row[:2]) for row in self._some(rows)],
            "busiest": [reference_of(*row[:2]) for row in busy],
        }

    def _settings(self, kind: int) -> list[tuple[str, str]]:
        rows = self._connection.execute(
            "SELECT name, value FROM setting WHERE kind = ? ORDER BY hash", (kind,)
        ).fetchall()
        return self._some(rows)

    def _some(self, items: list[_T]) -> list[_T]:
        return self._rng.sample(items, min(self._count, len(items)))


def _words(text: str) -> list[str]:
    return _WORD.findall(text)
