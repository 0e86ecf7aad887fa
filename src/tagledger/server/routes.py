"""To whom each request goes, and from where to where the service lives."""

from __future__ import annotations

from tagledger.endpoint.asgi import Application, Receive, Scope, Send
from tagledger.endpoint.registry import Registry
from tagledger.flows.readers import Readers
from tagledger.server.guard import HEALTH
from tagledger.server.health import answer_health

METRICS = "/metrics"


class Service:
    """The whole; below a proxy's prefix it answers with and without it."""

    def __init__(self, inner: Application, routes: Routes, *, prefix: str = "") -> None:
        self._inner = inner
        self._routes = routes
        self._prefix = prefix.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live through the beginning and the end."""
        if scope["type"] == "lifespan":
            await self._routes.live(scope, receive, send)
        elif scope["type"] == "http":
            await self._inner(_below(scope, self._prefix), receive, send)


class Routes:
    """Sends each request to whom it is for."""

    def __init__(
        self,
        *,
        site: Application,
        registry: Registry,
        figures: Application,
        readers: Readers,
    ) -> None:
        self._site = site
        self._registry = registry
        self._figures = figures
        self._readers = readers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope["path"]
        if path.startswith("/v2/") or path == "/v2":
            await self._registry(scope, receive, send)
        elif path == HEALTH:
            await answer_health(self._readers, send)
        elif path == METRICS:
            await self._figures(scope, receive, send)
        else:
            # By ASGI's rules the path that a framework sees begins with its root.
            whole = {**scope, "path": scope["root_path"] + path}
            await self._site(whole, receive, send)

    async def live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Live from the beginning to the end."""
        try:
            await self._site(scope, receive, send)
        finally:
            await self._registry.aclose()
            self._readers.close()


def _below(scope: Scope, prefix: str) -> Scope:
    """The request as if there were no prefix, which proxies leave or cut off."""
    if not prefix:
        return scope
    path: str = scope["path"]
    raw: bytes = scope["raw_path"]
    if path == prefix:
        path, raw = "/", b"/"
    elif path.startswith(f"{prefix}/"):
        path = path.removeprefix(prefix)
        raw = raw.removeprefix(prefix.encode())
    return {**scope, "path": path, "raw_path": raw, "root_path": prefix}
