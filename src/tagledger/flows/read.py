"""The library's front door: read an address, get a snapshot."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from tagledger.flows.open import Opening, opened
from tagledger.model.host_platform import parse_host_platform
from tagledger.model.platform import parse_platform
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Wanted
from tagledger.settings import current_settings
from tagledger.sources.registry.options import RegistryOptions


async def observe(
    address: str,
    *,
    platforms: Iterable[str] = (),
    host_platform: str | None = None,
    layer_dates: bool = False,
    opening: Opening | None = None,
) -> Snapshot:
    """State what is published at an address such as ``python:3.8`` or ``oci:DIR``.

    `platforms` filter (``linux/arm/v7``); `host_platform` chooses the one that a host
    would run; `layer_dates` asks the registry when each layer was last modified.
    Raises a subclass of `TagledgerError`.
    """
    wanted = Wanted(
        platforms=tuple(parse_platform(text) for text in platforms),
        host=None if host_platform is None else parse_host_platform(host_platform),
        layer_dates=layer_dates,
    )
    async with opened(address, opening or default_opening()) as place:
        return await place.source.observe(place.name, wanted)


def read(
    address: str,
    *,
    platforms: Iterable[str] = (),
    host_platform: str | None = None,
    layer_dates: bool = False,
    opening: Opening | None = None,
) -> Snapshot:
    """`observe` for scripts that are not asynchronous; the same arguments."""
    return asyncio.run(
        observe(
            address,
            platforms=platforms,
            host_platform=host_platform,
            layer_dates=layer_dates,
            opening=opening,
        )
    )


def default_opening() -> Opening:
    """What the surroundings say: credentials, proxies, sockets."""
    settings = current_settings()
    registry = RegistryOptions(environment=settings.environment, home=settings.home)
    return Opening(settings=settings, registry=registry)
