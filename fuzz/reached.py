"""Which lines of Tagledger an input reaches: those that reach new ones are kept."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

PACKAGE = str(Path(__file__).parents[1] / "src" / "tagledger")

_Trace = Callable[[FrameType, str, Any], Any]


class Reached:
    """Lines reached so far, counted while `watching` is switched on.

    Line by line with `sys.settrace`: that costs a multiple of the time, and what is
    found for it is worth more.
    """

    def __init__(self) -> None:
        self._lines: set[tuple[CodeType, int, int]] = set()
        self._last = 0

    def __len__(self) -> int:
        return len(self._lines)

    def is_new(self, work: Callable[[bytes], None], content: bytes) -> bool:
        """Whether `work` on this input went from line to line as nothing before."""
        before = len(self._lines)
        earlier = sys.gettrace()
        sys.settrace(self._on_call)
        try:
            work(content)
        finally:
            sys.settrace(earlier)
        return len(self._lines) > before

    def _on_call(self, frame: FrameType, _event: str, _value: object) -> _Trace | None:
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        self._last = 0
        return self._on_line

    def _on_line(self, frame: FrameType, event: str, _value: object) -> _Trace:
        if event == "line":
            line = frame.f_lineno
            self._lines.add((frame.f_code, self._last, line))
            self._last = line
        return self._on_line
