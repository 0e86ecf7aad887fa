"""The service as one ASGI application: the site, and the registry beside it."""

from __future__ import annotations

from typing import Any, cast

from tagledger.endpoint.asgi import Application, Receive, Scope, Send
from tagledger.endpoint.registry import Registry
from tagledger.flows.readers import Readers
from tagledger.server.options import ServiceOptions
from tagledger.site.app import make_site


def make_application(options: ServiceOptions) -> Application:
    """Everything on one port. The ledger is opened at the first question."""
    readers = Readers(options.ledger)
    return Service(
        site=cast("Application", make_site(readers, live=options.live)),
        registry=Registry(readers),
        readers=readers,
        prefix=options.prefix,
    )


class Service:
    """Sends each request to whom it is for."""

    def __init__(
        self,
        *,
        site: Application,
        registry: Application,
        readers: Readers,
        prefix: str = "",
    ) -> None:
        self._site = site
        self._registry = registry
        self._readers = readers
        self._prefix = prefix.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live through the beginning and the end."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif scope["type"] == "http":
            scope = _below(scope, self._prefix)
            is_registry = scope["path"] == "/v2" or scope["path"].startswith("/v2/")
            await (self._registry if is_registry else self._site)(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._site(scope, receive, send)
        finally:
            self._readers.close()


def _below(scope: Scope, prefix: str) -> Scope:
    """The request without the prefix that a proxy left in its path."""
    path: Any = scope["path"]
    if not prefix or not path.startswith(f"{prefix}/"):
        return scope
    rest = path.removeprefix(prefix)
    return {**scope, "path": rest, "raw_path": rest.encode(), "root_path": prefix}
