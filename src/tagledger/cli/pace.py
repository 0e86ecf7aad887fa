"""Progress with how fast it goes and how long it still takes."""

from __future__ import annotations

import time
from collections.abc import Callable

from tagledger.model.source import Progress

MIN_SECONDS = 0.5
"""Time after which a rate says something."""


class Pace:
    """A `Progress` that tells another one the rate and the time left as well."""

    def __init__(
        self, progress: Progress, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._progress = progress
        self._clock = clock
        self._began: tuple[float, int] | None = None

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """Say how far it is."""
        if self._began is None:
            self._began = self._clock(), done
        seconds = self._clock() - self._began[0]
        rate = (done - self._began[1]) / seconds if seconds >= MIN_SECONDS else 0
        if rate > 0 and total is not None:
            left = round((total - done) / rate)
            what = f"{what}, {rate:,.0f}/s, {left // 60}:{left % 60:02} left"
        self._progress(what, done, total)
