"""A real HTTP server on a free loopback port that records what it is asked and can be told to misbehave."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from fnmatch import fnmatchcase

from aiohttp import web

from support.exchange import Answer, Ending, Fault, Reply, Request
from support.running import Running

SHUTDOWN_SECONDS = 0.2


class LoopbackServer(Running):
    """The base of every HTTP server here; a subclass says what is answered in `answer`."""

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
        delay_seconds: float = 0.0,
    ) -> None:
        super().__init__()
        self.requests: list[Request] = []
        self.most_at_once = 0
        self.delay_seconds = delay_seconds
        self.port = 0
        self._host = host
        self._tls = tls
        self._at_once = 0
        self._faults: list[tuple[str, str, Fault]] = []
        self._runner: web.ServerRunner | None = None

    @property
    def address(self) -> str:
        """`host:port`, as the name of a registry."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The origin, without a final slash."""
        return f"{'https' if self._tls else 'http'}://{self.address}"

    def on(self, method: str, path: str, fault: Fault) -> None:
        """Let `fault` stand before the answers to this method and path; both may hold `*`.

        All the faults that match a request apply, the one named first outermost.
        """
        self._faults.append((method, path, fault))

    def asked(self, method: str = "*", path: str = "*") -> list[Request]:
        """The recorded requests of this method and path; both may hold `*`."""
        return [
            request
            for request in list(self.requests)
            if _matches(request, method, path)
        ]

    @property
    def lines(self) -> list[str]:
        """The record in a form that prints well: `GET /v2/x/manifests/y` for each request, in order."""
        return [f"{request.method} {request.target}" for request in list(self.requests)]

    async def answer(self, request: Request) -> Reply:
        """The reply to `request` when nothing is made to go wrong."""
        raise NotImplementedError

    async def open(self) -> None:
        """Open the port."""
        self._runner = web.ServerRunner(
            web.Server(self._serve), shutdown_timeout=SHUTDOWN_SECONDS
        )
        await self._runner.setup()
        # A server that is opened again keeps its port, so that references to it stay true.
        await web.TCPSite(
            self._runner, self._host, self.port, ssl_context=self._tls
        ).start()
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Break off what is under way and close the port."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _serve(self, arrived: web.BaseRequest) -> web.StreamResponse:
        request = Request(
            arrived.method,
            arrived.raw_path,
            arrived.path,
            arrived.query,
            arrived.headers,
            await arrived.read(),
            arrived.remote or "",
            _port_of(arrived),
        )
        self.requests.append(request)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if self.delay_seconds:
                await asyncio.sleep(self.delay_seconds)
            reply = await self._answer_with_faults(request)
        finally:
            self._at_once -= 1
        return await _send(arrived, reply)

    async def _answer_with_faults(self, request: Request) -> Reply:
        answer: Answer = self.answer
        for method, path, fault in reversed(self._faults):
            if _matches(request, method, path):
                answer = _behind(fault, answer)
        return await answer(request)


def _matches(request: Request, method: str, path: str) -> bool:
    return fnmatchcase(request.method, method) and fnmatchcase(request.path, path)


def _port_of(arrived: web.BaseRequest) -> int:
    peer = arrived.transport.get_extra_info("peername") if arrived.transport else None
    return int(peer[1]) if peer else 0


def _behind(fault: Fault, answer: Answer) -> Answer:
    async def faulty(request: Request) -> Reply:
        return await fault(request, answer)

    return faulty


async def _send(arrived: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    is_plain = reply.pieces is None and reply.ending is Ending.KEPT
    response = web.Response(body=reply.body) if is_plain else web.StreamResponse()
    response.set_status(reply.status)
    for name, _ in reply.headers:
        response.headers.popall(name, None)
    for name, value in reply.headers:
        response.headers.add(name, value)
    if reply.declared_size_bytes is not None:
        response.headers["Content-Length"] = str(reply.declared_size_bytes)
    if not is_plain:
        await _write_by_hand(arrived, response, reply)
    return response


async def _write_by_hand(
    arrived: web.BaseRequest, response: web.StreamResponse, reply: Reply
) -> None:
    transport = arrived.transport
    if transport is None:
        return
    try:
        if reply.body or reply.pieces is not None:
            if reply.ending is not Ending.KEPT:
                response.force_close()
            await response.prepare(arrived)
            if arrived.method != "HEAD":
                async for piece in (
                    reply.pieces() if reply.pieces else _one_piece(reply.body)
                ):
                    await response.write(piece)
    except ConnectionError:
        # The client went away in the middle of an endless or slow body: that is what such a test waits for.
        return
    if reply.ending is Ending.RESET:
        transport.abort()
    elif reply.ending is Ending.CLOSED:
        transport.close()


async def _one_piece(body: bytes) -> AsyncIterator[bytes]:
    yield body
