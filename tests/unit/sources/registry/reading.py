"""Reading from registries of the tests, with a world in which no name is looked up outside and no pause is waited for."""

import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from aiohttp.abc import AbstractResolver, ResolveResult

from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.reference import Reference, parse_reference
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Wanted
from tagledger.sources.registry.addresses import AddressKind, kind_of_address
from tagledger.sources.registry.options import RegistryOptions
from tagledger.sources.registry.source import RegistrySource
from tagledger.sources.registry.surroundings import Surroundings

DATED = Wanted(layer_dates=True)


class Names(AbstractResolver):
    """Knows the names given, and no others."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._addresses = addresses

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AddressFamily.AF_INET,  # noqa: ARG002 - one address each
    ) -> list[ResolveResult]:
        """The address of a name, or a failure as the system's."""
        if host not in self._addresses:
            raise OSError(socket.EAI_NONAME, "Name or service not known")
        return [
            ResolveResult(
                hostname=host,
                host=self._addresses[host],
                port=port,
                family=socket.AddressFamily.AF_INET,
                proto=0,
                flags=socket.AddressInfo.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Nothing is held."""


class World:
    """Clock, chance, names and addresses of a test.

    `kinds` says of addresses of this machine that they are to count as something else.
    """

    def __init__(
        self,
        *,
        names: Mapping[str, str] | None = None,
        kinds: Mapping[str, AddressKind] | None = None,
    ) -> None:
        self.now = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)
        self.pauses: list[float] = []
        self._kinds = kinds or {}
        self.surroundings = Surroundings(
            now=lambda: self.now,
            sleep=self._sleep,
            chance=lambda: 1.0,
            resolver=Names(names or {"localhost": "127.0.0.1"}),
            kind_of_address=self._kind_of,
        )

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += timedelta(seconds=seconds)

    def _kind_of(self, address: str) -> AddressKind:
        return self._kinds.get(address) or kind_of_address(address)


class Reader:
    """One source of one test, and all that it said to people."""

    def __init__(self, world: World | None = None, **options: Any) -> None:  # noqa: ANN401 - passed on
        self.world = world or World()
        self.notices: list[str] = []
        self.rate_limits: list[str] = []
        self.source = RegistrySource(
            RegistryOptions(
                on_notice=self.notices.append,
                on_rate_limit=self.rate_limits.append,
                **options,
            ),
            surroundings=self.world.surroundings,
        )

    async def observe(self, name: str, wanted: Wanted = Wanted()) -> Snapshot:  # noqa: B008 - frozen
        """What is published under a name."""
        return await self.source.observe(parse_reference(name), wanted)

    async def tags(self, name: str) -> list[str]:
        """All tags of a repository."""
        return [tag async for tag in self.source.tags(parse_reference(name))]

    @staticmethod
    def name(text: str) -> Reference:
        """A parsed name."""
        return parse_reference(text)

    async def everything(self, name: str) -> None:
        """Read all kinds of documents: manifests, configs, tags."""
        await self.observe(name)
        await self.tags(name.rpartition(":")[0])

    async def blob(self, name: str, descriptor: Descriptor, offset: int = 0) -> bytes:
        """A layer's bytes."""
        chunks = self.source.blob(parse_reference(name), descriptor, offset=offset)
        return b"".join([chunk async for chunk in chunks])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.source.aclose()


def layer_descriptor(content: bytes, **more: Any) -> Descriptor:  # noqa: ANN401 - passed on
    """The descriptor of a layer of these bytes."""
    fields: dict[str, Any] = {
        "media_type": "application/vnd.oci.image.layer.v1.tar+gzip",
        "digest": Digest.of(content),
        "size_bytes": len(content),
    }
    return Descriptor(**(fields | more))
