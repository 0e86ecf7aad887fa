"""Addresses: the one table that knows which kinds of place there are.

The names of the transports are those of containers-transports(5).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec

from tagledger.errors import UnknownAddress
from tagledger.model.reference import Reference
from tagledger.model.source import Progress, Source, no_progress
from tagledger.settings import Settings
from tagledger.sources.registry.options import RegistryOptions


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What may be needed to open any place."""

    settings: Settings
    registry: RegistryOptions
    progress: Progress = no_progress


class Place(msgspec.Struct, frozen=True):
    """An opened source, and the name to ask it for."""

    source: Source
    name: Reference


def _registry(rest: str, opening: Opening) -> tuple[Source, Reference]:
    from tagledger.sources.registry.source import open_registry

    return open_registry(rest, opening.registry, progress=opening.progress)


def _layout(rest: str, opening: Opening) -> tuple[Source, Reference]:
    from tagledger.sources.layout import open_layout

    return open_layout(rest, progress=opening.progress)


def _oci_archive(rest: str, opening: Opening) -> tuple[Source, Reference]:
    from tagledger.sources.layout import open_oci_archive

    return open_oci_archive(rest, progress=opening.progress)


def _docker_archive(rest: str, opening: Opening) -> tuple[Source, Reference]:
    from tagledger.sources.docker_archive import open_docker_archive

    return open_docker_archive(rest, progress=opening.progress)


def _docker_daemon(rest: str, opening: Opening) -> tuple[Source, Reference]:
    from tagledger.sources.docker_daemon import open_docker_daemon

    return open_docker_daemon(
        rest, opening.settings.environment, progress=opening.progress
    )


def _page(rest: str, opening: Opening) -> tuple[Source, Reference]:
    from tagledger.reports.page.source import open_page

    return open_page(rest, progress=opening.progress)


TRANSPORTS: dict[str, Callable[[str, Opening], tuple[Source, Reference]]] = {
    "docker": _registry,
    "oci": _layout,
    "oci-archive": _oci_archive,
    "docker-archive": _docker_archive,
    "docker-daemon": _docker_daemon,
    "report": _page,
}


def open_place(address: str, opening: Opening) -> Place:
    """Open an address; one without a transport is a reference in a registry.

    An image on Docker Hub that is called like a transport is reached as
    ``docker://oci:latest``. Raises UsageError or NotFound.
    """
    transport, colon, rest = address.partition(":")
    if colon and transport in TRANSPORTS:
        if transport == "docker":
            if not rest.startswith("//"):
                raise UnknownAddress(address, "write docker://NAME, or NAME alone")
            rest = rest.removeprefix("//")
        if not rest:
            raise UnknownAddress(address, f"nothing stands behind {transport}:")
        return Place(*TRANSPORTS[transport](rest, opening))
    if "://" in address:
        known = ", ".join(f"{name}:" for name in TRANSPORTS if name != "docker")
        problem = f"no such kind of address; there are docker://, {known}"
        raise UnknownAddress(address, problem)
    return Place(*_registry(address, opening))


@asynccontextmanager
async def opened(address: str, opening: Opening) -> AsyncIterator[Place]:
    """An open place that is closed again at the end."""
    place = open_place(address, opening)
    try:
        yield place
    finally:
        await place.source.aclose()
