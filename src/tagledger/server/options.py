"""What the service is told when it starts; every worker is told the same."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tagledger.flows.live import LiveOptions


class ServiceOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to serve a ledger.

    `ledger` is its address. `prefix` is the path below which a proxy has us
    (``/ledger``), empty for none. `live` says which registries are looked up for
    visitors. `certificate` and `key` are PEM files for TLS.
    """

    ledger: str
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 2
    prefix: str = ""
    live: LiveOptions | None = None
    certificate: Path | None = None
    key: Path | None = None
