"""How images grew, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby, pairwise

from rich.console import Console

from tagledger.cli.charts import BarRow, draw_bars
from tagledger.flows.sizes import Series, Sizes
from tagledger.model.reference import Reference
from tagledger.reports.terminal_canvas import Canvas
from tagledger.reports.terminal_values import date_text, minute_text, size_text


def draw_sizes(sizes: Sizes, console: Console) -> None:
    """For each platform its tags, or where the tag changed; bars are to one scale."""
    canvas = Canvas(console, full=False)
    canvas.line((canvas.safe(sizes.name.familiar), "bold"))
    largest = max(
        (point.size_bytes or 0 for series in sizes.series for point in series.points),
        default=0,
    )
    latest: dict[Reference, datetime] = {}
    for series in sizes.series:
        seen = latest.get(series.reference, series.last_seen)
        latest[series.reference] = max(seen, series.last_seen)
    for platform, group in groupby(sizes.series, key=lambda item: item.platform):
        canvas.heading((canvas.safe(platform or "no platform stated"), "bold cyan"))
        found = list(group)
        if sizes.is_repository:
            rows = [
                _tag_row(canvas, series, latest[series.reference]) for series in found
            ]
        else:
            rows = [row for series in found for row in _time_rows(series)]
        draw_bars(canvas, rows, largest=largest)
        if not sizes.is_repository:
            for series in found:
                canvas.line(_grown(series))
    canvas.show()


def _tag_row(canvas: Canvas, series: Series, latest: datetime) -> BarRow:
    name, last = series.reference, series.points[-1]
    label = name.tag or name.digest or "(no tag)"
    since = date_text(series.points[0].observed_at)
    grown = series.grown_bytes
    note = "" if len(series.points) == 1 else f"{_change(grown)} since {since}"
    if series.last_seen < latest:
        # The tag went on without it: that size is not of now.
        note = f"{note} until" if note else "only seen"
        note = f"{note} {date_text(series.last_seen)}"
    return BarRow(
        canvas.safe(label), _size(last.size_bytes), last.size_bytes or 0, note
    )


def _time_rows(series: Series) -> Iterator[BarRow]:
    first = series.points[0]
    label = minute_text(first.observed_at)
    yield BarRow(label, _size(first.size_bytes), first.size_bytes or 0)
    for before, point in pairwise(series.points):
        known = None not in (before.size_bytes, point.size_bytes)
        change = (point.size_bytes or 0) - (before.size_bytes or 0) if known else None
        yield BarRow(
            minute_text(point.observed_at),
            _size(point.size_bytes),
            point.size_bytes or 0,
            _change(change),
        )


def _grown(series: Series) -> str:
    first, last, grown = series.points[0], series.points[-1], series.grown_bytes
    if len(series.points) == 1:
        return "one size, as far as is known"
    if grown is None:
        return "how it grew is not known"
    days = (last.observed_at - first.observed_at).days
    percent = f" ({100 * grown / first.size_bytes:+.1f} %)" if first.size_bytes else ""
    return f"{_change(grown)}{percent} in {days:,} day{'' if days == 1 else 's'}"


def _size(size_bytes: int | None) -> str:
    return "?" if size_bytes is None else size_text(size_bytes)


def _change(change_bytes: int | None) -> str:
    if change_bytes is None:
        return "?"
    if change_bytes == 0:
        return "the same"
    sign = "+" if change_bytes > 0 else "-"
    return f"{sign}{size_text(abs(change_bytes))}"
