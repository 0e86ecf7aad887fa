"""What every command shares: opening, running, printing."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar

import click

from tagledger.cli.loading import loaded, without_certificates
from tagledger.cli.output import writing
from tagledger.cli.progress import ProgressLine
from tagledger.flows.open import Opening, Place, open_place
from tagledger.model.printable import printable, printable_line
from tagledger.model.source import Wanted
from tagledger.settings import Settings
from tagledger.sources.registry.options import RegistryOptions

_T = TypeVar("_T")


class Session:
    """One run of one command: its options, its output, its progress line."""

    def __init__(
        self,
        *,
        settings: Settings,
        registry: RegistryOptions,
        wanted: Wanted,
        ledger: str | None = None,
        at: datetime | None = None,
    ) -> None:
        self.progress = ProgressLine(sys.stderr)
        self.wanted = wanted
        self.opening = Opening(
            settings=settings,
            registry=registry,
            progress=self.progress,
            ledger=ledger,
            at=at,
        )

    @asynccontextmanager
    async def opened(
        self, address: str, *, opening: Opening | None = None
    ) -> AsyncIterator[Place]:
        """The place at an address, closed again at the end."""
        async with aclosing(self.place(address, opening or self.opening)) as place:
            yield place

    def place(self, address: str, opening: Opening) -> Place:
        """The place at an address; the caller closes it."""
        with without_certificates():
            # What kind of place it is decides what is loaded for it.
            place = open_place(address, opening)
        loaded()
        return place

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run to the end, with the progress line cleared after it."""
        try:
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                return runner.run(work)
        finally:
            self.progress.clear()

    def write(self, content: str | bytes) -> None:
        """Print to stdout: as it is to a pipe, made harmless to a terminal."""
        if sys.stdout.isatty():
            text = (
                content
                if isinstance(content, str)
                else content.decode(errors="replace")
            )
            content = printable(text)
        if isinstance(content, str):
            content = content.encode()
        self.progress.clear()
        with writing():
            sys.stdout.buffer.write(content)

    def say(self, text: str) -> None:
        """A line of words on stderr."""
        self.progress.clear()
        click.echo(printable_line(text), err=True)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # not made for this platform
        return None
    return uvloop.new_event_loop
