"""Servers that run in the test's event loop or in a thread of their own."""

import asyncio
import threading
from types import TracebackType
from typing import Self


class Running:
    """Runs in the caller's event loop (`async with server:`) or in a thread (`with server:`, `start()` and `stop()`).

    In a thread it can serve a subprocess while the test waits for that. Subclasses say how to `open` and `close`.
    """

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def open(self) -> None:
        """Open the port."""
        raise NotImplementedError

    async def close(self) -> None:
        """Break off what is under way and close the port."""
        raise NotImplementedError

    def start(self) -> None:
        """Serve from a thread of its own; returns once the port is open."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name=type(self).__name__
        )
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self.open(), self._loop).result()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Close the port and end the thread; a server that does not run stays as it is."""
        if self._loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop = self._thread = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
