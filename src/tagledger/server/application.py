"""The service as one ASGI application: what stands before the site and the registry.

::

    Service    below a proxy's prefix; begins and ends
    └─ Watch     how many at once, how long; figures, access log
       └─ Guard    hosts, sizes, methods; headers of every answer
          └─ Access  who asks                        (only with --access)
             └─ Routes  health, figures, the registry, the site
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

from tagledger.endpoint.asgi import Application
from tagledger.endpoint.blobs import Layers
from tagledger.endpoint.registry import Registry
from tagledger.flows.past.elsewhere import Redirects, Upstreams
from tagledger.flows.readers import Readers
from tagledger.server.access import Access
from tagledger.server.access_log import AccessLog
from tagledger.server.credentials import Credentials
from tagledger.server.current_rules import CurrentRules
from tagledger.server.figures import Figures
from tagledger.server.guard import Guard
from tagledger.server.metrics import Metrics
from tagledger.server.options import ServiceOptions
from tagledger.server.origins import LOOPBACK_NAMES, Origins, TrustedHosts
from tagledger.server.passwords import Passwords
from tagledger.server.routes import Routes, Service
from tagledger.server.watch import Watch
from tagledger.settings import current_settings
from tagledger.site.app import make_site
from tagledger.sources.blob_folders import BlobFolders


def make_application(options: ServiceOptions) -> Application:
    """Everything on one port. The ledger is opened at the first question.

    Raises MalformedAccessFile or CannotServe.
    """
    metrics = Metrics(options.figures)
    readers = Readers(options.ledger, heard=metrics.heard)
    routes = Routes(
        site=cast("Application", make_site(readers, live=options.live)),
        registry=Registry(readers, _layers(options)),
        figures=Figures(metrics.text, options.metrics_to),
        readers=readers,
    )
    inner: Application = routes
    if options.access is not None:
        inner = _behind_a_login(routes, options, options.access, metrics)
    guard = Guard(
        inner,
        origins=Origins(options.trusted_proxies),
        hosts=TrustedHosts(options.trusted_hosts or (*LOOPBACK_NAMES, options.host)),
    )
    place = options.access_log
    log = None if place is None else AccessLog(place)
    watch = Watch(guard, metrics=metrics, log=log)
    return Service(watch, routes, prefix=options.prefix)


def _behind_a_login(
    inner: Application, options: ServiceOptions, file: Path, metrics: Metrics
) -> Access:
    rules = CurrentRules(file)
    passwords = Passwords(
        heard=lambda is_known: metrics.looked_up("passwords", is_there=is_known)
    )
    credentials = Credentials(rules, passwords, key=options.secret)
    return Access(inner, rules, credentials, key=options.secret)


def _layers(options: ServiceOptions) -> Layers:
    return Layers(
        BlobFolders(options.blobs),
        Upstreams(dict(options.upstreams), current_settings()),
        Redirects.to(*options.redirects),
    )
