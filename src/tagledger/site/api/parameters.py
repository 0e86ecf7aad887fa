"""What the API's addresses carry, and how it is described.

The patterns are for clients that are made from the description; what is wrong is told
by the parser of each kind of text, which knows what was meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from litestar.openapi.spec import Example, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import Parameter

from tagledger.errors import MalformedCursor, MalformedMoment
from tagledger.model.platform import (
    KNOWN_ARCHITECTURES,
    KNOWN_SYSTEMS,
    PlatformFilter,
    parse_platform,
)
from tagledger.model.times import parse_moment

MAX_TEXT = 500
"""Longest text; a reference has up to 460 characters."""

MAX_LIMIT = 500
"""Most things on a page of a list."""

MAX_PLATFORMS = 20

MAX_OFFSET_DIGITS = 8

_HOST = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_PORT = (
    "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]"
    "|6553[0-5]"
)
_DOMAIN = (
    rf"(?:localhost|{_HOST}(?:[.]{_HOST})+)(?::(?:{_PORT}))?|{_HOST}:(?:{_PORT})"
    rf"|\[[a-fA-F0-9:]+\](?::(?:{_PORT}))?"
)
_FIRST = "[a-z0-9]+(?:(?:_|__|-+)[a-z0-9]+)*"
_COMPONENT = "[a-z0-9]+(?:(?:[.]|_|__|-+)[a-z0-9]+)*"
_PATH = f"{_COMPONENT}(?:/{_COMPONENT})*"
NAME = f"(?:(?:{_DOMAIN}|{_FIRST})/{_PATH}|{_COMPONENT})"
_TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = "(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})"
_PART = "[A-Za-z0-9_.-]+"
_KNOWN = "|".join(sorted(KNOWN_SYSTEMS | KNOWN_ARCHITECTURES))
_PLATFORM = f"(?:(?:{_KNOWN})|{_PART}(?:/{_PART}){{1,2}})(?::{_PART})?"


def described(
    description: str,
    *,
    example: Any,  # noqa: ANN401 - a text or a number
    **more: Any,  # noqa: ANN401 - what `Parameter` takes
) -> Any:  # noqa: ANN401 - likewise what it gives
    """A parameter as the description tells it."""
    examples = [Example(value=example)]
    return Parameter(description=description, examples=examples, **more)


def written(description: str, *, example: str, pattern: str | None = None) -> Any:  # noqa: ANN401 - likewise
    """A text, of which the description has the pattern."""
    extra = None if pattern is None else {"pattern": f"^{pattern}$"}
    return described(
        description,
        example=example,
        max_length=MAX_TEXT,
        min_length=1,
        schema_extra=extra,
    )


def _moment(description: str, *, example: str) -> Any:  # noqa: ANN401 - likewise
    either = [Schema(format=OpenAPIFormat.DATE), Schema(format=OpenAPIFormat.DATE_TIME)]
    return described(
        f"{description} A time is a day, `2017-12-01T14:30` (UTC) or RFC 3339.",
        example=example,
        max_length=60,
        schema_extra={"any_of": either},
    )


_REFERENCE = f"{NAME}(?::{_TAG})?(?:@{_DIGEST})?"


def reference(description: str, example: str) -> Any:  # noqa: ANN401 - likewise
    """The name of an image."""
    return written(description, example=example, pattern=_REFERENCE)


Ref = Annotated[
    str,
    reference(
        "A name as people write it: `python:3.8`, `ghcr.io/a/b@sha256:…`.",
        "example/app:1.0",
    ),
]

Repository = Annotated[
    str,
    written(
        "A repository, without tag: `python`, `ghcr.io/a/b`.",
        example="example/app",
        pattern=NAME,
    ),
]

At = Annotated[
    str | None,
    _moment(
        "What it was then; a day is its end (on the command line its beginning), "
        "nothing is now.",
        example="2017-03-21T12:00:00Z",
    ),
]

OtherAt = Annotated[
    str | None,
    _moment("When, for `a`; a day is its end.", example="2017-03-01"),
]

AndAt = Annotated[
    str | None,
    _moment("When, for `b`; a day is its end.", example="2017-04-02"),
]

Since = Annotated[
    str | None,
    _moment(
        "Only what was seen since then; a day counts from its beginning.",
        example="2017-03-01",
    ),
]

Until = Annotated[
    str | None,
    _moment(
        "Only what was seen until then; a day counts to its end.",
        example="2017-12-31",
    ),
]

PlatformText = Annotated[
    str | None,
    written(
        "Only images for this platform: `linux/arm64`.",
        example="linux/amd64",
        pattern=_PLATFORM,
    ),
]

_PLATFORMS = {
    "max_items": MAX_PLATFORMS,
    "schema_extra": {
        "items": Schema(
            type=OpenAPIType.STRING,
            pattern=f"^{_PLATFORM}$",
            min_length=1,
            max_length=MAX_TEXT,
        )
    },
}

Platforms = Annotated[
    list[str] | None,
    described(
        "Only these platforms: `linux/arm64`, `windows/amd64:10.0.17763`. Repeatable.",
        example=["linux/amd64"],
        **_PLATFORMS,
    ),
]

OtherPlatforms = Annotated[
    list[str] | None,
    described(
        "The platforms of `b`, where they are not those of `a`. Repeatable.",
        example=["linux/arm64"],
        **_PLATFORMS,
    ),
]

Cursor = Annotated[
    str | None,
    described(
        "What the page before gave as `next`, and in `Link`.",
        example="example/app",
        max_length=1_000,
    ),
]

TimeCursor = Annotated[
    str | None,
    described(
        "What the page before gave as `next`, and in `Link`.",
        example="1490961600000000.13",
        max_length=60,
        schema_extra={"pattern": "^-?[0-9]{1,18}[.]-?[0-9]{1,18}$"},
    ),
]

NumberCursor = Annotated[
    str | None,
    described(
        "What the page before gave as `next`, and in `Link`.",
        example="1",
        max_length=60,
        schema_extra={"pattern": f"^[0-9]{{1,{MAX_OFFSET_DIGITS}}}$"},
    ),
]

Limit = Annotated[
    int,
    described("Things on a page.", example=2, ge=1, le=MAX_LIMIT),
]

EXAMPLE_DIGEST = (
    "sha256:14a3c502f82dec3307d9c59aa874c367f52333c1d7cb1cc76f0d18ced27743d5"
)

DigestText = Annotated[
    str,
    written(
        "A digest: `sha256:` and 64 hex digits.",
        example=EXAMPLE_DIGEST,
        pattern=_DIGEST,
    ),
]

DigestPrefix = Annotated[
    str,
    written(
        "A digest, or at least the first six of its hex digits.",
        example=EXAMPLE_DIGEST[:19],
        pattern="(?:sha256:|sha512:)?[0-9a-f]{6,128}",
    ),
]


def moment(name: str, given: str | None, *, ends_day: bool = True) -> datetime | None:
    """A moment that was given; None for none. Raises MalformedMoment."""
    if given is None:
        return None
    try:
        return parse_moment(given, ends_day=ends_day)
    except (ValueError, OverflowError):
        raise MalformedMoment(name, given) from None


def platforms(given: Sequence[str] | None) -> tuple[PlatformFilter, ...]:
    """The platforms that were given. Raises MalformedPlatform."""
    return tuple(map(parse_platform, given or ()))


def offset_of(cursor: str | None) -> int:
    """Where a list goes on of which the cursor is a number. Raises MalformedCursor."""
    if cursor is None:
        return 0
    is_number = cursor.isascii() and cursor.isdigit()
    if not is_number or len(cursor) > MAX_OFFSET_DIGITS:
        raise MalformedCursor(cursor[:60])
    return int(cursor)
