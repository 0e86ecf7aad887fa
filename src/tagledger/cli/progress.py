"""One line on stderr that says what is being read, where a person is looking."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import TextIO

from tagledger.model.printable import printable_line

INTERVAL_SECONDS = 0.1
"""How often the line changes: often enough to look alive, and no cost to the work."""


class ProgressLine:
    """A `Progress` that rewrites one line; silent where stderr is no terminal."""

    def __init__(
        self, stream: TextIO, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._clock = clock
        self._is_shown = stream.isatty()
        self._next = clock() + INTERVAL_SECONDS
        self._has_text = False

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """Say how far it is."""
        if not self._is_shown or self._clock() < self._next:
            return
        self._next = self._clock() + INTERVAL_SECONDS
        amount = f"{done:,}" if total is None else f"{done:,} of {total:,}"
        width = shutil.get_terminal_size().columns - 1
        text = printable_line(f"reading: {what}, {amount}")[:width]
        self._stream.write(f"\r\x1b[2K{text}")
        self._stream.flush()
        self._has_text = True

    def clear(self) -> None:
        """Take the line away before anything else is printed."""
        if self._has_text:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()
            self._has_text = False
