"""Build steps made up: a few words in nearly all of them, most words in few."""

from __future__ import annotations

import math
import random

MEDIAN_LENGTH = 250
SPREAD = 0.6
WORDS = 20_000

_SYLLABLES = (
    *("lib", "dev", "py", "ssl", "ca", "cert", "net", "core", "xml", "zip", "git"),
    *("ber", "tor", "mon", "qua", "rex", "sol", "tan", "ulm", "vex", "wod", "yar"),
    *("bin", "conf", "data", "gnu", "http", "jar", "key", "log", "make", "node"),
)
_BEGINNINGS = (
    ("RUN set -ex && apt-get update && apt-get install -y --no-install-recommends", 60),
    ("RUN apk add --no-cache", 12),
    ("RUN curl -fsSL https://example.org/", 8),
    ("RUN pip install --no-cache-dir", 8),
    ("ENV SETTINGS=", 6),
    ("COPY file:", 6),
)


class StepTexts:
    """Texts of steps, from one stream of chance."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._words = [self._made_word(number) for number in range(WORDS)]
        self._beginnings = [text for text, _ in _BEGINNINGS]
        self._weights = [weight for _, weight in _BEGINNINGS]

    def any(self) -> str:
        """A step of any kind; no two are alike."""
        beginning = self._rng.choices(self._beginnings, self._weights)[0]
        return self._filled(f"{beginning}{'' if beginning[-1] in '/=:' else ' '}")

    def run(self) -> str:
        """A step that installs something."""
        return self._filled(f"{self._beginnings[0]} ")

    def copy(self) -> str:
        """The step that a base image begins with."""
        return f"ADD file:{self._rng.randbytes(32).hex()} in / "

    def word(self) -> str:
        """A word, some far more often than others."""
        return self._words[int(WORDS ** self._rng.random()) - 1]

    def name(self, number: int) -> str:
        """The name that goes with a number."""
        return self._words[-1 - number % WORDS].upper()

    def _filled(self, beginning: str) -> str:
        length = int(MEDIAN_LENGTH * math.exp(self._rng.gauss(0, SPREAD)))
        parts = [f"{beginning}{self._rng.randbytes(6).hex()}"]
        left = length - len(parts[0])
        while left > 0:
            word = self.word()
            parts.append(word)
            left -= len(word) + 1
        return " ".join(parts)

    def _made_word(self, number: int) -> str:
        syllables = self._rng.choices(_SYLLABLES, k=self._rng.randint(1, 3))
        return f"{''.join(syllables)}{number if number % 3 else ''}"
