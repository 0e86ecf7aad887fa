"""A proxy before a server that delays each response, and nothing else.

What the client sends passes at once, and so does the connect; what the server answers
arrives as much later as was asked for, in order. It looks into nothing.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

_PIECE_BYTES = 1 << 16


class Delay:
    """Passes connections on to `host:port`."""

    def __init__(self, host: str, port: int, seconds: float) -> None:
        self._target = host, port
        self._seconds = seconds
        self._clients: set[asyncio.Task[None]] = set()

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One connection, until either side has enough."""
        upstream_reader, upstream_writer = await asyncio.open_connection(*self._target)
        ways = [
            asyncio.ensure_future(_pass(reader, upstream_writer)),
            asyncio.ensure_future(self._pass_late(upstream_reader, writer)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        upstream_writer.close()
        writer.close()

    async def _pass_late(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        loop = asyncio.get_running_loop()
        due: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def write() -> None:
            while True:
                moment, piece = await due.get()
                await asyncio.sleep(moment - loop.time())
                if not piece:
                    return
                writer.write(piece)
                await writer.drain()

        writing = asyncio.ensure_future(write())
        try:
            while piece := await reader.read(_PIECE_BYTES):
                due.put_nowait((loop.time() + self._seconds, piece))
            due.put_nowait((loop.time() + self._seconds, b""))
            await writing
        finally:
            writing.cancel()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(_PIECE_BYTES):
            writer.write(piece)
            await writer.drain()


async def _main() -> None:
    host, _, port = sys.argv[1].rpartition(":")
    delay = Delay(host, int(port), float(sys.argv[2]))
    server = await asyncio.start_server(delay.serve, "127.0.0.1", 0)
    print(f"127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    import uvloop

    uvloop.run(_main())
