"""The figures of a ledger: what it holds, who told it, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum

import msgspec

from tagledger.ledger.answers import Activity, Counts, DocumentCount, PlatformCount
from tagledger.ledger.protocol import Ledger

MAX_MONTHS = 36
"""Months of a chart that is by month unless asked for otherwise: three years."""


class Span(StrEnum):
    """What observations are counted by."""

    MONTH = "month"
    YEAR = "year"


class Period(msgspec.Struct, frozen=True):
    """A month or a year, by its first day, and the observations in it."""

    begins: date
    observations: int


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a ledger.

    `counts`, `platforms` and `documents` are of all that it holds; `sources` and
    `periods` are of what was observed from `since` to `until`. The periods have no
    gap: those in which nothing was observed count nought.
    """

    counts: Counts
    platforms: tuple[PlatformCount, ...]
    documents: tuple[DocumentCount, ...]
    since: datetime | None
    until: datetime | None
    sources: tuple[Activity, ...]
    span: Span
    periods: tuple[Period, ...]

    @property
    def observations(self) -> int:
        """How many observations there were in that time."""
        return sum(source.observations for source in self.sources)


def stats(
    ledger: Ledger,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    span: Span | None = None,
) -> Stats:
    """Count all; by month where that is no more than `MAX_MONTHS`, unless told how."""
    days = ledger.days(since=since, until=until)
    if span is None:
        months = _months(min(days), max(days)) if days else 0
        span = Span.MONTH if months <= MAX_MONTHS else Span.YEAR
    return Stats(
        counts=ledger.counts(),
        platforms=tuple(ledger.platforms()),
        documents=tuple(ledger.documents()),
        since=since,
        until=until,
        sources=tuple(ledger.activity(since=since, until=until)),
        span=span,
        periods=tuple(_periods(days, span)),
    )


def _months(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _periods(days: Mapping[date, int], span: Span) -> Iterator[Period]:
    if not days:
        return
    sums: dict[date, int] = {}
    for day, observations in days.items():
        begins = _begin(day, span)
        sums[begins] = sums.get(begins, 0) + observations
    begins, last = min(sums), max(sums)
    while begins <= last:
        yield Period(begins, sums.get(begins, 0))
        if begins.year == date.max.year:
            return
        begins = _next(begins, span)


def _begin(day: date, span: Span) -> date:
    return day.replace(day=1, month=day.month if span is Span.MONTH else 1)


def _next(begins: date, span: Span) -> date:
    if span is Span.MONTH and begins.month < 12:
        return begins.replace(month=begins.month + 1)
    return date(begins.year + 1, 1, 1)
