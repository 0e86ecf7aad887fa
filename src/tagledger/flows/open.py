"""Addresses: the one table that knows which kinds of place there are.

The names of the transports are those of containers-transports(5).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import msgspec

from tagledger.errors import UnknownAddress
from tagledger.model.reference import Reference, parse_reference
from tagledger.model.source import Held, Progress, Source, no_progress, nothing_held
from tagledger.settings import Settings
from tagledger.sources.registry.options import RegistryOptions


class Registries:
    """One source for all registries that a run asks.

    Connections and tokens are kept from one name to the next, until whoever made this
    closes it.
    """

    def __init__(self) -> None:
        self._source: Source | None = None

    def source(self, opening: Opening) -> Source:
        """The source; made by who asks first."""
        if self._source is None:
            from tagledger.sources.registry.source import RegistrySource

            self._source = RegistrySource(
                opening.registry, progress=opening.progress, held=opening.held
            )
        return self._source

    async def aclose(self) -> None:
        """Close all connections."""
        if self._source is not None:
            await self._source.aclose()


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What may be needed to open any place.

    `ledger` is the address of the ledger that ``ledger:`` means; `at` the moment that
    it is asked about, None for now. `held` documents are not fetched from a registry.
    `registries` are shared between the places that are opened with them.
    """

    settings: Settings
    registry: RegistryOptions
    progress: Progress = no_progress
    ledger: str | None = None
    at: datetime | None = None
    held: Held = nothing_held
    registries: Registries | None = None


class Place(msgspec.Struct, frozen=True):
    """An opened source, and the name to ask it for.

    `knows_absence` where it is the place that publishes the name: that it has no such
    thing then means that there is none. Of a source that `is_shared` others have need
    when this place is closed.
    """

    source: Source
    name: Reference
    knows_absence: bool = False
    is_shared: bool = False

    async def aclose(self) -> None:
        """Let go of the source."""
        if not self.is_shared:
            await self.source.aclose()


def _registry(rest: str, opening: Opening) -> tuple[Source, Reference]:
    from tagledger.sources.registry.source import open_registry

    if opening.registries is not None:
        return opening.registries.source(opening), parse_reference(rest)
    return open_registry(
        rest, opening.registry, progress=opening.progress, held=opening.held
    )


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


def _ledger(rest: str, opening: Opening) -> tuple[Source, Reference]:
    from tagledger.flows.stated_pages import StatedPages
    from tagledger.ledger.opening import open_ledger
    from tagledger.ledger.source import LedgerSource, known_reference

    if opening.ledger is None:
        raise UnknownAddress(f"ledger:{rest}", "it is not said which ledger is meant")
    ledger = open_ledger(opening.ledger, create=False)
    try:
        name = known_reference(ledger, rest)
    except BaseException:
        ledger.close()
        raise
    source = LedgerSource(
        ledger, read_page=StatedPages(), at=opening.at, progress=opening.progress
    )
    return source, name


TRANSPORTS: dict[str, Callable[[str, Opening], tuple[Source, Reference]]] = {
    "docker": _registry,
    "oci": _layout,
    "oci-archive": _oci_archive,
    "docker-archive": _docker_archive,
    "docker-daemon": _docker_daemon,
    "report": _page,
    "ledger": _ledger,
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
        if transport != "docker":
            _refuse_moment(address, opening, is_ledger=transport == "ledger")
            return Place(*TRANSPORTS[transport](rest, opening))
        return _published(rest, opening)
    if "://" in address:
        known = ", ".join(f"{name}:" for name in TRANSPORTS if name != "docker")
        problem = f"no such kind of address; there are docker://, {known}"
        raise UnknownAddress(address, problem)
    return _published(address, opening)


def _published(rest: str, opening: Opening) -> Place:
    """A name in a registry; a mirror does not know what there is not."""
    _refuse_moment(rest, opening, is_ledger=False)
    source, name = _registry(rest, opening)
    mirrored = {domain for domain, _ in opening.registry.mirrors}
    return Place(
        source,
        name,
        knows_absence=name.domain not in mirrored,
        is_shared=opening.registries is not None,
    )


def _refuse_moment(address: str, opening: Opening, *, is_ledger: bool) -> None:
    if opening.at is not None and not is_ledger:
        raise UnknownAddress(address, "only a ledger knows the past: write ledger:REF")


@asynccontextmanager
async def opened(address: str, opening: Opening) -> AsyncIterator[Place]:
    """An open place that is closed again at the end."""
    place = open_place(address, opening)
    try:
        yield place
    finally:
        await place.aclose()
