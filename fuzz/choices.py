"""Bytes as a source of decisions: an input of the fuzzer becomes a structured value.

The same bytes give the same value, and a byte changed here or there a value that
differs here or there: so what mutates bytes, ours or atheris, mutates whole snapshots.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

_T = TypeVar("_T")

ODD_TEXTS = (
    "",
    " ",
    "`",
    "```",
    "~~~~",
    "\n```\n# heading\n",
    "\n# Mon, 01 Jan 2024 00:00:00 GMT\n",
    "# date unknown",
    "\x1b]8;;http://example.org\x1b\\",
    "\x1b[2J\x9b31m",
    "\r\x00\x08\x7f\x85",
    "\u202e\u2066\u200f\u061c",
    "\u2028\u2029\ufeff\u200b",
    "\ud800",
    "\U000e0041",
    "</code><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "![x](http://example.org/x.png)",
    "<https://example.org>",
    "www.example.org",
    "-\tDocker Version: 1",
    "&amp;&#x202e;",
    "\\",
    "\t| a | b |",
    "$(x) ${y} %z%",
    "[red]rich[/red] [link=x]y[/link]",
    "a" * 300,
    "e\u0301" * 9,
    "=",
    "sha256:" + "0" * 64,
    "cmd /S /C #(nop) ",
    "/bin/sh -c #(nop)  ",
    "|1 A=b /bin/sh -c ",
    "RUN ",
    "SHELL [a b]",
)
"""What a stranger may write into a field to get out of it."""


class Choices:
    """Draws from bytes; once they are used up, every draw is the first possibility."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def byte(self) -> int:
        """A number from 0 to 255."""
        if self._at >= len(self._content):
            return 0
        self._at += 1
        return self._content[self._at - 1]

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        number, reach = 0, 1
        while reach < limit:
            number, reach = number << 8 | self.byte(), reach << 8
        return number % limit

    def flag(self) -> bool:
        """Yes or no; no, where nothing is left."""
        return bool(self.byte() & 1)

    def pick(self, among: Sequence[_T]) -> _T:
        """One of these."""
        return among[self.below(len(among))]

    def perhaps(self, make: Callable[[], _T]) -> _T | None:
        """What `make` gives, or None."""
        return make() if self.flag() else None

    def several(self, make: Callable[[], _T], most: int = 3) -> tuple[_T, ...]:
        """Up to so many of what `make` gives."""
        return tuple(make() for _ in range(self.below(most + 1)))

    def take(self, length: int) -> bytes:
        """The next bytes as they are."""
        taken = self._content[self._at : self._at + length]
        self._at += len(taken)
        return taken

    def text(self) -> str:
        """Text of any kind: odd pieces, single characters of any plane, plain words."""
        pieces = []
        for _ in range(self.below(4)):
            kind = self.below(8)
            if kind == 0:
                pieces.append(chr(self.below(0x110000)))
            elif kind <= 2:
                pieces.append(self.take(self.below(9)).decode("latin-1"))
            elif kind == 3:
                pieces.append("`" * self.below(12))
            elif kind <= 5:
                pieces.append(self.pick(("linux", "amd64", "v7", "10.0.17763.864")))
            else:
                pieces.append(self.pick(ODD_TEXTS))
        return "".join(pieces)
