"""What a user may say about how registries are asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec


def say_nothing(_text: str) -> None:
    """Drop a word meant for people."""


class RegistryOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Settings for every registry that one command asks.

    `creds` (user, password) stand before what is configured on disk. `mirrors` pairs
    a registry's name with the URL to ask instead. `environment` and `home` are where
    credentials and proxies are looked for: nothing here reads the process's own.
    `parallel_requests` side by side are the configs and layers of eleven platforms in
    one round trip or two; with 16 it would be five.
    `on_notice` gets what a person should know and nobody has to act on,
    `on_rate_limit` what a registry says of its limit, both as one line of text.
    """

    creds: tuple[str, str] | None = None
    ca_cert: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    insecure: bool = False
    mirrors: tuple[tuple[str, str], ...] = ()
    timeout_seconds: float = 30.0
    parallel_requests: int = 64
    environment: Mapping[str, str] = {}
    home: Path | None = None
    user_agent: str = "tagledger"
    on_notice: Callable[[str], None] = say_nothing
    on_rate_limit: Callable[[str], None] = say_nothing

    def __repr__(self) -> str:
        # Credentials stand in here, and in a proxy's URL in the environment.
        return f"{type(self).__name__}(…)"
