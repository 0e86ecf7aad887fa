"""A JSON document laid out for reading: every token as it stands in the bytes.

Nothing is decoded and written again, so a name that stands twice, a number's own form
and every escape are seen as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

MAX_LAID_OUT = 262_144
"""Bytes of a document that is laid out; the largest config seen has 25,000."""

MAX_INDENT = 40
"""Deepest indent, in levels: a document of brackets alone is no staircase."""

_TOKEN = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*")|(?P<mark>[{}\[\],:])|(?P<space>[ \t\r\n]+)'
    r'|(?P<word>[^\s"{}\[\],:]+)|(?P<rest>.)',
    re.DOTALL,
)
_DIGEST = re.compile(r'"(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})"', re.ASCII)


class Token(msgspec.Struct, frozen=True):
    """A piece of the text: `kind` is space, mark, name, text, word or digest."""

    kind: str
    text: str


def laid_out(text: str) -> Iterator[Token]:
    """The tokens with line breaks and indents in place of the document's own."""
    depth = 0
    waiting: str | None = None
    for kind, word in _words(text):
        if word in "}]" and kind == "mark":
            depth = max(depth - 1, 0)
            if waiting != "open":
                yield Token("space", _line(depth))
        elif waiting in ("open", "next"):
            yield Token("space", _line(depth))
        waiting = None
        yield Token(kind, word)
        if kind != "mark":
            continue
        if word in "{[":
            depth += 1
            waiting = "open"
        elif word == ",":
            waiting = "next"
        elif word == ":":
            yield Token("space", " ")


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Tokens without space, each string told apart as a name, a digest or a text."""
    held: str | None = None
    for match in _TOKEN.finditer(text):
        kind, word = match.lastgroup or "rest", match[0]
        if kind == "space":
            continue
        if held is not None:
            is_name = kind == "mark" and word == ":"
            yield ("name" if is_name else _kind_of(held)), held
            held = None
        if kind == "string":
            held = word
        else:
            yield ("mark" if kind == "mark" else "word"), word
    if held is not None:
        yield _kind_of(held), held


def _kind_of(string: str) -> str:
    return "digest" if _DIGEST.fullmatch(string) else "text"


def _line(depth: int) -> str:
    return "\n" + "  " * min(depth, MAX_INDENT)
