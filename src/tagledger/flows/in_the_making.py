"""Answers that take longer than anybody is kept waiting: made once, for all who ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from tagledger.errors import LedgerBusy
from tagledger.flows.remembered import Remembered

WAIT_SECONDS = 0.9
"""How long who asks is kept waiting for an answer that is being made."""

AT_ONCE = 4
"""Most answers in the making: each is asked for by another question."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class InTheMaking(Generic[K, V]):
    """Answers by key, remembered for `seconds`; of one worker, in its one loop."""

    def __init__(
        self, *, most: int, seconds: float, wait_seconds: float = WAIT_SECONDS
    ) -> None:
        self._kept: Remembered[K, V] = Remembered(most=most, seconds=seconds)
        self._making: dict[K, asyncio.Task[V]] = {}
        self._wait_seconds = wait_seconds

    async def get(self, key: K, make: Callable[[], Awaitable[V]]) -> V:
        """The answer, which is made where it is not there.

        Raises what making it raises, and LedgerBusy where it takes longer or others
        are before it; it is made all the same, for the next who asks.
        """
        found = self._kept.get(key)
        if found is not None:
            return found
        task = self._making.get(key)
        if task is None:
            if len(self._making) >= AT_ONCE:
                raise LedgerBusy("the ledger")
            task = asyncio.create_task(self._made(key, make))
            self._making[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))
        done, _ = await asyncio.wait({task}, timeout=self._wait_seconds)
        if not done:
            raise LedgerBusy("the ledger")
        return task.result()

    async def _made(self, key: K, make: Callable[[], Awaitable[V]]) -> V:
        return self._kept.put(key, await make())

    def _forget(self, key: K, done: asyncio.Task[V]) -> None:
        del self._making[key]
        if not done.cancelled():
            done.exception()  # nobody may be waiting for it any more
