"""A forward proxy: absolute-form requests and CONNECT tunnels (RFC 9112, section 3.2.2; RFC 9110, section 9.3.6)."""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

import msgspec
from multidict import CIMultiDict

from support.basic import basic_authorization
from support.running import Running

HEAD_LIMIT_BYTES = 65536


class Passed(msgspec.Struct, frozen=True):
    """What a client asked of the proxy: a URL for plain HTTP, `host:port` for a tunnel."""

    method: str
    target: str
    headers: CIMultiDict[str]


class Proxy(Running):
    """Passes on what it is asked to, and records it.

    `routes` maps `host:port` to another `host:port`, so that a test can reach its own servers under any name. With
    `user` and `password` everybody else is answered with 407. With `tls` it is spoken to over TLS.
    """

    def __init__(
        self,
        *,
        routes: Mapping[str, str] | None = None,
        user: str | None = None,
        password: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__()
        self.passed: list[Passed] = []
        self.port = 0
        self._routes = dict(routes or {})
        self._authorization = (
            None if user is None else basic_authorization(user, password)
        )
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """What `HTTP_PROXY` or `HTTPS_PROXY` has to say."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def targets(self) -> list[str]:
        """The URLs and tunnels asked for, in order."""
        return [each.target for each in list(self.passed)]

    async def open(self) -> None:
        """Open the port."""
        self._server = await asyncio.start_server(
            self._serve,
            "127.0.0.1",
            self.port,
            limit=HEAD_LIMIT_BYTES,
            ssl=self._tls,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Break off what is under way and close the port."""
        if self._server is not None:
            self._server.close()
            for task in list(self._clients):
                task.cancel()
            await asyncio.gather(*self._clients, return_exceptions=True)
            await self._server.wait_closed()
            self._server = None

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        try:
            with suppress(
                ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
            ):
                await self._pass_on(reader, writer)
        finally:
            self._clients.discard(task)
            writer.close()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request_line, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
        method, target, version = request_line.split(" ")
        headers = CIMultiDict(
            (name, value.strip())
            for name, _, value in (line.partition(":") for line in lines)
        )
        self.passed.append(Passed(method, target, headers))
        if self._authorization not in (None, headers.get("Proxy-Authorization")):
            await _answer(
                writer,
                "407 Proxy Authentication Required",
                'Proxy-Authenticate: Basic realm="test proxy"',
            )
            return
        parts = urlsplit(target)
        authority = (
            target if method == "CONNECT" else f"{parts.hostname}:{parts.port or 80}"
        )
        try:
            upstream = await self._connect(authority)
        except OSError:
            await _answer(writer, "502 Bad Gateway", "Content-Type: text/plain")
            return
        if method == "CONNECT":
            writer.write(f"{version} 200 Connection established\r\n\r\n".encode())
        else:
            path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
            kept = [
                f"{name}: {value}"
                for name, value in headers.items()
                if not _is_for_the_proxy(name)
            ]
            upstream[1].write(
                "\r\n".join(
                    [f"{method} {path} {version}", *kept, "Connection: close", "", ""]
                ).encode()
            )
        await _join((reader, writer), upstream)

    async def _connect(
        self, authority: str
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, _, port = self._routes.get(authority, authority).rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port))


def _is_for_the_proxy(name: str) -> bool:
    return name.lower() in {"connection", "proxy-connection", "proxy-authorization"}


async def _answer(writer: asyncio.StreamWriter, status: str, header: str) -> None:
    writer.write(
        f"HTTP/1.1 {status}\r\n{header}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
    )
    await writer.drain()


async def _join(
    client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    upstream: tuple[asyncio.StreamReader, asyncio.StreamWriter],
) -> None:
    """Carry bytes both ways until either side is done."""
    ways = [
        asyncio.ensure_future(_carry(client[0], upstream[1])),
        asyncio.ensure_future(_carry(upstream[0], client[1])),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        # Before anything is waited for: the wait itself may be cancelled.
        upstream[1].close()
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while piece := await source.read(65536):
        sink.write(piece)
        await sink.drain()
