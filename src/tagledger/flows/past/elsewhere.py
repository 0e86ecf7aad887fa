"""Layers that are not held here: where they may be had, and fetching them through.

Only places that the operator named are asked or pointed to.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Self

import msgspec
from yarl import URL

from tagledger.errors import TagledgerError, redacted
from tagledger.model.descriptor import Descriptor
from tagledger.model.reference import Reference
from tagledger.settings import Settings
from tagledger.sources.registry.addresses import Purpose, Standing
from tagledger.sources.registry.named_urls import check_named_url, parse_named_url
from tagledger.sources.registry.options import RegistryOptions
from tagledger.sources.registry.source import RegistrySource


class Upstreams:
    """The registries that layers are fetched from, by name.

    `allowed` gives for each the URL to ask instead of it, empty for itself. It is
    asked with the credentials of whoever runs the service, never with a visitor's.
    """

    def __init__(self, allowed: Mapping[str, str], settings: Settings) -> None:
        self._allowed = dict(allowed)
        mirrors = tuple((name, url) for name, url in allowed.items() if url)
        self._options = RegistryOptions(
            environment=settings.environment, home=settings.home, mirrors=mirrors
        )
        self._source: RegistrySource | None = None

    def allows(self, repository: Reference) -> bool:
        """Whether layers of this repository may be fetched."""
        return repository.domain in self._allowed

    def blob(
        self, repository: Reference, descriptor: Descriptor
    ) -> AsyncIterator[bytes]:
        """The blob in chunks; DigestMismatch or SizeMismatch come with its end.

        Raises what the registry's refusal or silence means.
        """
        if self._source is None:
            self._source = RegistrySource(self._options)
        # URLs in a manifest are a stranger's word: nothing is fetched from there.
        plain = msgspec.structs.replace(descriptor, urls=())
        return self._source.blob(repository, plain)

    async def aclose(self) -> None:
        """Close all connections."""
        if self._source is not None:
            await self._source.aclose()
            self._source = None


class Redirects:
    """Whether a foreign layer's own URL may be given to a client."""

    def __init__(self, hosts: frozenset[str]) -> None:
        self._hosts = hosts

    @classmethod
    def to(cls, *hosts: str) -> Self:
        """To these alone: ``host`` or ``host:port``, in any case of letters."""
        return cls(frozenset(host.lower() for host in hosts))

    def target(self, descriptor: Descriptor) -> str | None:
        """The first URL that is https, says nothing of who asks, and is allowed."""
        for text in descriptor.urls:
            try:
                url = parse_named_url(text, URL())
                check_named_url(url, Purpose.FOREIGN, Standing())
            except TagledgerError:
                continue
            place = (url.host_port_subcomponent or "").lower()
            if place in self._hosts:
                return str(url)
        return None


def where_it_lives(descriptor: Descriptor) -> str:
    """The URLs of a foreign layer, fit for a message."""
    return ", ".join(map(redacted, descriptor.urls))
