"""``pull``: a copy of what was published, every byte checked, in an OCI layout."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping

import msgspec

from tagledger.errors import ContentNotHeld, InvalidContent, NotSupported
from tagledger.model import media_types
from tagledger.model.assembly import gather
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.manifest import Index, decode_manifest
from tagledger.model.reference import Reference
from tagledger.model.schema1 import Schema1Manifest
from tagledger.model.snapshot import Artifact, Document, Snapshot
from tagledger.model.source import Progress, Source, Wanted, no_progress
from tagledger.sources.blob_store import Partial
from tagledger.sources.layout_writer import LayoutTarget, LayoutWriter

SIDE_BY_SIDE = 4
"""How many blobs are fetched at a time."""


class PullResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a pull did.

    `written` and `kept` are the blobs fetched and those that were there already,
    `left_out` the foreign layers that were not wanted, `not_held` what this kind of
    source never has (a page proves manifests, and holds no layers). What an index
    lists and the source lacks is in the snapshot (`missing`).
    """

    snapshot: Snapshot
    root: Descriptor
    target: LayoutTarget
    written: tuple[Descriptor, ...]
    kept: tuple[Descriptor, ...]
    left_out: tuple[Descriptor, ...]
    not_held: tuple[Descriptor, ...] = ()


async def pull(
    source: Source,
    name: Reference,
    wanted: Wanted,
    target: LayoutTarget,
    *,
    include_foreign: bool = True,
    verify_existing: bool = False,
    progress: Progress = no_progress,
) -> PullResult:
    """Copy an image, or the wanted platforms of it, into a layout.

    Documents are written as they were published, so an index of which only some
    platforms are wanted is sparse, and its digest is what it was. Of a signed
    schema 1 manifest the payload is written: that is what its digest is over. The
    image is listed last; a pull that was ended before can be repeated, and goes on
    where it was. Raises NotSupported for a source that knows no manifest, else what
    the source raises, and WriteFailed.
    """
    everything = msgspec.structs.replace(
        wanted, children=True, configs=True, attestations=True, layer_dates=False
    )
    snapshot = await source.observe(name, everything)
    root = _root(snapshot)
    writer = LayoutWriter(target.folder)
    writer.prepare()
    copying = _Copying(source, name, writer, progress, verify_existing=verify_existing)
    blobs: list[Descriptor] = []
    left_out: list[Descriptor] = []
    for blob in _blobs(snapshot):
        is_wanted = include_foreign or not _is_foreign(blob)
        (blobs if is_wanted else left_out).append(blob)
    await copying.blobs(blobs)
    copying.documents(snapshot.documents)
    tag = target.tag if target.tag is not None else snapshot.reference.tag
    await writer.add(root, tag)
    return PullResult(
        snapshot=snapshot,
        root=root,
        target=LayoutTarget(target.folder, tag),
        written=tuple(copying.written),
        kept=tuple(copying.kept),
        left_out=tuple(left_out),
        not_held=tuple(copying.not_held),
    )


