"""What the API's addresses carry, and how it is described."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from litestar.params import Parameter

from tagledger.errors import MalformedCursor, UsageError
from tagledger.model.times import parse_moment

MAX_TEXT = 500
"""Longest text; a reference has up to 460 characters."""

MAX_LIMIT = 500
"""Most things on a page of a list."""

MAX_OFFSET = 10_000_000


class MalformedMoment(UsageError):
    """The text is no time."""

    code = "malformed-moment"
    hint = "write 2017-12-01 (its end counts, UTC), 2017-12-01T14:30 or RFC 3339"

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"{name}={text[:60]!r} is no time")


Ref = Annotated[
    str,
    Parameter(
        query="ref",
        max_length=MAX_TEXT,
        description="A name as people write it: `python:3.8`, `ghcr.io/a/b@sha256:…`.",
    ),
]

Repository = Annotated[
    str,
    Parameter(
        query="repository",
        max_length=MAX_TEXT,
        description="A repository, without tag: `python`, `ghcr.io/a/b`.",
    ),
]

At = Annotated[
    str | None,
    Parameter(
        query="at",
        max_length=60,
        description="What it was at this time: `2017-12-01` (the end of that day, UTC), "
        "`2017-12-01T14:30` or RFC 3339. Without it: now.",
    ),
]

Since = Annotated[
    str | None,
    Parameter(
        query="since",
        max_length=60,
        description="Only what was seen since then; a day counts from its beginning.",
    ),
]

Until = Annotated[
    str | None,
    Parameter(
        query="until",
        max_length=60,
        description="Only what was seen until then; a day counts to its end.",
    ),
]

PlatformText = Annotated[
    str | None,
    Parameter(
        query="platform",
        max_length=200,
        description="Only this platform: `linux/arm64`, `windows/amd64:10.0.17763`.",
    ),
]

Cursor = Annotated[
    str | None,
    Parameter(
        query="cursor",
        max_length=1_000,
        description="What the page before gave as `next`.",
    ),
]

Limit = Annotated[
    int,
    Parameter(query="limit", ge=1, le=MAX_LIMIT, description="Things on a page."),
]

DigestText = Annotated[
    str,
    Parameter(
        max_length=150,
        description="A digest: `sha256:` and 64 hex digits.",
    ),
]


def moment(name: str, text: str | None, *, ends_day: bool = True) -> datetime | None:
    """A moment that was given; None for none. Raises MalformedMoment."""
    if not text:
        return None
    try:
        return parse_moment(text, ends_day=ends_day)
    except (ValueError, OverflowError):
        raise MalformedMoment(name, text) from None


def offset_of(cursor: str | None) -> int:
    """Where a list goes on of which the cursor is a number. Raises MalformedCursor."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 9):
        raise MalformedCursor(cursor[:60])
    return min(int(cursor), MAX_OFFSET)
