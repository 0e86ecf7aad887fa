"""The terminal, for commands that show something to people."""

from __future__ import annotations

from typing import NoReturn

from rich.console import Console


class _Terminal(Console):
    def on_broken_pipe(self) -> NoReturn:
        # rich would end the process with 1, which here says that something differs.
        raise BrokenPipeError


def console() -> Console:
    """Standard output, as rich sees it; BrokenPipeError once its reader is gone."""
    return _Terminal()