class _Copying:
    """What was done so far, and what is still to do."""

    def __init__(
        self,
        source: Source,
        name: Reference,
        writer: LayoutWriter,
        progress: Progress,
        *,
        verify_existing: bool,
    ) -> None:
        self._source = source
        self._name = name
        self._store = writer.blobs
        self._progress = progress
        self._verify_existing = verify_existing
        self._slots = asyncio.Semaphore(SIDE_BY_SIDE)
        self._done_bytes = 0
        self._total_bytes: int | None = 0
        self.written: list[Descriptor] = []
        self.kept: list[Descriptor] = []
        self.not_held: list[Descriptor] = []

    async def blobs(self, blobs: list[Descriptor]) -> None:
        """Fetch what is not there, several at a time."""
        absent: list[Descriptor] = []
        for blob in blobs:
            is_there = self._store.has(blob, verify=self._verify_existing)
            (self.kept if is_there else absent).append(blob)
        sizes = [blob.size_bytes for blob in absent]
        self._total_bytes = sum(size or 0 for size in sizes)
        if None in sizes:
            self._total_bytes = None
        await gather(self._blob(blob) for blob in absent)

    def documents(self, documents: Mapping[Digest, Document]) -> None:
        """Write the documents; the few bytes are not worth asking what is there."""
        for digest, document in documents.items():
            self._store.put(digest, document.content)

    async def _blob(self, blob: Descriptor) -> None:
        growing = self._store.partial(blob, verify=self._verify_existing)
        async with self._slots, growing as partial:
            if partial is None:
                self.kept.append(blob)
                return
            if blob.embedded is not None and not partial.size_bytes:
                partial.append(blob.embedded)
            self._tell(partial.size_bytes)
            try:
                await self._fill(blob, partial)
            except ContentNotHeld:
                self.not_held.append(blob)
                return
            partial.finish()
            self.written.append(blob)

    async def _fill(self, blob: Descriptor, partial: Partial) -> None:
        """Fetch what is missing, and be sure of the whole."""
        found_bytes = partial.size_bytes
        try:
            await self._receive(blob, partial)
            partial.check()
        except InvalidContent:
            self._tell(-partial.size_bytes)
            partial.clear()
            if not found_bytes:
                raise
            # What an earlier run left may have been wrong: once more, from nothing.
            await self._receive(blob, partial)

    async def _receive(self, blob: Descriptor, partial: Partial) -> None:
        if partial.is_whole:
            return
        chunks = self._source.blob(self._name, blob, offset=partial.size_bytes)
        try:
            async for chunk in chunks:
                partial.append(chunk)
                self._tell(len(chunk))
        finally:
            # A connection must not wait for the garbage collector.
            if isinstance(chunks, AsyncGenerator):
                await chunks.aclose()

    def _tell(self, count: int) -> None:
        self._done_bytes += count
        self._progress("bytes", self._done_bytes, self._total_bytes)


def _root(snapshot: Snapshot) -> Descriptor:
    if snapshot.root is not None and snapshot.root.digest not in snapshot.documents:
        raise ContentNotHeld(
            snapshot.root.digest,
            hint="it is reported, and its bytes could not be proven",
        )
    if snapshot.root is None:
        raise NotSupported(
            f"{snapshot.source} has no manifest, so there is nothing to copy exactly",
            hint="pull from the registry that the image came from",
        )
    if snapshot.root.media_type == media_types.DOCKER_SCHEMA1_SIGNED:
        # The signatures are not in the bytes that the digest is over.
        return msgspec.structs.replace(
            snapshot.root, media_type=media_types.DOCKER_SCHEMA1
        )
    return snapshot.root


def _blobs(snapshot: Snapshot) -> Iterator[Descriptor]:
    """Everything that the held documents point to and that is no document, once."""
    seen = set(snapshot.documents)
    for descriptor in _pointers(snapshot):
        if descriptor.digest not in seen:
            seen.add(descriptor.digest)
            yield descriptor


def _pointers(snapshot: Snapshot) -> Iterator[Descriptor]:
    for digest, document in snapshot.documents.items():
        if document.media_type not in media_types.DOCUMENTS:
            continue
        decoded = decode_manifest(document.content, digest, document.media_type)
        if isinstance(decoded, Schema1Manifest):
            for layer in decoded.layers:
                yield Descriptor(media_types.DOCKER_LAYER_GZIP, layer, None)
        elif not isinstance(decoded, Index):
            if decoded.config is not None:
                yield decoded.config
            yield from decoded.layers
    for entry in snapshot.entries:
        # An index may list what is no manifest: it has no document, and is a blob.
        if isinstance(entry, Artifact) and entry.manifest is not None:
            yield entry.manifest


def _is_foreign(descriptor: Descriptor) -> bool:
    return media_types.is_foreign_layer(descriptor.media_type)
