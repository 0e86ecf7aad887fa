"""Bodies that are sent while they come; one that turns out wrong is broken off."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Executor
from contextlib import suppress

from tagledger.endpoint.asgi import Headers, Receive, Send
from tagledger.errors import TagledgerError

_log = logging.getLogger("tagledger.endpoint")

_END = b"\0"


async def stream(
    receive: Receive,
    send: Send,
    status: int,
    headers: Headers,
    chunks: AsyncIterator[bytes],
) -> None:
    """Send chunks as they come, each when the next is there.

    What the iterator raises before anything was sent is the caller's. Later, the last
    chunk that it gave is not sent and the answer is not ended: the connection closes,
    and no client takes it for the whole.
    """
    gone = asyncio.ensure_future(_gone(receive))
    start = {"type": "http.response.start", "status": status, "headers": [*headers]}
    held: bytes | None = None
    has_begun = False
    try:
        async for chunk in chunks:
            if gone.done():
                return
            if held is not None:
                if not has_begun:
                    await send(start)
                    has_begun = True
                await _send_chunk(send, held)
            held = chunk
        if not has_begun:
            await send(start)
        await send({"type": "http.response.body", "body": held or b""})
    except (TagledgerError, OSError) as exc:
        if not has_begun:
            raise
        _log.warning("a blob was broken off: %s", exc)
    finally:
        gone.cancel()
        await close(chunks)


async def close(chunks: AsyncIterator[bytes]) -> None:
    """Let go of what the iterator holds, as far as it can be told to."""
    aclose: Callable[[], Awaitable[None]] | None = getattr(chunks, "aclose", None)
    if aclose is not None:
        await aclose()


async def in_thread(
    executor: Executor, chunks: Iterator[bytes]
) -> AsyncIterator[bytes]:
    """The same chunks, each read in a thread."""
    loop = asyncio.get_running_loop()
    while (
        chunk := await loop.run_in_executor(executor, next, chunks, _END)
    ) is not _END:
        yield chunk


async def after(
    first: bytes | None, rest: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """A chunk that was taken already, and the rest."""
    try:
        if first is not None:
            yield first
            async for chunk in rest:
                yield chunk
    finally:
        await close(rest)


async def _send_chunk(send: Send, chunk: bytes) -> None:
    await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _gone(receive: Receive) -> None:
    with suppress(Exception):
        while (await receive())["type"] != "http.disconnect":
            pass
