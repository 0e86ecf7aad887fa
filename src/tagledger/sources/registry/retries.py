"""When to ask again: after failures that may pass, with growing, random pauses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from tagledger.errors import TagledgerError
from tagledger.model.times import parse_http_date
from tagledger.sources.registry.surroundings import Surroundings

MAX_RETRY_AFTER_DIGITS = 9


class Retries(msgspec.Struct, frozen=True):
    """How often and how patiently. Times are seconds.

    Pauses double from `first_pause_seconds` on and are drawn from zero to that (full
    jitter), so that many clients do not come back together. A server that says when
    to come back is obeyed up to `longest_wait_seconds`; past that the caller is told.
    """

    surroundings: Surroundings
    attempts: int = 4
    first_pause_seconds: float = 0.25
    longest_pause_seconds: float = 8.0
    longest_wait_seconds: float = 30.0

    async def pause(
        self, failures: int, error: TagledgerError, retry_at: datetime | None = None
    ) -> None:
        """Wait after that many failures, or raise the last one to give up."""
        seconds = self.pause_seconds(failures, retry_at) if error.temporary else None
        if seconds is None:
            raise error
        await self.surroundings.sleep(seconds)

    def pause_seconds(self, failures: int, retry_at: datetime | None) -> float | None:
        """How long to wait after that many failures; None to give up."""
        if failures >= self.attempts:
            return None
        doubled = self.first_pause_seconds * 2.0 ** (failures - 1)
        longest = min(self.longest_pause_seconds, doubled)
        jitter = longest * self.surroundings.chance()
        if retry_at is None:
            return jitter
        wait = (retry_at - self.surroundings.now()).total_seconds()
        if wait > self.longest_wait_seconds:
            return None
        return max(0.0, wait) + jitter


def retry_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When `Retry-After` says to come back (seconds or an HTTP date), if it does."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit() and len(text) <= MAX_RETRY_AFTER_DIGITS:
        try:
            return now + timedelta(seconds=int(text))
        except OverflowError:
            return None
    try:
        return parse_http_date(text)
    except ValueError:
        return None
