"""Axes that people can read: round sizes, round dates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from tagledger.reports.terminal_values import size_text

WIDE_RANGE = 10
"""Sizes that differ by more are drawn on a logarithmic axis."""

NARROW_RANGE = 0.6
"""Where the smallest is more than this part of the largest, the axis does not start
at zero: what changes is small beside what stays."""

_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


class Tick(msgspec.Struct, frozen=True):
    """A mark on an axis: where, from 0 to 1, and what it says."""

    at: float
    text: str


class SizeScale(msgspec.Struct, frozen=True):
    """An axis of sizes: which part of its length a size is at."""

    low: float
    high: float
    is_logarithmic: bool
    ticks: tuple[Tick, ...]

    @property
    def starts_at_zero(self) -> bool:
        """Whether the lower end is no size at all."""
        return not self.is_logarithmic and self.low == 0

    def at(self, size_bytes: int) -> float:
        """From 0, the lower end, to 1."""
        return _place(size_bytes, self.low, self.high, is_log=self.is_logarithmic)


class TimeScale(msgspec.Struct, frozen=True):
    """An axis of time."""

    begin: datetime
    end: datetime
    ticks: tuple[Tick, ...]

    def at(self, moment: datetime) -> float:
        """From 0, the beginning, to 1."""
        whole = (self.end - self.begin).total_seconds()
        return (moment - self.begin).total_seconds() / whole if whole else 0.0


def size_scale(sizes: Sequence[int], *, most_ticks: int = 6) -> SizeScale:
    """An axis on which all these sizes have room; there is one at least."""
    smallest, largest = min(sizes), max(*sizes, 1)
    if smallest and largest > WIDE_RANGE * smallest:
        return _logarithmic(smallest, largest, most_ticks)
    base = smallest if smallest > NARROW_RANGE * largest else 0
    step = _round_step(max(largest - base, largest * 0.02) / (most_ticks - 1))
    low = math.floor(base / step) * step
    high = math.ceil(largest / step) * step
    if high == low:
        high = low + step
    ticks = tuple(
        Tick(_place(low + at * step, low, high), _size(low + at * step))
        for at in range(round((high - low) / step) + 1)
    )
    return SizeScale(low, high, is_logarithmic=False, ticks=ticks)


def _logarithmic(smallest: int, largest: int, most_ticks: int) -> SizeScale:
    first = math.floor(math.log10(smallest))
    last = math.ceil(math.log10(largest))
    stride = max(math.ceil((last - first) / (most_ticks - 1)), 1)
    low, high = 10.0**first, 10.0**last
    ticks = tuple(
        Tick(_place(10.0**power, low, high, is_log=True), _size(10.0**power))
        for power in range(first, last + 1, stride)
    )
    return SizeScale(low, high, is_logarithmic=True, ticks=ticks)


def _place(size: float, low: float, high: float, *, is_log: bool = False) -> float:
    if is_log:
        size, low, high = (math.log10(max(value, 1)) for value in (size, low, high))
    return min(max((size - low) / (high - low), 0.0), 1.0)


def _round_step(least: float) -> float:
    """The least of 1, 2, 2.5 and 5 times a power of ten that is not smaller."""
    power = 10.0 ** math.floor(math.log10(max(least, 1.0)))
    return next(power * part for part in _ROUND if power * part >= least * 0.999)


def _size(size: float) -> str:
    return size_text(round(size)).replace(".0 ", " ")


def time_scale(begin: datetime, end: datetime, *, most_ticks: int = 7) -> TimeScale:
    """An axis from one moment to the other, with years, months or days on it."""
    if end <= begin:
        end = begin + timedelta(days=1)
    ticks = tuple(
        Tick((moment - begin) / (end - begin), text)
        for moment, text in _dates(begin, end, most_ticks)
    )
    return TimeScale(begin, end, ticks)


def _dates(begin: datetime, end: datetime, most: int) -> list[tuple[datetime, str]]:
    strides = (1, 3, 6, 12, 24, 60, 120)
    found = next(
        (
            dates
            for months in strides
            if len(dates := _months(begin, end, months)) <= most
        ),
        _months(begin, end, 1_200)[:most],
    )
    if len(found) > 1 or end - begin > timedelta(days=62):
        return found
    days = max((end - begin).days, 1)
    stride = math.ceil(days / (most - 1))
    first = begin.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    moments = (first + timedelta(days=at) for at in range(0, days + 2, stride))
    return [
        (moment, f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year:04}")
        for moment in moments
        if begin <= moment <= end
    ]


def _months(begin: datetime, end: datetime, stride: int) -> list[tuple[datetime, str]]:
    """Each first day of a month that begins so many months, counted from a January."""
    found = []
    first = begin.year * 12 + begin.month - 1
    last = end.year * 12 + end.month - 1
    for number in range(-(-first // stride) * stride, last + 1, stride):
        year, month = divmod(number, 12)
        moment = datetime(year, month + 1, 1, tzinfo=UTC)
        if begin <= moment <= end:
            name = f"{year:04}" if stride >= 12 else f"{_MONTHS[month]} {year:04}"
            found.append((moment, name))
    return found
