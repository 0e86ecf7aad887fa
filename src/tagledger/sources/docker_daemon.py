"""A Docker-compatible daemon (``docker-daemon:``): what it would save, as a stream.

The archive is looked through as it comes: documents are kept, layers are counted, and
nothing is written to disk. With the containerd store it holds the manifests as they
were published, and they are stated. Otherwise it is of the classic form, and no
manifest is known. The daemon's `RepoDigests` are left out: they are names without
bytes, and podman makes them up for images that no registry ever had.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing

import msgspec

from tagledger.errors import (
    BlobNotFound,
    DigestMismatch,
    MalformedDigest,
    MalformedReference,
    UnknownAddress,
)
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.reference import Reference, parse_reference
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Progress, Source, Wanted, no_progress
from tagledger.sources.docker_api import DockerApi, daemon_address
from tagledger.sources.docker_archive import DockerArchive, open_saved
from tagledger.sources.layout import Clock, blob_name, utc_now
from tagledger.sources.tar_stream import StreamShelf, TarStream, look_through
from tagledger.sources.verification import Verification

_ID = re.compile(r"(?:sha256:)?([0-9a-f]{7,64})", re.ASCII)


def open_docker_daemon(
    rest: str,
    environment: Mapping[str, str],
    *,
    progress: Progress = no_progress,
    clock: Clock = utc_now,
) -> tuple[Source, Reference]:
    """Open ``NAME[:tag|@digest]`` or an image ID; nothing is asked yet.

    `environment` is where DOCKER_HOST and its kin are looked for. Raises
    MalformedReference, UnknownAddress, NotSupported or PlaceNotFound.
    """
    if not rest:
        raise UnknownAddress("docker-daemon:", "the name of an image is missing")
    api = DockerApi(daemon_address(environment))
    if (match := _ID.fullmatch(rest)) is not None:
        # The daemon itself knows whether this is an ID or a name made of hex digits.
        return DockerDaemon(api, progress=progress, clock=clock), Reference(
            "", match[1]
        )
    try:
        name = parse_reference(rest)
    except MalformedReference as exc:
        raise UnknownAddress(f"docker-daemon:{rest}", exc.problem) from exc
    return DockerDaemon(api, progress=progress, clock=clock), name


class _Export(msgspec.Struct, frozen=True):
    """One archive that was looked through."""

    shelf: StreamShelf
    source: Source
    name: Reference


class DockerDaemon:
    """The `Source` of a daemon. What was exported once is not exported again."""

    def __init__(
        self,
        api: DockerApi,
        *,
        progress: Progress = no_progress,
        clock: Clock = utc_now,
    ) -> None:
        self._api = api
        self._progress = progress
        self._clock = clock
        self._exports: dict[Reference, _Export] = {}

    async def observe(self, name: Reference, wanted: Wanted) -> Snapshot:
        """State what the daemon holds under `name`.

        Raises TagNotFound, DigestMismatch where it is not what was asked for.
        """
        self._exports.pop(name, None)
        told = await self._api.inspect(_asked(name))
        export = await self._export(name)
        snapshot = await export.source.observe(export.name, wanted)
        if snapshot.root is None:
            _check_id(told.get("Id"), snapshot)
        elif name.digest not in (None, snapshot.root.digest):
            raise DigestMismatch(str(name.digest), snapshot.root.digest)
        return msgspec.structs.replace(
            snapshot, reference=name, source=f"docker-daemon:{name.familiar}"
        )

    async def content(self, name: Reference, descriptor: Descriptor) -> bytes:
        """The exact bytes of a config, or of a manifest with the containerd store."""
        export = await self._export(name)
        return await export.source.content(export.name, descriptor)

    async def blob(
        self, name: Reference, descriptor: Descriptor, *, offset: int = 0
    ) -> AsyncIterator[bytes]:
        """A layer: the daemon packs the whole image once more for each."""
        export = await self._export(name)
        file = blob_name(descriptor)
        if isinstance(export.source, DockerArchive):
            file = export.source.layer_file(descriptor.digest) or ""
        if export.shelf.size_bytes(file) is None:
            raise BlobNotFound(self._api.place, descriptor.digest)
        verification = Verification(descriptor, offset=offset)
        file = export.shelf.plain_name(file)
        skip = offset
        async with (
            self._api.export(_asked(name)) as chunks,
            aclosing(_file_chunks(TarStream(chunks, self._api.place), file)) as found,
        ):
            async for chunk in found:
                wanted = chunk[skip:]
                skip -= len(chunk) - len(wanted)
                if wanted:
                    verification.take(wanted)
                    yield wanted
        verification.finish()

    async def tags(self, name: Reference) -> AsyncIterator[str]:
        """The tags that the daemon has of a repository."""
        for image in await self._api.images():
            for text in image.get("RepoTags") or ():
                try:
                    found = parse_reference(str(text))
                except MalformedReference:
                    continue  # <none>:<none>, for one
                if (found.domain, found.path) == (name.domain, name.path) and found.tag:
                    yield found.tag

    async def aclose(self) -> None:
        """Close the connection."""
        await self._api.aclose()

    async def _export(self, name: Reference) -> _Export:
        if (export := self._exports.get(name)) is None:
            async with self._api.export(_asked(name)) as chunks:
                shelf = await look_through(chunks, self._api.place, self._progress)
            source, shown = open_saved(
                shelf,
                name.path,
                "docker-daemon",
                name.familiar,
                "",
                progress=self._progress,
                clock=self._clock,
            )
            export = self._exports[name] = _Export(shelf, source, shown)
        return export


def _asked(name: Reference) -> str:
    # Both daemons know full names; an ID stands as it is.
    return str(name) if name.domain else name.path


def _check_id(told: object, snapshot: Snapshot) -> None:
    """What was exported must be what was inspected a moment before."""
    try:
        image_id = Digest(str(told))
    except MalformedDigest:
        return
    for image in snapshot.images:
        if image.image_id != image_id:
            raise DigestMismatch(image_id, str(image.image_id))


async def _file_chunks(stream: TarStream, name: str) -> AsyncGenerator[bytes, None]:
    while (member := await stream.next()) is not None:
        if member.name == name:
            while chunk := await stream.some():
                yield chunk
            return
