"""Pages of long lists: a part, and what to ask for the next one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import msgspec

from tagledger.errors import MalformedCursor
from tagledger.ledger.keys import bounded

T = TypeVar("T")
R = TypeVar("R")

FIRST = (2**62, 0)
"""A moment later than all, with which a list begins that has the newest first."""

_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A part of a list; `more` asks for what follows, None at its end."""

    items: tuple[T, ...] = ()
    more: str | None = None


def page_of(
    rows: Sequence[R], limit: int, made: Callable[[R], T], cursor: Callable[[R], str]
) -> Page[T]:
    """The page of `limit` of these rows, of which there is one more where more follow.

    `cursor` says of that one how to ask for a list that begins with it.
    """
    more = cursor(rows[limit]) if len(rows) > limit else None
    return Page(items=tuple(map(made, rows[:limit])), more=more)


def moment_cursor(moment: int, number: int) -> str:
    """Where a list by time goes on: with the row of this number."""
    return f"{moment}.{number}"


def moment_from(cursor: str | None) -> tuple[int, int]:
    """The moment and number to go on with. Raises MalformedCursor."""
    if cursor is None:
        return FIRST
    moment, dot, number = cursor[:60].partition(".")
    try:
        found = int(moment), int(number)
    except ValueError:
        raise MalformedCursor(cursor[:60]) from None
    if not dot or not all(_SMALLEST <= value <= _LARGEST for value in found):
        raise MalformedCursor(cursor[:60])
    return found


def name_from(cursor: str | None) -> str:
    """The name to go on with, as rows have it: any text may be given."""
    return "" if cursor is None else bounded(cursor)
