"""Size over time: a line for each platform, as steps, for a size holds until the next.

The picture is as wide as the page makes it: across, everything stands at parts of its
width, so that words keep their size on any screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from tagledger.flows.sizes_over_time import SizeLine, SizesOverTime
from tagledger.reports.terminal_values import date_text, size_text
from tagledger.site.charts.scales import SizeScale, TimeScale, size_scale, time_scale

HEIGHT = 260
"""Of the whole picture, in pixels."""

TOP, BOTTOM = 18, 28
"""Room above the plot, for the word of the highest line; below, for dates."""

ACROSS = 1_000
"""Units across the plot, which is drawn out to the width that there is."""

MAX_LINES = 12
"""Most lines in one picture; the styles know as many."""

MAX_DOTS = 150
"""Where there are more changes than this, they are not marked one by one."""

MAX_ROWS = 120
"""Most rows of the table that says the same."""


class Mark(msgspec.Struct, frozen=True):
    """A line across or down, and its word. Places are pixels, or parts in percent."""

    at: float
    text: str
    anchor: str = "middle"
    is_minor: bool = False


class Dot(msgspec.Struct, frozen=True):
    """A change: where, and what it says when it is pointed at."""

    x: float
    y: float
    text: str


class DrawnLine(msgspec.Struct, frozen=True):
    """One platform: its number among the styles, its path, and its size now."""

    style: int
    platform: str
    path: str
    dots: tuple[Dot, ...]
    latest: int | None
    first: int | None


class SizeRow(msgspec.Struct, frozen=True):
    """A row of the table: from when, and the size for each platform."""

    since: datetime
    sizes: tuple[int | None, ...]


class SizeChart(msgspec.Struct, frozen=True, kw_only=True):
    """All that the template draws."""

    lines: tuple[DrawnLine, ...]
    across: tuple[Mark, ...]
    down: tuple[Mark, ...]
    said: str
    scale: SizeScale
    rows: tuple[SizeRow, ...]
    rows_left: int
    lines_left: int
    sizes: SizesOverTime
    height: int = HEIGHT
    top: int = TOP
    bottom: int = BOTTOM
    units: int = ACROSS


def size_chart(sizes: SizesOverTime) -> SizeChart | None:
    """The chart of these sizes; None where there is nothing to draw."""
    shown = sizes.lines[:MAX_LINES]
    known = [at.size_bytes for line in shown for at in line.sizes if at.size_bytes]
    if not known or sizes.until is None:
        return None
    begin = min(line.sizes[0].since for line in shown)
    up = size_scale(known)
    along = time_scale(begin, max(sizes.until, begin))
    count = sum(len(line.sizes) for line in shown)
    rows = [*_rows(shown)]
    return SizeChart(
        lines=tuple(
            _drawn(number, line, up, along, has_dots=count <= MAX_DOTS)
            for number, line in enumerate(shown, start=1)
        ),
        across=tuple(Mark(_y(tick.at), tick.text) for tick in up.ticks),
        down=tuple(_dates(along)),
        said=_words(shown, begin, sizes.until),
        scale=up,
        rows=tuple(rows[:MAX_ROWS]),
        rows_left=max(len(rows) - MAX_ROWS, 0),
        lines_left=len(sizes.lines) - len(shown),
        sizes=sizes,
    )


def _drawn(
    style: int, line: SizeLine, up: SizeScale, along: TimeScale, *, has_dots: bool
) -> DrawnLine:
    dots = [
        Dot(
            round(100 * along.at(size.since), 2),
            _y(up.at(size.size_bytes)),
            f"{line.platform}: {size_text(size.size_bytes)} "
            f"since {date_text(size.since)}",
        )
        for size in line.sizes
        if size.size_bytes is not None
    ]
    known = [size.size_bytes for size in line.sizes if size.size_bytes is not None]
    return DrawnLine(
        style,
        line.platform,
        "".join(_path(line, up, along)),
        tuple(dots) if has_dots else (),
        line.latest,
        known[0] if known else None,
    )


def _path(line: SizeLine, up: SizeScale, along: TimeScale) -> Iterator[str]:
    """Across until the size changes, then up or down; lifted where there is none."""
    is_down = False
    for size in line.sizes:
        x = _number(ACROSS * along.at(size.since))
        if is_down:
            yield f"H{x}"
        if size.size_bytes is None:
            is_down = False
            continue
        y = _number(_y(up.at(size.size_bytes)) - TOP)
        yield f"V{y}" if is_down else f"M{x} {y}"
        is_down = True
    if is_down:
        yield f"H{ACROSS}"


def _y(part: float) -> float:
    return round(TOP + (1 - part) * (HEIGHT - TOP - BOTTOM), 1)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _dates(along: TimeScale) -> Iterator[Mark]:
    for number, tick in enumerate(along.ticks):
        anchor = "middle"
        if tick.at < 0.06:
            anchor = "start"
        elif tick.at > 0.94:
            anchor = "end"
        yield Mark(round(100 * tick.at, 2), tick.text, anchor, number % 2 == 1)


def _rows(lines: tuple[SizeLine, ...]) -> Iterator[SizeRow]:
    """Every moment at which a size changed, the newest first."""
    moments = sorted({size.since for line in lines for size in line.sizes})
    at = [0] * len(lines)
    now: list[int | None] = [None] * len(lines)
    rows = []
    for moment in moments:
        for number, line in enumerate(lines):
            while at[number] < len(line.sizes) and (
                line.sizes[at[number]].since <= moment
            ):
                now[number] = line.sizes[at[number]].size_bytes
                at[number] += 1
        rows.append(SizeRow(moment, tuple(now)))
    yield from reversed(rows)


def _words(lines: tuple[SizeLine, ...], begin: datetime, end: datetime) -> str:
    """What the picture shows, for those who do not see it."""
    told = []
    for line in lines:
        known = [size.size_bytes for size in line.sizes if size.size_bytes is not None]
        if not known:
            continue
        low, high = size_text(min(known)), size_text(max(known))
        between = low if low == high else f"between {low} and {high}"
        now = "gone now" if line.latest is None else f"{size_text(line.latest)} now"
        told.append(f"{line.platform}: {between}, {now}")
    return f"From {date_text(begin)} to {date_text(end)}. {'; '.join(told)}."
