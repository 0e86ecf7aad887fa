"""Passwords against their hashes: slow on purpose, and at a cost that is bounded."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import bcrypt

THREADS = 2
"""Checks side by side: one takes 60 ms of a processor at the usual cost of 10."""

MAX_WAITING = 32
"""Checks that may wait for these; who comes then is told to come back."""

REMEMBERED_SECONDS = 300.0
"""How long a password that was right needs no other check."""

MAX_REMEMBERED = 10_000
"""Most of them."""

BCRYPT_BYTES = 72
"""What bcrypt looks at; `htpasswd` too leaves out what follows."""


class TooManyChecks(Exception):
    """So many passwords are being checked that another would have to wait too long."""


class Passwords:
    """Checks passwords in threads, and remembers those that were right.

    What is remembered is a keyed hash: no password stays in memory.
    """

    def __init__(
        self,
        *,
        check: Callable[[bytes, bytes], bool] = bcrypt.checkpw,
        clock: Callable[[], float] = time.monotonic,
        heard: Callable[[bool], None] = lambda _is_known: None,
    ) -> None:
        self._check = check
        self._clock = clock
        self._heard = heard
        self._key = secrets.token_bytes(32)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="password")
        self._right: OrderedDict[bytes, float] = OrderedDict()
        self._running: dict[bytes, asyncio.Task[bool]] = {}

    async def fits(self, name: str, password: str, hashed: bytes) -> bool:
        """Whether it is the password of that hash.

        Raises TooManyChecks.
        """
        given = password.encode()[:BCRYPT_BYTES]
        if b"\0" in given:
            return False
        mark = self._mark(name, given, hashed)
        is_known = self._right.get(mark, 0.0) > self._clock()
        self._heard(is_known)
        if is_known:
            return True
        # A browser asks for a page and all that is on it at once.
        task = self._running.get(mark)
        if task is None:
            if len(self._running) >= THREADS + MAX_WAITING:
                raise TooManyChecks
            task = asyncio.create_task(self._checked(mark, given, hashed))
            self._running[mark] = task
        # Who goes away in the meantime takes nobody else's answer along.
        return await asyncio.shield(task)

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _checked(self, mark: bytes, given: bytes, hashed: bytes) -> bool:
        try:
            is_right = await asyncio.get_running_loop().run_in_executor(
                self._threads, self._check, given, hashed
            )
        except ValueError:
            is_right = False
        finally:
            del self._running[mark]
        if not is_right:
            return False
        self._right[mark] = self._clock() + REMEMBERED_SECONDS
        self._right.move_to_end(mark)
        if len(self._right) > MAX_REMEMBERED:
            self._right.popitem(last=False)
        return True

    def _mark(self, name: str, given: bytes, hashed: bytes) -> bytes:
        # Of the hash too: a password that was changed is not right any more.
        told = hashlib.blake2b(hashed, key=self._key)
        for part in (name.encode(), given):
            told.update(len(part).to_bytes(8, "big") + part)
        return told.digest()
