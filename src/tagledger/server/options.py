"""What the service is told when it starts; every worker is told the same."""

from __future__ import annotations

from pathlib import Path

import msgspec


class ServiceOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to serve a ledger.

    `ledger` is its address. `prefix` is the path below which a proxy has us
    (``/ledger``), empty for none. `certificate` and `key` are PEM files for TLS.

    Layers come from `blobs`, folders of them; from `upstreams`, registries by name
    with the URL to ask instead (empty for none); and foreign ones, by a redirect, from
    the hosts in `redirects`.
    """

    ledger: str
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 2
    prefix: str = ""
    certificate: Path | None = None
    key: Path | None = None
    blobs: tuple[Path, ...] = ()
    upstreams: tuple[tuple[str, str], ...] = ()
    redirects: tuple[str, ...] = ()
