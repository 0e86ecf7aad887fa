"""Digests, moments, sizes and counts, as all pages write them."""

from __future__ import annotations

from datetime import UTC, datetime

from tagledger.model.evidence import Evidence
from tagledger.model.times import rfc3339
from tagledger.reports.terminal_values import (
    date_text,
    minute_text,
    second_text,
    size_text,
)

EVIDENCE_WORDS = {
    Evidence.READ: "read: the bytes were seen here and hash to the digest",
    Evidence.PROVEN: "proven: the bytes were rebuilt from a published page "
    "and hash to the digest",
    Evidence.REPORTED: "reported: somebody's page said so",
    Evidence.CONTRADICTED: "contradicted: two statements, or a statement and bytes "
    "held, exclude each other",
}
"""What each word of evidence means, for whoever points at it."""

_UNITS = (
    ("year", 365.2425 * 86_400),
    ("month", 365.2425 / 12 * 86_400),
    ("day", 86_400.0),
    ("hour", 3_600.0),
    ("minute", 60.0),
)


def short(digest: str, length: int = 12) -> str:
    """The first hex digits of a digest; the algorithm only where it is not sha256."""
    algorithm, _, encoded = digest.partition(":")
    shown = encoded[:length]
    return shown if algorithm == "sha256" else f"{algorithm}:{shown}"


def ago(moment: datetime, now: datetime) -> str:
    """``3 days ago``, ``in 2 hours``, ``just now``."""
    seconds = (now - moment.astimezone(UTC)).total_seconds()
    for name, length in _UNITS:
        number = int(abs(seconds) // length)
        if number:
            words = f"{number} {name}{'' if number == 1 else 's'}"
            return f"{words} ago" if seconds > 0 else f"in {words}"
    return "just now"


def count(number: int) -> str:
    """``1,234,567``."""
    return f"{number:,}"


def platform_short(platform: str) -> str:
    """``arm/v7`` for ``linux/arm/v7``: nearly all are of that system."""
    return platform.removeprefix("linux/")


FILTERS = {
    "count": count,
    "date": date_text,
    "minute": minute_text,
    "platform_short": platform_short,
    "rfc3339": rfc3339,
    "second": second_text,
    "size": size_text,
}
"""What templates may write behind a bar."""
