"""Serving with granian: several processes on one socket, one of which may die."""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
from granian.constants import Interfaces, SSLProtocols
from granian.http import HTTP1Settings, HTTP2Settings
from granian.net import SocketSpec  # type: ignore[attr-defined]
from granian.server import MPServer

from tagledger.endpoint.asgi import Application
from tagledger.errors import CannotServe
from tagledger.server.beginning import EVERYWHERE, checked
from tagledger.server.guard import MAX_HEADER_BYTES
from tagledger.server.lines import LOGGING
from tagledger.server.needed import not_installed
from tagledger.server.options import ServiceOptions

RESPAWN_SECONDS = 0.5
"""How soon a worker that died is followed by another."""

STOPPING_SECONDS = 15
"""How long requests under way may take once we are told to stop."""

LOOK_SECONDS = 0.02
"""How often it is looked whether a worker listens."""

HEADER_SECONDS = 10
"""How long a client may take over the headers of a request."""

LET_SYSTEMD = "the lines above say why; start it again, or let systemd do so"

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""What prometheus_client reads when it is loaded: it then counts in files."""


def serve(
    options: ServiceOptions, *, begins: Callable[[str], None] = lambda _url: None
) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are answered first.

    `begins` is told the address once it listens there. Raises UsageError or CannotServe
    before anything is served.
    """
    options = checked(options)
    with tempfile.TemporaryDirectory(prefix="tagledger-") as folder:
        os.environ[FOLDER_VARIABLE] = folder
        options = msgspec.structs.replace(
            options, figures=Path(folder), secret=secrets.token_bytes(32)
        )
        loader = partial(_application_maker(), options)
        server = _server(options)
        server.when_started = lambda: _tell_when_it_listens(options, begins)
        try:
            server.serve(target_loader=loader, wrap_loader=False)
        except SystemExit as exc:
            if exc.code:
                problem = "a worker died, and so did the one that followed it"
                raise CannotServe(problem, hint=LET_SYSTEMD) from None
            raise


def _application_maker() -> Callable[[ServiceOptions], Application]:
    """What makes an application: loaded here, and so shared by the workers."""
    try:
        from tagledger.server.application import make_application
    except ImportError as exc:
        raise not_installed(exc) from exc
    return make_application


class _Server(MPServer):
    """Granian's server, with one socket for all workers.

    On Linux each worker would open its own, and who was waiting in that of a worker
    that ends, or came when there was none, would be turned away. So they wait.
    `when_started` is called once the workers were started, not before: what starts a
    thread must not fork after it.
    """

    when_started: Callable[[], None] = staticmethod(lambda: None)

    def _init_shared_socket(self) -> None:
        held = SocketSpec(self.bind_addr, self.bind_port, self.backlog).build()
        self._ssp, self._shd = None, held  # type: ignore[assignment]
        self._sso = socket.socket(fileno=held.get_fd())
        self._sso.set_inheritable(True)

    def startup(self, *arguments: object) -> None:
        """Start the workers."""
        super().startup(*arguments)  # type: ignore[no-untyped-call]
        self.when_started()


def _server(options: ServiceOptions) -> _Server:
    return _Server(
        "tagledger",
        address=options.host,
        port=options.port,
        interface=Interfaces.ASGI,
        workers=options.workers,
        websockets=False,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADER_SECONDS * 1000,
            max_buffer_size=4 * MAX_HEADER_BYTES,
        ),
        http2_settings=HTTP2Settings(max_headers_size=4 * MAX_HEADER_BYTES),
        ssl_cert=options.certificate,
        ssl_key=options.key,
        ssl_protocol_min=SSLProtocols.tls12,
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_SECONDS,
        workers_kill_timeout=STOPPING_SECONDS,
        log_dictconfig=LOGGING,
    )


def _tell_when_it_listens(
    options: ServiceOptions, begins: Callable[[str], None]
) -> None:
    """Say so once it can be asked, at an address that leads here."""

    def wait() -> None:
        host = options.host
        if host in EVERYWHERE:
            host = "::1" if ":" in host else "127.0.0.1"
        while True:
            try:
                socket.create_connection((host, options.port), timeout=1).close()
            except OSError:
                time.sleep(LOOK_SECONDS)
            else:
                begins(_url(options))
                return

    # Without workers it waits for ever, and ends with the process.
    threading.Thread(target=wait, daemon=True).start()


def _url(options: ServiceOptions) -> str:
    scheme = "https" if options.has_tls else "http"
    host = f"[{options.host}]" if ":" in options.host else options.host
    return f"{scheme}://{host}:{options.port}{options.prefix}/"
