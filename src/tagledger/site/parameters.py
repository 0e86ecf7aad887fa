"""What addresses carry: names behind a path, moments, numbers of pages."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from litestar.exceptions import ClientException

from tagledger.ledger.answers import Search
from tagledger.model.times import parse_moment
from tagledger.site.asked import AnyRequest

MAX_TEXT = 500
"""Longest text of a search or a filter; a reference has up to 460 characters."""

SOUGHT = ("q", "exact", "env", "label", "platform", "repo", "since", "until")
"""What says what is searched for."""

MAX_PAGE = 1_000_000


def name_behind(request: AnyRequest, path: str) -> str:
    """What stands behind `path` in the address, as it is written."""
    whole: str = request.scope["path"]
    return whole[len(path) :]


def text_of(request: AnyRequest, name: str) -> str:
    """A parameter as text, empty where it is not given; cut where it is too long."""
    return str(request.query_params.get(name, ""))[:MAX_TEXT].strip()


def page_of(request: AnyRequest, name: str = "page") -> int:
    """The number of the page of a list; anything else is the first."""
    text = str(request.query_params.get(name, "1"))
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        return 1
    return min(max(int(text), 1), MAX_PAGE)


def moment_of(
    request: AnyRequest, name: str, *, ends_day: bool = True
) -> datetime | None:
    """A moment, None where none is given; a day is its end. Raises ClientException."""
    text = text_of(request, name)
    if not text:
        return None
    try:
        return parse_moment(text, ends_day=ends_day)
    except (ValueError, OverflowError):
        raise ClientException(
            detail=f"{name}={text[:60]!r} is no time: write 2017-12-01 for the end of "
            "that day, or 2017-12-01T14:30Z"
        ) from None


def search_of(request: AnyRequest) -> Search:
    """What is searched for: `q` in steps, and filters. Raises ClientException."""
    query = text_of(request, "q")
    is_exact = bool(text_of(request, "exact"))
    return Search(
        words=query or None if not is_exact else None,
        exact=query or None if is_exact else None,
        env=text_of(request, "env") or None,
        label=text_of(request, "label") or None,
        platform=text_of(request, "platform") or None,
        repository=text_of(request, "repo") or None,
        since=moment_of(request, "since", ends_day=False),
        until=moment_of(request, "until"),
    )


def with_parameters(request: AnyRequest, **changes: str | int | None) -> str:
    """The parameters of this address with some changed; None takes one out."""
    given = {
        name: value
        for name, value in request.query_params.items()
        if name not in changes and value
    }
    given |= {name: str(value) for name, value in changes.items() if value is not None}
    return f"?{urlencode(given)}"
