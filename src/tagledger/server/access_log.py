"""A line of JSON for each request; no query, no header, no credentials."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tagledger.errors import CannotServe
from tagledger.server.options import ACCESS_LOG_ON_STDERR

MAX_PATH_LENGTH = 2_000
"""Longest path in a line; a path that was refused may be longer."""


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said of a request.

    The query is left out: people paste tokens and signed addresses into search boxes.
    """

    time: datetime
    address: str
    method: str
    path: str
    status: int
    bytes: int
    seconds: float
    id: str
    visitor: str | None = None


class AccessLog:
    """Writes each line with one call: the lines of several workers stay whole."""

    def __init__(self, place: Path) -> None:
        self._is_own = place != ACCESS_LOG_ON_STDERR
        if not self._is_own:
            self._file = sys.stderr.fileno()
            return
        try:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            self._file = os.open(place, flags, 0o640)
        except OSError as exc:
            problem = f"{place}: the access log cannot be written: {exc.strerror}"
            raise CannotServe(problem) from exc

    def write(self, line: Line) -> None:
        """Append a line. A full disk stops no answer."""
        try:
            os.write(self._file, msgspec.json.encode(line) + b"\n")
        except OSError:
            return

    def close(self) -> None:
        """Let go of the file."""
        if self._is_own:
            os.close(self._file)


def line_of(
    *,
    address: str,
    method: str,
    path: str,
    status: int,
    size_bytes: int,
    seconds: float,
    request_id: str,
    visitor: str | None,
) -> Line:
    """The line of a request that was just answered."""
    return Line(
        time=datetime.now(UTC),
        address=address,
        method=method[:20],
        path=path[:MAX_PATH_LENGTH],
        status=status,
        bytes=size_bytes,
        seconds=round(seconds, 6),
        id=request_id,
        visitor=visitor,
    )
