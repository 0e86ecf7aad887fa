"""Serving with granian: several processes on one socket, one of which may die."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from granian import Granian
from granian.constants import Interfaces

from tagledger.endpoint.asgi import Application
from tagledger.server.application import make_application
from tagledger.server.options import ServiceOptions

RESPAWN_SECONDS = 0.5
"""How soon a worker that died is followed by another."""

STOPPING_SECONDS = 15
"""How long requests under way may take once we are told to stop."""


def serve(options: ServiceOptions) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are answered first."""
    server = Granian(
        "tagledger",
        address=options.host,
        port=options.port,
        interface=Interfaces.ASGI,
        workers=options.workers,
        websockets=False,
        ssl_cert=options.certificate,
        ssl_key=options.key,
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_SECONDS,
        workers_kill_timeout=STOPPING_SECONDS,
    )
    loader: Callable[[], Application] = partial(make_application, options)
    server.serve(target_loader=loader, wrap_loader=False)
