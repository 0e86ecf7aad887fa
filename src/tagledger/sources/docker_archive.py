"""An archive of ``docker save`` (``docker-archive:``).

It holds configs and layers, and no manifest: the digests under which a registry has
the image are not known here. What is stated is what is there: the image ID, which is
the digest of the config's bytes, and for each layer its diff ID and its size.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from contextlib import closing
from typing import Protocol

import msgspec

from tagledger.errors import (
    BlobNotFound,
    ContentNotHeld,
    DigestMismatch,
    MalformedDocument,
    NotSupported,
    TooLarge,
)
from tagledger.model import media_types
from tagledger.model.config import MAX_CONFIG_BYTES, ImageConfig, decode_config
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.entries import UNKNOWN_PLATFORM
from tagledger.model.platform import Platform
from tagledger.model.reference import Reference
from tagledger.model.selection import matching, no_match, published_platforms
from tagledger.model.snapshot import Document, Image, Layer, Snapshot
from tagledger.model.source import Progress, Source, Wanted, no_progress
from tagledger.model.step import steps_of
from tagledger.sources.compressed_file import (
    compression_of,
    open_inner,
    translated,
    unpacked_limit,
)
from tagledger.sources.docker_manifest import (
    SavedImage,
    SavedImages,
    load_saved_images,
)
from tagledger.sources.layout import Clock, check_size, open_shelf, utc_now
from tagledger.sources.place_address import parse_selector, split_address
from tagledger.sources.shelf import CHUNK_BYTES, Shelf, chunks, load
from tagledger.sources.tar_shelf import archive_name, open_tar
from tagledger.sources.verification import Verification


class ArchiveShelf(Shelf, Protocol):
    """A shelf that knows how its files begin."""

    def beginning(self, name: str) -> bytes:
        """The first six bytes of a file that is there."""
        ...


def open_docker_archive(
    rest: str, *, progress: Progress = no_progress, clock: Clock = utc_now
) -> tuple[Source, Reference]:
    """Open ``FILE[:name][@imageID]`` or ``FILE:@N``: plain, gzip or zstd.

    Raises UsageError, PlaceNotFound or InvalidContent.
    """
    path, after = split_address("docker-archive", rest, is_folder=False)
    shelf = open_tar(path, follows_links=True, progress=progress)
    return open_saved(
        shelf,
        archive_name(path),
        "docker-archive",
        rest,
        after,
        progress=progress,
        clock=clock,
    )


def open_saved(
    shelf: ArchiveShelf,
    base: str,
    transport: str,
    rest: str,
    after: str,
    *,
    progress: Progress,
    clock: Clock,
) -> tuple[Source, Reference]:
    """What ``docker save`` wrote, in whichever form, on any shelf."""
    try:
        saved = load_saved_images(shelf, base)
        if saved is not None:
            address = f"{transport}:{rest}"
            name = saved.reference(parse_selector(address, after))
            return DockerArchive(shelf, saved, address, clock=clock), name
    except BaseException:
        shelf.close()
        raise
    return open_shelf(
        shelf, base, transport, rest, after, progress=progress, clock=clock
    )


class DockerArchive:
    """The `Source` of the classic form."""

    def __init__(
        self,
        shelf: ArchiveShelf,
        saved: SavedImages,
        address: str,
        *,
        clock: Clock = utc_now,
    ) -> None:
        self._shelf = shelf
        self._saved = saved
        self._address = address
        self._clock = clock

    async def observe(self, name: Reference, wanted: Wanted) -> Snapshot:
        """State what the archive holds under `name`; see `SavedImages.choose`."""
        saved = self._saved.choose(name)
        content = self._config_bytes(saved)
        digest = Digest.of(content)
        image = self._image(saved, digest, content)
        found = matching([image], wanted)
        if not found:
            raise no_match(wanted, published_platforms([image]))
        return Snapshot(
            reference=name,
            source=self._address,
            observed_at=self._clock(),
            root=None,
            entries=tuple(found),
            documents={digest: Document(media_types.DOCKER_CONFIG, content)},
        )

    async def content(self, name: Reference, descriptor: Descriptor) -> bytes:  # noqa: ARG002 - files are shared by all names
        """The exact bytes of a config. Raises ContentNotHeld for a manifest."""
        for saved in self._saved.images:
            if saved.stated_id in (None, descriptor.digest):
                content = self._config_bytes(saved)
                if Digest.of(content, descriptor.digest.algorithm) == descriptor.digest:
                    check_size(descriptor, content)
                    return content
        raise ContentNotHeld(
            descriptor.digest, hint="docker save keeps configs and layers alone"
        )

    async def blob(
        self,
        name: Reference,  # noqa: ARG002 - as above
        descriptor: Descriptor,
        *,
        offset: int = 0,
    ) -> AsyncIterator[bytes]:
        """A layer by its diff ID, unpacked if need be. Raises BlobNotFound."""
        verification = Verification(descriptor, offset=offset)
        with closing(self._layer_chunks(descriptor.digest, offset)) as opened:
            for chunk in opened:
                verification.take(chunk)
                yield chunk
        verification.finish()

    async def tags(self, name: Reference) -> AsyncIterator[str]:
        """The names that the archive lists."""
        for tag in self._saved.tags(name):
            yield tag

    def layer_file(self, diff_id: Digest) -> str | None:
        """The name of the file that holds the layer with this diff ID."""
        for saved in self._saved.images:
            content = self._config_bytes(saved)
            config = decode_config(content, Digest.of(content))
            if diff_id in config.diff_ids and len(config.diff_ids) == len(saved.layers):
                return saved.layers[config.diff_ids.index(diff_id)]
        return None

    async def aclose(self) -> None:
        """Let go of the archive."""
        self._shelf.close()

    def _config_bytes(self, saved: SavedImage) -> bytes:
        content = load(self._shelf, saved.config, MAX_CONFIG_BYTES)
        if content is None:
            raise MalformedDocument(
                self._shelf.place, f"there is no {saved.config!r} in it", field="Config"
            )
        stated = saved.stated_id
        if stated is not None and Digest.of(content) != stated:
            raise DigestMismatch(stated, Digest.of(content))
        return content

    def _image(self, saved: SavedImage, digest: Digest, content: bytes) -> Image:
        config = decode_config(content, digest)
        if len(config.diff_ids) != len(saved.layers):
            problem = (
                f"speaks of {len(config.diff_ids)} layers, "
                f"{len(saved.layers)} were saved"
            )
            raise MalformedDocument(digest, problem, field="rootfs.diff_ids")
        steps = steps_of(config.history, config.shell)
        made = sum(step.layer is not None for step in steps)
        if steps and made != len(saved.layers):
            problem = f"speaks of {made} layers, {len(saved.layers)} were saved"
            raise MalformedDocument(digest, problem, field="history")
        layers = zip(saved.layers, config.diff_ids, strict=True)
        return Image(
            manifest=None,
            platform=_platform(config),
            config_descriptor=Descriptor(
                media_types.DOCKER_CONFIG, digest, len(content)
            ),
            config=config,
            layers=tuple(
                self._layer(file, diff_id, saved.sources.get(diff_id))
                for file, diff_id in layers
            ),
            steps=steps,
        )

    def _layer(self, file: str, diff_id: Digest, source: Descriptor | None) -> Layer:
        if source is not None and source.urls:
            # Docker for Windows keeps what the registry said of a foreign layer.
            return Layer(
                digest=source.digest,
                media_type=source.media_type,
                size_bytes=source.size_bytes,
                diff_id=diff_id,
                urls=source.urls,
            )
        size = self._shelf.size_bytes(file)
        is_packed = size is not None and self._packing(file) is not None
        return Layer(
            digest=None,
            diff_id=diff_id,
            size_bytes=size if is_packed else None,
            uncompressed_size_bytes=None if is_packed else size,
        )

    def _layer_chunks(
        self, diff_id: Digest, offset: int
    ) -> Generator[bytes, None, None]:
        file = self.layer_file(diff_id)
        if file is None or (size := self._shelf.size_bytes(file)) is None:
            raise BlobNotFound(self._shelf.place, diff_id)
        compression = self._packing(file)
        if compression is None:
            yield from chunks(self._shelf, file, offset)
            return
        # Some tools save layers compressed; the diff ID is of what is inside.
        limit = unpacked_limit(size)
        place = f"{self._shelf.place}: {file}"
        done = 0
        with translated(place, compression), closing(self._shelf.open(file)) as packed:
            opened = open_inner(packed, compression)
            while chunk := opened.read(CHUNK_BYTES):
                skipped = max(0, min(offset - done, len(chunk)))
                done += len(chunk)
                if done > limit:
                    raise TooLarge(f"{place}, unpacked", limit)
                if skipped < len(chunk):
                    yield chunk[skipped:]

    def _packing(self, file: str) -> str | None:
        try:
            return compression_of(self._shelf.beginning(file))
        except NotSupported:
            # A tar begins with a name, which may begin like anything.
            return None


def _platform(config: ImageConfig) -> Platform:
    stated = config.platform or UNKNOWN_PLATFORM
    if stated.architecture:
        return stated
    # Images of before 2015 say none; there was but one.
    return msgspec.structs.replace(stated, architecture="amd64")
