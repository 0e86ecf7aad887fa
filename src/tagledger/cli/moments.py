"""Moments as people write them on a command line, in UTC unless they say otherwise."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from tagledger.model.times import parse_moment


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
            return parse_moment(value, ends_day=self._ends_day)
        except (ValueError, OverflowError):
            self.fail("expected a time, as 2017-12-01 or 2017-12-01T14:30Z", param, ctx)
