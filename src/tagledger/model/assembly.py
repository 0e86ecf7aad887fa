"""A snapshot, assembled from what a source holds: every byte verified, in one place.

The guards that no source may skip stand here: what came is hashed against what was
asked for before it is looked into, then its size and media type are checked
(CVE-2025-24882, CVE-2021-41190), and what an index can make us fetch is bounded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from tagledger.errors import (
    MediaTypeMismatch,
    NotFound,
    SizeMismatch,
    TagledgerError,
    TooLarge,
)
from tagledger.model import entries, media_types, selection
from tagledger.model.config import MAX_CONFIG_BYTES, ImageConfig, decode_config
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.manifest import (
    MAX_MANIFEST_BYTES,
    Index,
    Manifest,
    decode_manifest,
    signed_payload,
)
from tagledger.model.reference import Reference
from tagledger.model.schema1 import Schema1Manifest
from tagledger.model.snapshot import (
    Artifact,
    Attestation,
    Document,
    Entry,
    Image,
    Layer,
    Missing,
    Snapshot,
)
from tagledger.model.source import (
    BlobHeaders,
    Contents,
    Progress,
    Received,
    Wanted,
    no_progress,
)

_T = TypeVar("_T")

MAX_CHILDREN = 1_000
"""Most manifests that one reference may lead to; the largest real index has 60."""

MAX_INDEX_DEPTH = 4
"""Deepest nesting of indexes; nobody is known to publish more than two levels."""

MAX_SNAPSHOT_BYTES = 256 * 1024 * 1024
"""Most bytes of documents held for one reference."""


async def assemble(
    contents: Contents,
    reference: Reference,
    wanted: Wanted,
    *,
    source: str,
    observed_at: datetime,
    progress: Progress = no_progress,
) -> Snapshot:
    """State what is published. Raises NotFound, Refused, Unreachable, InvalidContent.

    `source` is the address as a person would write it, for the record.
    """
    work = _Assembly(contents, wanted, progress)
    try:
        return await _assemble(work, reference, source, observed_at)
    finally:
        await work.aclose()


async def _assemble(
    work: _Assembly, reference: Reference, source: str, observed_at: datetime
) -> Snapshot:
    received = await work.contents.root()
    asked = reference.digest or received.digest
    descriptor, document, root = verified_root(received, asked)
    work.hold(descriptor.digest, document)
    found = await work.entries(descriptor, root) if work.wanted.children else []
    if work.wanted.layer_dates:
        found = await work.dated(found)
    return Snapshot(
        reference=reference,
        source=source,
        observed_at=observed_at,
        root=descriptor,
        entries=tuple(found),
        documents=work.documents,
        annotations={} if isinstance(root, Schema1Manifest) else root.annotations,
        artifact_type=None if isinstance(root, Schema1Manifest) else root.artifact_type,
        subject=None if isinstance(root, Schema1Manifest) else root.subject,
    )


def verified_root(
    received: Received, asked: Digest | None
) -> tuple[Descriptor, Document, Index | Manifest | Schema1Manifest]:
    """The root's descriptor, bytes and meaning, hashed against what was asked.

    Nothing is asked where a place only knows names: the digest is then computed.
    """
    name = asked or "the document"
    payload = signed_payload(received.content, received.media_type, name)
    if asked is None:
        digest = Digest.of(payload)
    else:
        digest = asked
        digest.verify(payload)
    decoded = decode_manifest(payload, digest, received.media_type)
    if isinstance(decoded, Schema1Manifest):
        is_signed = payload is not received.content
        media_type = (
            media_types.DOCKER_SCHEMA1_SIGNED
            if is_signed
            else media_types.DOCKER_SCHEMA1
        )
    else:
        media_type = decoded.media_type
    descriptor = Descriptor(media_type, digest, len(payload))
    document = _document(media_type, payload, received.content)
    return descriptor, document, decoded


def verified_document(descriptor: Descriptor, received: Received) -> Document:
    """A listed document, hashed and measured against its descriptor."""
    announced = descriptor.media_type
    said = (received.media_type or "").partition(";")[0].strip().lower()
    payload = signed_payload(received.content, announced, descriptor.digest)
    descriptor.digest.verify(payload)
    if descriptor.size_bytes not in (None, len(payload), len(received.content)):
        raise SizeMismatch(
            descriptor.digest, descriptor.size_bytes or 0, len(received.content)
        )
    is_manifest = said in media_types.DOCUMENTS
    both_schema1 = {said, announced} <= media_types.SCHEMA1
    if is_manifest and said != announced and not both_schema1:
        raise MediaTypeMismatch(descriptor.digest, announced, said)
    return _document(announced, payload, received.content)


def _document(media_type: str, payload: bytes, received: bytes) -> Document:
    signed_form = None if payload == received else received
    return Document(media_type, payload, signed_form=signed_form)


class _Assembly:
    """The walk over one reference: what was fetched so far, and the bounds."""

    def __init__(self, contents: Contents, wanted: Wanted, progress: Progress) -> None:
        self.contents = contents
        self.wanted = wanted
        self.progress = progress
        self.documents: dict[Digest, Document] = {}
        self._children = 0
        self._done = 0
        self._held_bytes = 0
        # Each is asked for once, however many entries share it.
        self._manifests: dict[Digest, asyncio.Task[Document]] = {}
        self._configs: dict[Digest, asyncio.Task[ImageConfig]] = {}
        self._headers: dict[Digest, asyncio.Task[BlobHeaders]] = {}

    async def aclose(self) -> None:
        """End what a failure left running."""
        tasks: list[asyncio.Task[Any]] = [
            *self._manifests.values(),
            *self._configs.values(),
            *self._headers.values(),
        ]
        running = [task for task in tasks if not _is_over(task)]
        if running:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def hold(self, digest: Digest, document: Document) -> None:
        """Keep a verified document."""
        self._held_bytes += len(document.content)
        if self._held_bytes > MAX_SNAPSHOT_BYTES:
            raise TooLarge("the documents of this reference", MAX_SNAPSHOT_BYTES)
        self.documents[digest] = document

    async def entries(
        self, descriptor: Descriptor, root: Index | Manifest | Schema1Manifest
    ) -> list[Entry]:
        """What is wanted of all that the root leads to. Raises PlatformNotFound."""
        if isinstance(root, Index):
            published = await self._index_entries(root, (), depth=1)
            stated = [item.platform for item in root.manifests]
        else:
            published = [await self._entry(descriptor, root, ())]
            stated = selection.published_platforms(published)
        found = selection.matching(published, self.wanted)
        if not found and stated:
            raise selection.no_match(self.wanted, stated)
        return found

    async def dated(self, found: Iterable[Entry]) -> list[Entry]:
        """The entries with Last-Modified, and what else the headers tell."""
        return list(await gather(self._dated_entry(entry) for entry in found))

    # --- one by one ---------------------------------------------------------------

    async def _index_entries(
        self, index: Index, within: tuple[Digest, ...], *, depth: int
    ) -> list[Entry]:
        self._children += len(index.manifests)
        if self._children > MAX_CHILDREN:
            raise TooLarge("the index", MAX_CHILDREN, "manifests")
        found = await gather(
            self._entries(descriptor, within, depth)
            for descriptor in selection.to_fetch(index.manifests, self.wanted)
        )
        return [entry for group in found for entry in group]

    async def _entries(
        self, descriptor: Descriptor, within: tuple[Digest, ...], depth: int
    ) -> list[Entry]:
        if entries.is_attestation(descriptor) and not self.wanted.attestations:
            return [
                Attestation(
                    manifest=descriptor,
                    within=within,
                    platform=descriptor.platform or entries.UNKNOWN_PLATFORM,
                    subject_digest=entries.attestation_subject(descriptor),
                )
            ]
        if descriptor.media_type not in media_types.DOCUMENTS:
            return [_blob_entry(descriptor, within)]
        try:
            document = await _once(self._manifests, descriptor, self._fetch_manifest)
        except NotFound:
            return [
                Missing(
                    manifest=descriptor, within=within, platform=descriptor.platform
                )
            ]
        decoded = decode_manifest(
            document.content, descriptor.digest, descriptor.media_type
        )
        if isinstance(decoded, Index):
            if depth >= MAX_INDEX_DEPTH:
                raise TooLarge("the index", MAX_INDEX_DEPTH, "levels of indexes")
            inside = (*within, descriptor.digest)
            return await self._index_entries(decoded, inside, depth=depth + 1)
        return [await self._entry(descriptor, decoded, within)]

    async def _entry(
        self,
        descriptor: Descriptor,
        decoded: Manifest | Schema1Manifest,
        within: tuple[Digest, ...],
    ) -> Entry:
        if isinstance(decoded, Schema1Manifest):
            return entries.schema1_entry(descriptor, decoded, within=within)
        if decoded.config is None or not entries.is_image(decoded):
            return entries.other_entry(descriptor, decoded, within=within)
        if self.wanted.layer_dates:
            # Asked for now, beside the config: one round trip fewer.
            for layer in decoded.layers:
                self._ask_headers(layer)
        config = None
        if self.wanted.configs or selection.wants_unstated_platform(
            self.wanted, descriptor.platform
        ):
            config = await _once(self._configs, decoded.config, self._fetch_config)
        return entries.image_entry(descriptor, decoded, config, within=within)

    async def _fetch_manifest(self, descriptor: Descriptor) -> Document:
        if descriptor.embedded is not None:
            received = Received(descriptor.embedded)
        else:
            _check_announced(descriptor, MAX_MANIFEST_BYTES)
            received = await self.contents.manifest(descriptor)
        document = verified_document(descriptor, received)
        self.hold(descriptor.digest, document)
        self._tell("manifests")
        return document

    async def _fetch_config(self, descriptor: Descriptor) -> ImageConfig:
        content = descriptor.embedded
        if content is None:
            _check_announced(descriptor, MAX_CONFIG_BYTES)
            content = await self.contents.config(descriptor)
        descriptor.digest.verify(content)
        if descriptor.size_bytes not in (None, len(content)):
            raise SizeMismatch(
                descriptor.digest, descriptor.size_bytes or 0, len(content)
            )
        self.hold(descriptor.digest, Document(descriptor.media_type, content))
        self._tell("configs")
        return decode_config(content, descriptor.digest)

    # --- dates --------------------------------------------------------------------

    def _ask_headers(self, descriptor: Descriptor) -> asyncio.Task[BlobHeaders] | None:
        is_foreign = media_types.is_foreign_layer(descriptor.media_type)
        if is_foreign and not self.wanted.foreign_dates:
            return None
        return _once(self._headers, descriptor, self._fetch_headers)

    async def _fetch_headers(self, descriptor: Descriptor) -> BlobHeaders:
        headers = await self.contents.blob_headers(descriptor)
        self._tell("layer dates")
        return headers

    async def _dated_entry(self, entry: Entry) -> Entry:
        if not isinstance(entry, (Image, Artifact, Attestation)) or not entry.layers:
            return entry
        layers = await gather(self._dated_layer(layer) for layer in entry.layers)
        return msgspec.structs.replace(entry, layers=tuple(layers))

    async def _dated_layer(self, layer: Layer) -> Layer:
        if layer.digest is None:
            return layer
        task = self._ask_headers(
            Descriptor(
                layer.media_type or media_types.OCTET_STREAM,
                layer.digest,
                layer.size_bytes,
                urls=layer.urls,
            )
        )
        if task is None:
            return layer
        headers = await task
        # Schema 1 states neither size nor media type: the headers' word is all.
        return msgspec.structs.replace(
            layer,
            last_modified=headers.last_modified,
            size_bytes=headers.size_bytes
            if layer.size_bytes is None
            else layer.size_bytes,
            media_type=layer.media_type or headers.media_type,
        )

    def _tell(self, what: str) -> None:
        self._done += 1
        self.progress(what, self._done, None)


def _is_over(task: asyncio.Task[Any]) -> bool:
    """Whether it has ended; asyncio complains of a failure that nobody looks at."""
    if task.done() and not task.cancelled():
        task.exception()
    return task.done()


def _once(
    tasks: dict[Digest, asyncio.Task[_T]],
    descriptor: Descriptor,
    fetch: Callable[[Descriptor], Coroutine[Any, Any, _T]],
) -> asyncio.Task[_T]:
    """The one task that fetches this, begun if it was not yet."""
    if (task := tasks.get(descriptor.digest)) is None:
        task = tasks[descriptor.digest] = asyncio.ensure_future(fetch(descriptor))
    return task


def _blob_entry(descriptor: Descriptor, within: tuple[Digest, ...]) -> Artifact:
    """An index entry that is no manifest at all: stated, not fetched."""
    return Artifact(
        manifest=descriptor,
        within=within,
        artifact_type=descriptor.artifact_type or descriptor.media_type,
        platform=descriptor.platform,
        annotations=descriptor.annotations,
    )


def _check_announced(descriptor: Descriptor, limit: int) -> None:
    if descriptor.size_bytes is not None and descriptor.size_bytes > limit:
        raise TooLarge(descriptor.digest, limit)


async def gather(work: Iterable[Coroutine[Any, Any, Any]]) -> list[Any]:
    """Run side by side; the first failure ends the rest and is raised alone."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(item) for item in work]
    except BaseExceptionGroup as failures:
        raise _first(failures) from None
    return [task.result() for task in tasks]


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    flat: list[BaseException] = []
    waiting: list[BaseException] = [failures]
    while waiting:
        failure = waiting.pop(0)
        if isinstance(failure, BaseExceptionGroup):
            waiting.extend(failure.exceptions)
        else:
            flat.append(failure)
    # A wrong answer matters more than one that never came.
    ours = [item for item in flat if isinstance(item, TagledgerError)]
    lasting = [item for item in ours if not item.temporary]
    return (lasting or ours or flat)[0]
