"""The registry as a source of images."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tagledger.errors import MalformedReference
from tagledger.model import media_types
from tagledger.model.assembly import assemble, verified_document
from tagledger.model.descriptor import Descriptor
from tagledger.model.reference import Reference, parse_reference
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import (
    Held,
    Progress,
    Received,
    Source,
    Wanted,
    no_progress,
    nothing_held,
)
from tagledger.sources.registry.client import RegistryClient
from tagledger.sources.registry.contents import RegistryContents
from tagledger.sources.registry.endpoint import endpoint_of
from tagledger.sources.registry.layers import stream_layer
from tagledger.sources.registry.options import RegistryOptions
from tagledger.sources.registry.pages import list_tags
from tagledger.sources.registry.repository import repository_at
from tagledger.sources.registry.surroundings import Surroundings


class RegistrySource:
    """Implements `Source` for every registry that a reference may name.

    Connections are kept between calls; `aclose` ends them.
    """

    def __init__(
        self,
        options: RegistryOptions,
        *,
        progress: Progress = no_progress,
        surroundings: Surroundings | None = None,
        held: Held = nothing_held,
    ) -> None:
        self._held = held
        self._options = options
        self._progress = progress
        self._surroundings = surroundings or Surroundings()
        self._clients: dict[str, RegistryClient] = {}

    async def observe(self, name: Reference, wanted: Wanted) -> Snapshot:
        """State what is published under `name`.

        Raises NotFound, Refused, Unreachable or InvalidContent.
        """
        return await assemble(
            self._contents(name),
            name,
            wanted,
            source=f"docker://{name.familiar}",
            observed_at=self._surroundings.now(),
            progress=self._progress,
        )

    async def content(self, name: Reference, descriptor: Descriptor) -> bytes:
        """The exact bytes of a manifest or config, verified against the descriptor.

        Of a signed schema 1 manifest these are the bytes with the signatures.
        """
        contents = self._contents(name)
        if descriptor.embedded is not None:
            received = Received(descriptor.embedded)
        elif descriptor.media_type in media_types.DOCUMENTS:
            received = await contents.manifest(descriptor)
        else:
            received = Received(await contents.config(descriptor))
        verified_document(descriptor, received)
        return received.content

    def blob(
        self, name: Reference, descriptor: Descriptor, *, offset: int = 0
    ) -> AsyncIterator[bytes]:
        """A layer in chunks, from `offset` on; read from its start it is verified."""
        client = self._client(name)
        repository = repository_at(client.endpoint, name)
        return stream_layer(client, repository, descriptor, offset)

    def tags(self, name: Reference) -> AsyncIterator[str]:
        """The tags as the registry lists them, page by page."""
        client = self._client(name)
        return list_tags(client, repository_at(client.endpoint, name))

    async def aclose(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.aclose()

    def _contents(self, name: Reference) -> RegistryContents:
        return RegistryContents(self._client(name), name, self._options, self._held)

    def _client(self, name: Reference) -> RegistryClient:
        client = self._clients.get(name.domain)
        if client is None:
            if not name.domain:
                raise MalformedReference(str(name), "it names no registry")
            kind_of = self._surroundings.kind_of_address
            endpoint = endpoint_of(name.domain, self._options, kind_of)
            client = RegistryClient(endpoint, self._options, self._surroundings)
            self._clients[name.domain] = client
        return client


def open_registry(
    rest: str,
    options: RegistryOptions,
    *,
    progress: Progress = no_progress,
    held: Held = nothing_held,
) -> tuple[Source, Reference]:
    """The source and the name behind ``docker://NAME`` or a bare reference.

    Nothing is asked yet, and what is `held` never will be. Raises MalformedReference,
    or UnknownAddress for a mirror.
    """
    name = parse_reference(rest.removeprefix("docker://"))
    source = RegistrySource(options, progress=progress, held=held)
    return source, name
