"""JSON from strangers, read so that every reader must read it alike.

Python's and Go's readers differ on duplicate keys, huge numbers and broken
surrogates; a document with any of them could be one thing to us and another to the
engine that runs it. Such documents are refused, with the field that is wrong.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import msgspec

from tagledger.errors import MalformedDigest, MalformedDocument
from tagledger.model.digest import Digest

MAX_DEPTH = 64
"""Deepest nesting taken. Real manifests and configs stay under 8."""

MAX_NUMBER_DIGITS = 40
"""Longest number taken; a size needs 19 digits."""


_T = TypeVar("_T")
_BRACKETS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]|[\]}]', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class _Duplicate(ValueError):
    pass


def decode_json(content: bytes, document: str) -> Any:  # noqa: ANN401 - decode edge
    """Decode a document; `document` names it in errors. Raises MalformedDocument."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise MalformedDocument(document, f"not UTF-8 (byte {exc.start})") from exc
    _check_depth(text, document)
    try:
        value = _DECODER.decode(text)
        _check_surrogates(text, value)
    except _Duplicate as exc:
        key = str(exc)[:80]
        raise MalformedDocument(document, "the key stands twice", field=key) from exc
    except json.JSONDecodeError as exc:
        problem = f"not JSON: {exc.msg} (line {exc.lineno}, column {exc.colno})"
        raise MalformedDocument(document, problem) from exc
    except (ValueError, RecursionError) as exc:
        raise MalformedDocument(document, f"not JSON: {exc}"[:200]) from exc
    return value


def convert(value: object, kind: type[_T], document: str) -> _T:
    """Check decoded JSON against a type. Raises MalformedDocument with the field."""
    try:
        return msgspec.convert(value, kind, dec_hook=_decode_special)
    except msgspec.ValidationError as exc:
        problem, _, path = str(exc).partition(" - at `")
        field = path.rstrip("`").removeprefix("$").removeprefix(".")
        raise MalformedDocument(document, problem[:300], field=field) from exc


def _decode_special(kind: type, value: object) -> object:
    if kind is not Digest:
        raise NotImplementedError(kind)
    if not isinstance(value, str):
        raise TypeError("a digest is a text")
    try:
        return Digest(value)
    except MalformedDigest as exc:
        raise ValueError(str(exc)) from exc


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Duplicate(key)
            seen.add(key)
    return found


def _bounded(parse: Callable[[str], _T]) -> Callable[[str], _T]:
    def parse_bounded(digits: str) -> _T:
        if len(digits) > MAX_NUMBER_DIGITS:
            raise ValueError(f"a number of {len(digits)} digits")
        return parse(digits)

    return parse_bounded


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        # Python would take it for infinity, and write that as no JSON at all.
        raise ValueError(f"the number {text} is out of range")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _check_depth(text: str, document: str) -> None:
    # Most documents hold fewer brackets than the limit allows: no walk needed.
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for mark in _BRACKETS.findall(text):
        if mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise MalformedDocument(document, f"nested deeper than {MAX_DEPTH}")
        elif mark in "]}":
            depth -= 1


def _check_surrogates(text: str, value: object) -> None:
    # Half a surrogate pair is no character: Go replaces it, Python keeps it.
    if ("\\ud" in text or "\\uD" in text) and _SURROGATE.search(text):
        json.dumps(value, ensure_ascii=False).encode()


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_int=_bounded(int),
    parse_float=_bounded(_finite),
    parse_constant=_refuse_constant,
)
