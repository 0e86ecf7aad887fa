"""The service as one ASGI application: what stands before the site and the registry.

::

    Service    below a proxy's prefix; begins and ends
    └─ Watch     how many at once, how long; figures, access log
       └─ Guard    hosts, sizes, methods; headers of every answer
          └─ Access  who asks                        (only with --access)
             └─ Routes  health, figures, the registry, the site
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

from tagledger.endpoint.asgi import Application, Receive, Scope, Send
from tagledger.endpoint.blobs import Layers
from tagledger.endpoint.registry import Registry
from tagledger.flows.past.elsewhere import Redirects, Upstreams
from tagledger.flows.readers import Readers
from tagledger.server.access import Access
from tagledger.server.access_log import AccessLog
from tagledger.server.credentials import Credentials
from tagledger.server.current_rules import CurrentRules
from tagledger.server.figures import Figures
from tagledger.server.guard import HEALTH, Guard
from tagledger.server.health import answer_health
from tagledger.server.metrics import Metrics
from tagledger.server.options import ServiceOptions
from tagledger.server.origins import LOOPBACK_NAMES, Origins, TrustedHosts
from tagledger.server.passwords import Passwords
from tagledger.server.watch import Watch
from tagledger.settings import current_settings
from tagledger.site.app import make_site
from tagledger.sources.blob_folders import BlobFolders

METRICS = "/metrics"


def make_application(options: ServiceOptions) -> Application:
    """Everything on one port. The ledger is opened at the first question.

    Raises MalformedAccessFile or CannotServe.
    """
    metrics = Metrics(options.figures)
    readers = Readers(options.ledger, heard=metrics.heard)
    registry = Registry(readers, _layers(options))
    routes: Application = Routes(
        site=cast("Application", make_site(readers, live=options.live)),
        registry=registry,
        figures=Figures(metrics.text, options.metrics_to),
        readers=readers,
    )
    inner = routes
    if options.access is not None:
        rules = CurrentRules(options.access)
        passwords = Passwords(
            heard=lambda is_known: metrics.looked_up("passwords", is_there=is_known)
        )
        credentials = Credentials(rules, passwords, key=options.secret)
        inner = Access(routes, rules, credentials, key=options.secret)
    guard = Guard(
        inner,
        origins=Origins(options.trusted_proxies),
        hosts=TrustedHosts(
            options.trusted_hosts or (*LOOPBACK_NAMES, options.host),
        ),
    )
    place = options.access_log
    log = None if place is None else AccessLog(place)
    watch = Watch(guard, metrics=metrics, log=log)
    return Service(watch, routes, readers, prefix=options.prefix, ends=registry.aclose)


async def _nothing() -> None:
    pass


class Service:
    """The whole; below a proxy's prefix it answers with and without it."""

    def __init__(
        self,
        inner: Application,
        routes: Application,
        readers: Readers,
        *,
        prefix: str = "",
        ends: Callable[[], Awaitable[None]] = _nothing,
    ) -> None:
        self._inner = inner
        self._ends = ends
        self._routes = routes
        self._readers = readers
        self._prefix = prefix.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live through the beginning and the end."""
        if scope["type"] == "lifespan":
            try:
                await self._routes(scope, receive, send)
            finally:
                await self._ends()
                self._readers.close()
        elif scope["type"] == "http":
            await self._inner(_below(scope, self._prefix), receive, send)


class Routes:
    """Sends each request to whom it is for."""

    def __init__(
        self,
        *,
        site: Application,
        registry: Application,
        figures: Application,
        readers: Readers,
    ) -> None:
        self._site = site
        self._registry = registry
        self._figures = figures
        self._readers = readers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._site(scope, receive, send)
            return
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


def _layers(options: ServiceOptions) -> Layers:
    return Layers(
        BlobFolders(options.blobs),
        Upstreams(dict(options.upstreams), current_settings()),
        Redirects.to(*options.redirects),
    )


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
