"""Threads that answer questions about a ledger, each over a connection of its own.

A question is a function of a ledger. It runs in one thread from end to end, so that the
loop that serves HTTP never waits for a disk, and it has a limit of time.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import msgspec

from tagledger.errors import LedgerUnreachable
from tagledger.flows.readable import readable
from tagledger.flows.visitor import ANYBODY, Visitor
from tagledger.ledger.opening import open_for_reading
from tagledger.ledger.protocol import Ledger

SECONDS = 1.0
"""How long all that one question asks of the ledger may take together."""

LONG_SECONDS = 20.0
"""The same for the few questions that count all that there is.

One thread answers those, one at a time: no other question waits for them.
"""

THREADS = 4
"""Questions answered side by side: they wait for the disk more than for each other."""

Heard = Callable[[Exception | None], None]

_T = TypeVar("_T")


class _Reader(msgspec.Struct):
    """What a thread has: its ledger, and a loop for flows that are coroutines."""

    ledger: Ledger
    runner: asyncio.Runner


class Readers:
    """Answers questions about the ledger at an address, until it is closed.

    The ledger is opened at the first question of each thread. `heard` is told of each
    question how it ended: None for well.
    """

    def __init__(
        self,
        address: str,
        *,
        threads: int = THREADS,
        seconds: float = SECONDS,
        heard: Heard = lambda _problem: None,
    ) -> None:
        self.address = address
        self._heard = heard
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="reader")
        self._long = ThreadPoolExecutor(1, thread_name_prefix="long-reader")
        self._own = threading.local()
        self._all: list[_Reader] = []

    async def ask(
        self,
        question: Callable[[Ledger], _T],
        *,
        visitor: Visitor = ANYBODY,
        is_long: bool = False,
    ) -> _T:
        """The answer to a question; the visitor's ledger holds what they may read.

        `is_long` for one that counts all there is, for which nobody waits. Raises what
        the question raises, and LedgerTooSlow.
        """
        seconds = LONG_SECONDS if is_long else self._seconds

        def once() -> _T:
            reader = self._reader()
            with reader.ledger.within(seconds):
                return question(readable(reader.ledger, visitor))

        def answer() -> _T:
            try:
                try:
                    found = once()
                except LedgerUnreachable:
                    # A server that was restarted leaves connections that only look
                    # alive, one for each thread.
                    found = once()
            except Exception as exc:
                self._heard(exc)
                raise
            self._heard(None)
            return found

        threads = self._long if is_long else self._threads
        return await asyncio.get_running_loop().run_in_executor(threads, answer)

    async def follow(
        self,
        flow: Callable[[Ledger], Coroutine[Any, Any, _T]],
        *,
        visitor: Visitor = ANYBODY,
    ) -> _T:
        """The same for a flow that is a coroutine, which runs in the thread's loop."""

        def question(ledger: Ledger) -> _T:
            return self._reader().runner.run(flow(ledger))

        return await self.ask(question, visitor=visitor)

    def close(self) -> None:
        """Let the questions under way be answered, then let go of the ledgers."""
        self._threads.shutdown(cancel_futures=True)
        self._long.shutdown(cancel_futures=True)
        # Their loops cannot be closed in a thread in which another one runs.
        closing = threading.Thread(target=self._let_go)
        closing.start()
        closing.join()

    def _let_go(self) -> None:
        for reader in self._all:
            reader.runner.close()
            with suppress(Exception):
                reader.ledger.close()

    def _reader(self) -> _Reader:
        reader: _Reader | None = getattr(self._own, "reader", None)
        if reader is None:
            reader = _Reader(open_for_reading(self.address), asyncio.Runner())
            self._own.reader = reader
            self._all.append(reader)
        return reader
