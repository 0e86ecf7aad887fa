"""Rate limits, waited out: who is told to come back later says so, and comes back.

What one name is told holds for all names of that registry: nobody asks it meanwhile,
and a person hears of it once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec

from tagledger.errors import RateLimited

_T = TypeVar("_T")

MAX_PAUSES = 24
"""Most pauses for one name: a registry that only ever says "later" says no."""

SAME_PAUSE = timedelta(seconds=2)
"""Answers to what was asked side by side name moments that differ by no more."""


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How a rate limit is waited out: `told` hears until when."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    told: Callable[[str], None] = lambda _text: None


class Pauses:
    """The pauses of one run, by registry."""

    def __init__(self, patience: Patience | None = None) -> None:
        self.patience = patience or Patience()
        self._until: dict[str, datetime] = {}

    async def patiently(self, registry: str, ask: Callable[[], Awaitable[_T]]) -> _T:
        """What comes of asking, as often as the registry says when to come back.

        Raises what asking raises; RateLimited where no end is named.
        """
        for _ in range(MAX_PAUSES):
            await self._wait(registry)
            try:
                return await ask()
            except RateLimited as exc:
                until = exc.retry_at
                if until is None or until <= self.patience.now():
                    raise
                self._pause(registry, exc.host, until)
        await self._wait(registry)
        return await ask()

    def _pause(self, registry: str, host: str, until: datetime) -> None:
        known = self._until.get(registry)
        if known is not None and until <= known + SAME_PAUSE:
            return
        self._until[registry] = until
        self.patience.told(
            f"{host} has had enough of us: paused until {until:%Y-%m-%d %H:%M:%S} UTC"
        )

    async def _wait(self, registry: str) -> None:
        until = self._until.get(registry)
        if until is None:
            return
        seconds = (until - self.patience.now()).total_seconds()
        if seconds > 0:
            await self.patience.sleep(seconds)
