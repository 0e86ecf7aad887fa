"""Moments as people write them on a command line, in UTC unless they say otherwise."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from tagledger.model.times import parse_rfc3339

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,6})?)?", re.ASCII)


class MomentType(click.ParamType[datetime]):
    """`2017-12-01`, `2017-12-01T14:30`, or RFC 3339.

    A day alone is its first moment, or with `ends_day` its last.
    """

    name = "time"

    def __init__(self, *, ends_day: bool = False) -> None:
        self._ends_day = ends_day

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> datetime:
        """Read it, or fail the way click fails."""
        if isinstance(value, datetime):
            return value
        try:
            return self._parsed(value)
        except (ValueError, OverflowError):
            self.fail("expected a time, as 2017-12-01 or 2017-12-01T14:30Z", param, ctx)

    def _parsed(self, text: str) -> datetime:
        if _DAY.fullmatch(text):
            day = datetime.fromisoformat(text).replace(tzinfo=UTC)
            last = timedelta(days=1) - timedelta(microseconds=1)
            return day + last if self._ends_day else day
        if local := _LOCAL.fullmatch(text):
            return parse_rfc3339(f"{local[1]}T{local[2]}{local[3] or ':00'}Z")
        return parse_rfc3339(text)
