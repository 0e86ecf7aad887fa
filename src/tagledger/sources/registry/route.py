"""The way to a registry: over which scheme, and along which redirects."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from yarl import URL

from tagledger.errors import (
    CertificateNotTrusted,
    ConnectionFailed,
    InvalidAnswer,
    TagledgerError,
)
from tagledger.sources.registry.addresses import Purpose
from tagledger.sources.registry.connections import Connections, Opened
from tagledger.sources.registry.endpoint import Endpoint
from tagledger.sources.registry.named_urls import check_named_url, parse_named_url

MAX_REDIRECTS = 5
"""Most redirects followed for one answer; registries need one, some mirrors two."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Route:
    """Leads one request to its answer, whatever the status of that is."""

    def __init__(self, endpoint: Endpoint, connections: Connections) -> None:
        self._endpoint = endpoint
        self._connections = connections
        self._finding_out = asyncio.Lock()
        self._base = ""
        if len(endpoint.schemes) == 1:
            self._settle_on(endpoint.schemes[0])

    @property
    def origin(self) -> URL:
        """Scheme, host and port of the registry, once it was asked."""
        return URL(self._base).origin()

    async def ask(
        self, method: str, tail: str, headers: Mapping[str, str], *, streams: bool
    ) -> Opened:
        """The registry's answer to a request for what comes after ``/v2/``.

        The first request finds out whether it speaks TLS, where that is open.
        """
        if not self._base:
            async with self._finding_out:
                if not self._base:
                    return await self._find_out(method, tail, headers, streams=streams)
        url = URL(self._base + tail, encoded=True)
        return await self.follow(
            method, url, headers, Purpose.REGISTRY, streams=streams
        )

    async def follow(
        self,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        purpose: Purpose,
        *,
        streams: bool = False,
    ) -> Opened:
        """The answer at the end of the redirects.

        Away from the registry's own origin nothing is said of who asks, and there is
        no way back.
        """
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._connections.open(
                method, url, headers, purpose, streams=streams
            )
            if response.status not in _REDIRECTS:
                return response
            await self._connections.drain(response)
            target = parse_named_url(response.headers.get("Location", ""), url)
            if purpose is not Purpose.REGISTRY or target.origin() != url.origin():
                if purpose is Purpose.REGISTRY:
                    purpose = Purpose.REDIRECT
                check_named_url(target, purpose, self._connections.standing)
                headers = {
                    name: headers[name] for name in headers if name != "Authorization"
                }
            url = target
        raise InvalidAnswer(str(url), f"more than {MAX_REDIRECTS} redirects")

    async def _find_out(
        self, method: str, tail: str, headers: Mapping[str, str], *, streams: bool
    ) -> Opened:
        """Ask in the first way, and in the second if nobody there speaks the first.

        On plain HTTP, servers of TLS hang up or answer 400 (Go's, nginx).
        """

        async def tried(scheme: str) -> Opened | TagledgerError:
            url = URL(self._base_of(scheme) + tail, encoded=True)
            try:
                return await self.follow(
                    method, url, headers, Purpose.REGISTRY, streams=streams
                )
            except (ConnectionFailed, CertificateNotTrusted, InvalidAnswer) as exc:
                return exc

        scheme, other = self._endpoint.schemes
        found = await tried(scheme)
        if isinstance(found, TagledgerError) or found.status == 400:
            second = await tried(other)
            if isinstance(second, Opened | CertificateNotTrusted):
                if isinstance(found, Opened):
                    found.release()
                scheme, found = other, second
        if isinstance(found, TagledgerError):
            raise found
        self._settle_on(scheme)
        return found

    def _settle_on(self, scheme: str) -> None:
        self._base = self._base_of(scheme)
        self._connections.standing.is_plain_http = scheme == "http"

    def _base_of(self, scheme: str) -> str:
        return f"{scheme}://{self._endpoint.host}{self._endpoint.api_path}"
