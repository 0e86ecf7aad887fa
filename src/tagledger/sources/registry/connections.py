"""Connections: pools of them, one for each purpose, and failures put into our words.

Each purpose has its own pool, so that a connection opened under lenient rules is never
found again under strict ones.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import Any, cast

import aiohttp
from aiohttp.client_reqrep import ClientResponse
from aiohttp.connector import AddrInfoType, Connection
from multidict import CIMultiDict
from yarl import URL

from tagledger.errors import TagledgerError, UnsafeAddress
from tagledger.sources.registry.addresses import Purpose, Standing, kind_of_host
from tagledger.sources.registry.bodies import check_encoding, read_body, read_start
from tagledger.sources.registry.failures import (
    FAILURES,
    ForbiddenAddress,
    cause_of,
    failure_of,
)
from tagledger.sources.registry.options import RegistryOptions
from tagledger.sources.registry.proxies import Proxies, Proxy
from tagledger.sources.registry.surroundings import Surroundings
from tagledger.sources.registry.tls import client_context

KEEPALIVE_SECONDS = 30.0


class Opened(ClientResponse):
    """An answer whose headers have come and whose body has not.

    `peer` is the address really connected to: the proxy's where there is one.
    """

    peer: str | None = None
    purpose: Purpose = Purpose.REGISTRY

    def start(self, connection: Connection) -> Coroutine[Any, Any, ClientResponse]:
        """Note the peer: the connection is gone once a short body has come."""
        transport = connection.transport
        peer = transport.get_extra_info("peername") if transport else None
        self.peer = peer[0] if peer else None
        return super().start(connection)


class Connections:
    """The pools of one registry."""

    def __init__(
        self, options: RegistryOptions, surroundings: Surroundings, standing: Standing
    ) -> None:
        self.standing = standing
        self._options = options
        self._surroundings = surroundings
        self._proxies = Proxies(options.environment)
        self._sessions: dict[
            tuple[Purpose, str, Proxy | None], aiohttp.ClientSession
        ] = {}
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
        proxy = self._proxies.proxy_for(url)
        if proxy is not None:
            headers = self._prepared_for_proxy(proxy, url, headers, purpose)
        key = (purpose, url.scheme, proxy)
        session = self._sessions.get(key) or self._session(*key)
        try:
            answered = await session.request(
                method,
                url,
                headers=headers,
                data=form,
                allow_redirects=False,
                timeout=self._for_stream if streams else self._for_document,
                proxy_headers=_tunnel_headers(proxy, url) if proxy else None,
            )
        except FAILURES as exc:
            raise self._failure(url, exc) from cause_of(exc)
        response = cast("Opened", answered)  # the session's `response_class`
        response.purpose = purpose
        if purpose is Purpose.REGISTRY:
            if proxy is not None:
                self.standing.found_behind_proxy(url.raw_host or "")
            elif response.peer is not None:
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

    def _prepared_for_proxy(
        self, proxy: Proxy, url: URL, headers: Mapping[str, str], purpose: Purpose
    ) -> Mapping[str, str]:
        """The headers of a request by way of a proxy, if it may be sent at all.

        The proxy looks the name up: what the name itself tells is all there is to
        check.
        """
        kind = kind_of_host(url.raw_host or "", self._surroundings.kind_of_address)
        if kind is not None:
            problem = self.standing.objection_to_kind(kind, purpose)
            if problem is not None:
                raise UnsafeAddress(str(url), problem)
        if proxy.authorization is None or url.scheme == "https":
            return headers
        with_proxy = CIMultiDict(headers)
        with_proxy["Proxy-Authorization"] = proxy.authorization
        return with_proxy

    def _session(
        self, purpose: Purpose, scheme: str, proxy: Proxy | None
    ) -> aiohttp.ClientSession:
        def make_socket(address: AddrInfoType) -> socket.socket:
            # The last place before a packet leaves; IP literals pass through here as
            # well, which they do not through a resolver.
            family, kind, protocol, _, target = address
            if proxy is None:
                problem = self.standing.objection(str(target[0]), purpose)
                if problem is not None:
                    raise ForbiddenAddress(problem)
            return socket.socket(family, kind, protocol)

        speaks_tls = "https" in (scheme, proxy.url.scheme if proxy else None)
        connector = aiohttp.TCPConnector(
            limit=0,
            ssl=self._context(purpose) if speaks_tls else True,
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
            proxy=proxy.url if proxy else None,
        )
        self._sessions[purpose, scheme, proxy] = session
        return session

    def _context(self, purpose: Purpose) -> ssl.SSLContext:
        shows_certificate = purpose is Purpose.REGISTRY
        if shows_certificate not in self._contexts:
            self._contexts[shows_certificate] = client_context(
                self._options, shows_certificate=shows_certificate
            )
        return self._contexts[shows_certificate]


def _tunnel_headers(proxy: Proxy, url: URL) -> Mapping[str, str] | None:
    """What the proxy alone sees, where it opens a tunnel."""
    if proxy.authorization is None or url.scheme != "https":
        return None
    return {"Proxy-Authorization": proxy.authorization}
