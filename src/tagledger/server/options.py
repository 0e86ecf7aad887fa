"""What the service is told when it starts; every worker is told the same."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

import msgspec

from tagledger.flows.live import LiveOptions

ACCESS_LOG_ON_STDERR = Path("-")
"""Stands for standard error."""


class ServiceOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to serve a ledger.

    `ledger` is its address. `prefix` is the path below which a proxy has us
    (``/ledger``), empty for none. `live` says which registries are looked up for
    visitors. `certificate` and `key` are PEM files for TLS.

    `trusted_hosts` are the names under which we answer, ``*`` for any;
    `trusted_proxies` those who may say on whose behalf they ask. `metrics_to` may read
    the figures, as this machine itself may. `access` is the file that says who may read
    what: without one anybody may read everything. `access_log` is where a line for each
    request goes, None for nowhere.

    Layers come from `blobs`, folders of them; from `upstreams`, registries by name
    with the URL to ask instead (empty for none); and foreign ones, by a redirect, from
    the hosts in `redirects`.

    The last two are made when it starts: `figures` is the folder in which workers
    count, `secret` signs what they lend to clients of the registry.
    """

    ledger: str
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 2
    prefix: str = ""
    live: LiveOptions | None = None
    certificate: Path | None = None
    key: Path | None = None
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    metrics_to: tuple[IPv4Network | IPv6Network, ...] = ()
    access: Path | None = None
    access_log: Path | None = ACCESS_LOG_ON_STDERR
    blobs: tuple[Path, ...] = ()
    upstreams: tuple[tuple[str, str], ...] = ()
    redirects: tuple[str, ...] = ()
    figures: Path | None = None
    secret: bytes = b""

    @property
    def has_tls(self) -> bool:
        """Whether we speak TLS ourselves."""
        return self.certificate is not None

    def __repr__(self) -> str:
        # The address of a ledger may hold a password, and a repr ends up in traces.
        return f"{type(self).__name__}(…)"
