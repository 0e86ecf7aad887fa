"""What one reference names in a registry, fetched for the assembly."""

from __future__ import annotations

from multidict import CIMultiDict
from yarl import URL

from tagledger.errors import (
    BlobNotFound,
    ManifestNotFound,
    RepositoryNotFound,
    TagledgerError,
    TagNotFound,
)
from tagledger.model import media_types
from tagledger.model.config import MAX_CONFIG_BYTES
from tagledger.model.descriptor import Descriptor
from tagledger.model.manifest import MAX_MANIFEST_BYTES
from tagledger.model.reference import Reference
from tagledger.model.source import BlobHeaders, Held, Received, nothing_held
from tagledger.sources.registry.addresses import Purpose
from tagledger.sources.registry.answers import Answer, refusal
from tagledger.sources.registry.client import RegistryClient
from tagledger.sources.registry.failures import host_of
from tagledger.sources.registry.named_urls import parse_named_url
from tagledger.sources.registry.options import RegistryOptions
from tagledger.sources.registry.repository import repository_at

MANIFEST_HEADERS = CIMultiDict(Accept=", ".join(media_types.ACCEPTED))
BLOB_HEADERS = CIMultiDict(Accept="*/*")
_UNKNOWN = ("NAME_UNKNOWN", "MANIFEST_UNKNOWN")
FIRST_BYTE_HEADERS = CIMultiDict(Accept="*/*", Range="bytes=0-0")


class RegistryContents:
    """Implements `Contents` for one name in one registry.

    What is `held` is not fetched again; the assembly hashes it all the same.
    """

    def __init__(
        self,
        client: RegistryClient,
        name: Reference,
        options: RegistryOptions,
        held: Held = nothing_held,
    ) -> None:
        self._held = held
        self._client = client
        self._name = name
        self._notice = options.on_notice
        self._repository = repository_at(client.endpoint, name)

    async def root(self) -> Received:
        """The manifest or index that the tag, or else the digest, names."""
        name = self._name
        asked = name.digest or name.tag or "latest"
        if self._held is not nothing_held and (known := await self._unchanged(asked)):
            return known
        answer = await self._manifest(asked)
        if answer.status == 404:
            raise _nothing_there(answer, name)
        return Received(answer.body, answer.media_type, answer.digest)

    async def manifest(self, descriptor: Descriptor) -> Received:
        """A manifest by its digest. Raises ManifestNotFound."""
        if (document := self._held(descriptor.digest)) is not None:
            return Received(document.received)
        answer = await self._manifest(descriptor.digest)
        if answer.status == 404:
            raise ManifestNotFound(self._repository.name, descriptor.digest)
        return Received(answer.body, answer.media_type)

    async def config(self, descriptor: Descriptor) -> bytes:
        """A config's bytes. Raises BlobNotFound."""
        if (document := self._held(descriptor.digest)) is not None:
            return document.content
        answer = await self._client.ask(
            "GET",
            self._repository,
            f"blobs/{descriptor.digest}",
            BLOB_HEADERS,
            limit=MAX_CONFIG_BYTES,
        )
        if answer.status == 200:
            return answer.body
        if answer.status == 404:
            raise BlobNotFound(self._repository.name, descriptor.digest)
        raise refusal(answer, self._repository.name)

    async def blob_headers(self, descriptor: Descriptor) -> BlobHeaders:
        """Date and size of a layer; nothing, and a notice, where nobody has it."""
        if descriptor.urls and media_types.is_foreign_layer(descriptor.media_type):
            return await self._foreign_headers(descriptor)
        path = f"blobs/{descriptor.digest}"
        answer = await self._client.ask("HEAD", self._repository, path, BLOB_HEADERS)
        if _wants_get(answer):
            answer = await self._client.ask(
                "GET", self._repository, path, FIRST_BYTE_HEADERS
            )
        if answer.status == 404:
            self._notice(f"{self._repository.name} has no blob {descriptor.digest}")
            return BlobHeaders()
        if answer.status not in (200, 206):
            raise refusal(answer, self._repository.name)
        return _headers_of(answer)

    async def _unchanged(self, reference: str) -> Received | None:
        """What is held of the digest that HEAD names; None where GET has to tell.

        HEAD is not counted against the rate limit of Docker Hub.
        """
        answer = await self._client.ask(
            "HEAD", self._repository, f"manifests/{reference}", MANIFEST_HEADERS
        )
        digest = answer.digest
        if answer.status != 200 or digest is None:
            return None
        if self._name.digest not in (None, digest):
            return None
        document = self._held(digest)
        if document is None:
            return None
        return Received(document.received, document.media_type, digest)

    async def _manifest(self, reference: str) -> Answer:
        answer = await self._client.ask(
            "GET",
            self._repository,
            f"manifests/{reference}",
            MANIFEST_HEADERS,
            limit=MAX_MANIFEST_BYTES,
        )
        if answer.status not in (200, 404):
            raise refusal(answer, self._repository.name)
        return answer

    async def _foreign_headers(self, descriptor: Descriptor) -> BlobHeaders:
        """What the first URL that works says; a stranger's failure is only noted."""
        failure = ""
        for text in descriptor.urls:
            try:
                url = parse_named_url(text, URL())
                answer = await self._client.ask_elsewhere(
                    "HEAD", url, BLOB_HEADERS, Purpose.FOREIGN
                )
                if answer.status == 405:
                    answer = await self._client.ask_elsewhere(
                        "GET", url, FIRST_BYTE_HEADERS, Purpose.FOREIGN
                    )
            except TagledgerError as exc:
                failure = str(exc)
                continue
            if answer.status in (200, 206):
                return _headers_of(answer)
            failure = f"{host_of(url)} answered {answer.status}"
        self._notice(f"no date for the foreign layer {descriptor.digest}: {failure}")
        return BlobHeaders()


def _nothing_there(answer: Answer, name: Reference) -> TagledgerError:
    # Another host may be a registry as well, that this one leaves the answer to; what
    # is no registry knows nothing of the name.
    if answer.is_elsewhere and answer.error_codes.isdisjoint(_UNKNOWN):
        return refusal(answer, name.familiar_name)
    if "NAME_UNKNOWN" in answer.error_codes:
        return RepositoryNotFound(name.familiar_name)
    if name.digest is not None:
        return ManifestNotFound(name.familiar_name, name.digest)
    return TagNotFound(name.familiar)


def _wants_get(answer: Answer) -> bool:
    """Whether HEAD is not understood; a URL signed for GET alone answers it 403."""
    return answer.status == 405 or (answer.status == 403 and answer.is_elsewhere)


def _headers_of(answer: Answer) -> BlobHeaders:
    return BlobHeaders(answer.last_modified, answer.size_bytes, answer.media_type)
