"""One range of bytes (RFC 9110, section 14): which part of a blob is wanted."""

from __future__ import annotations

import re

from tagledger.endpoint import problems
from tagledger.endpoint.problems import Problem

_RANGE = re.compile(
    rb"bytes=[ \t]*([0-9]{0,19})-([0-9]{0,19})[ \t]*", re.ASCII | re.IGNORECASE
)


def part_of(
    size: int, asked: bytes | None, if_range: bytes | None, etag: bytes
) -> tuple[int, int] | None:
    """Where the part begins and ends (exclusive); None for the whole.

    Several ranges, and what is no range, are answered with the whole, as the RFC
    allows. Raises Problem (416) where no byte of the blob is meant.
    """
    match = _RANGE.fullmatch(asked) if asked is not None else None
    if match is None or (if_range is not None and if_range.strip() != etag):
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    if first and last and int(first) > int(last):
        return None
    if first:
        start = int(first)
        end = min(int(last) + 1, size) if last else size
    else:
        start, end = max(0, size - int(last)), size
    if start >= end:
        headers = [(b"content-range", f"bytes */{size}".encode())]
        raise Problem(
            416,
            problems.RANGE_INVALID,
            f"there are {size} bytes, and none of those asked for",
            headers=headers,
        )
    return start, end
