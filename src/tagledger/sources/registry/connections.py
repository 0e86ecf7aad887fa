"""Connections: pools of them, one for each purpose, and failures put into our words.

Each purpose has its own pool, so that a connection opened under lenient rules is never
found again under strict ones.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import cast

import aiohttp
from aiohttp.client_reqrep import ClientResponse
from aiohttp.connector import AddrInfoType, Connection
from yarl import URL

from tagledger.errors import TagledgerError
from tagledger.sources.registry.addresses import Purpose, Standing
from tagledger.sources.registry.bodies import check_encoding, read_body, read_start
from tagledger.sources.registry.failures import (
    FAILURES,
    ForbiddenAddress,
    cause_of,
    failure_of,
)
from tagledger.sources.registry.options import RegistryOptions
from tagledger.sources.registry.surroundings import Surroundings
from tagledger.sources.registry.tls import client_context

KEEPALIVE_SECONDS = 30.0


class Opened(ClientResponse):
    """An answer whose headers have come and whose body has not.

    `peer` is the address really connected to: the proxy's where there is one.
    """

    peer: str | None = None
    purpose: Purpose = Purpose.REGISTRY

    async def start(self, connection: Connection) -> ClientResponse:
        """Note the peer: the connection is gone once a short body has come."""
        transport = connection.transport
        peer = transport.get_extra_info("peername") if transport else None
        self.peer = peer[0] if peer else None
        return await super().start(connection)


class Connections:
    """The pools of one registry."""

    def __init__(
        self, options: RegistryOptions, surroundings: Surroundings, standing: Standing
    ) -> None:
        self.standing = standing
        self._options = options
        self._surroundings = surroundings
        self._sessions: dict[tuple[Purpose, str], aiohttp.ClientSession] = {}
        self._contexts: dict[bool, ssl.SSLContext] = {}
        seconds = options.timeout_seconds
        self._for_document = aiohttp.ClientTimeout(total=seconds, sock_connect=seconds)
        self._for_stream = aiohttp.ClientTimeout(
            total=None, sock_connect=seconds, sock_read=seconds
        )

    async def open(
        self,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        purpose: Purpose,
        *,
        streams: bool = False,
        form: Mapping[str, str] | None = None,
    ) -> Opened:
        """Ask, and give the answer with its body unread; no redirect is followed.

        Whoever asks must `release` it. Raises Unreachable, UnsafeAddress or
        InvalidAnswer.
        """
        session = self._sessions.get((purpose, url.scheme)) or self._session(
            purpose, url.scheme
        )
        try:
            answered = await session.request(
                method,
                url,
                headers=headers,
                data=form,
                allow_redirects=False,
                timeout=self._for_stream if streams else self._for_document,
            )
        except FAILURES as exc:
            raise self._failure(url, exc) from cause_of(exc)
        response = cast("Opened", answered)  # the session's `response_class`
        response.purpose = purpose
        if purpose is Purpose.REGISTRY and response.peer is not None:
            self.standing.found_at(response.peer)
        return response

    async def read(self, response: Opened, limit: int) -> bytes:
        """The whole body, up to `limit` bytes.

        Raises TooLarge, InvalidAnswer or Unreachable.
        """
        try:
            return await read_body(response, limit)
        except FAILURES as exc:
            raise self._failure(response.url, exc) from cause_of(exc)

    async def drain(self, response: Opened) -> bytes:
        """The beginning of a body that is no document, and let go of the answer.

        Read to its end, the connection serves again.
        """
        try:
            return await read_start(response)
        except FAILURES as exc:
            raise self._failure(response.url, exc) from cause_of(exc)
        finally:
            response.release()

    async def chunks(self, response: Opened) -> AsyncIterator[bytes]:
        """The body as it comes. Raises InvalidAnswer or Unreachable."""
        check_encoding(response)
        try:
            async for chunk in response.content.iter_any():
                yield chunk
        except FAILURES as exc:
            raise self._failure(response.url, exc) from cause_of(exc)

    def _failure(self, url: URL, exc: Exception) -> TagledgerError:
        return failure_of(url, exc, self._options.timeout_seconds)

    async def aclose(self) -> None:
        """Close all connections."""
        sessions = list(self._sessions.values())
        self._sessions.clear()
        for session in sessions:
            await session.close()

    def _session(self, purpose: Purpose, scheme: str) -> aiohttp.ClientSession:
        def make_socket(address: AddrInfoType) -> socket.socket:
            # The last place before a packet leaves; IP literals pass through here as
            # well, which they do not through a resolver.
            family, kind, protocol, _, target = address
            problem = self.standing.objection(str(target[0]), purpose)
            if problem is not None:
                raise ForbiddenAddress(problem)
            return socket.socket(family, kind, protocol)

        connector = aiohttp.TCPConnector(
            limit=0,
            ssl=self._context(purpose) if scheme == "https" else True,
            resolver=self._surroundings.resolver,
            socket_factory=make_socket,
            keepalive_timeout=KEEPALIVE_SECONDS,
        )
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={
                "User-Agent": self._options.user_agent,
                "Accept-Encoding": "identity",
            },
            auto_decompress=False,
            trust_env=False,
            response_class=Opened,
        )
        self._sessions[purpose, scheme] = session
        return session

    def _context(self, purpose: Purpose) -> ssl.SSLContext:
        shows_certificate = purpose is Purpose.REGISTRY
        if shows_certificate not in self._contexts:
            self._contexts[shows_certificate] = client_context(
                self._options, shows_certificate=shows_certificate
            )
        return self._contexts[shows_certificate]
