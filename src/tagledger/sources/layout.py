"""An OCI image layout, in a folder (``oci:``) or in a tar (``oci-archive:``).

Source: OCI image specification 1.1, image-layout.md; the addresses are those of
containers-transports(5).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import UTC, datetime

from tagledger.errors import BlobNotFound, ManifestNotFound, SizeMismatch
from tagledger.model import media_types
from tagledger.model.assembly import assemble
from tagledger.model.config import MAX_CONFIG_BYTES
from tagledger.model.descriptor import Descriptor
from tagledger.model.manifest import MAX_MANIFEST_BYTES
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import BlobHeaders, Progress, Received, Wanted, no_progress
from tagledger.sources.layout_index import LayoutIndex, load_layout_index
from tagledger.sources.place_address import parse_selector, split_address
from tagledger.sources.shelf import Folder, Shelf, chunks, load
from tagledger.sources.verification import Verification

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time of an observation."""
    return datetime.now(UTC)


def blob_name(descriptor: Descriptor) -> str:
    """Where a layout keeps these bytes; a `Digest` is safe in a path."""
    return f"blobs/{descriptor.digest.algorithm}/{descriptor.digest.encoded}"


def check_size(descriptor: Descriptor, content: bytes) -> None:
    """Raise SizeMismatch unless these are as many bytes as were announced."""
    if descriptor.size_bytes not in (None, len(content)):
        raise SizeMismatch(descriptor.digest, descriptor.size_bytes or 0, len(content))


def open_layout(
    rest: str, *, progress: Progress = no_progress, clock: Clock = utc_now
) -> tuple[OciLayout, Reference]:
    """Open ``DIR[:name][@digest]``.

    Raises UsageError, PlaceNotFound or InvalidContent for what is no layout.
    """
    folder, after = split_address("oci", rest, is_folder=True)
    base = folder.name or folder.resolve().name
    return open_shelf(
        Folder(folder), base, "oci", rest, after, progress=progress, clock=clock
    )


def open_oci_archive(
    rest: str, *, progress: Progress = no_progress, clock: Clock = utc_now
) -> tuple[OciLayout, Reference]:
    """Open ``FILE[:name][@digest]``: a layout in a tar, plain, gzip or zstd.

    Raises as `open_layout` does, and UnsafeArchive.
    """
    # The modules for archives load where there is one.
    from tagledger.sources.tar_shelf import archive_name, open_tar

    path, after = split_address("oci-archive", rest, is_folder=False)
    shelf = open_tar(path, follows_links=False, progress=progress)
    base = archive_name(path)
    return open_shelf(
        shelf, base, "oci-archive", rest, after, progress=progress, clock=clock
    )


def open_shelf(
    shelf: Shelf,
    base: str,
    transport: str,
    rest: str,
    after: str,
    *,
    progress: Progress,
    clock: Clock,
) -> tuple[OciLayout, Reference]:
    """A layout on any shelf, and the name for the selector `after` the path."""
    address = f"{transport}:{rest}"
    try:
        index = load_layout_index(shelf, base)
        name = index.reference(parse_selector(address, after))
    except BaseException:
        shelf.close()
        raise
    return OciLayout(shelf, index, address, progress=progress, clock=clock), name


class OciLayout:
    """The `Source` of a layout. Lazy: a blob is read when it is asked for."""

    def __init__(
        self,
        shelf: Shelf,
        index: LayoutIndex,
        address: str,
        *,
        progress: Progress = no_progress,
        clock: Clock = utc_now,
    ) -> None:
        self._shelf = shelf
        self._index = index
        self._address = address
        self._progress = progress
        self._clock = clock

    async def observe(self, name: Reference, wanted: Wanted) -> Snapshot:
        """State what the layout holds under `name`; see `LayoutIndex.choose`."""
        contents = _LayoutContents(self._shelf, self._index, self._index.choose(name))
        return await assemble(
            contents,
            name,
            wanted,
            source=self._address,
            observed_at=self._clock(),
            progress=self._progress,
        )

    async def content(self, name: Reference, descriptor: Descriptor) -> bytes:  # noqa: ARG002 - blobs are shared by all names
        """The exact bytes of a manifest or config. Raises BlobNotFound."""
        content = descriptor.embedded
        if content is None:
            content = _held(self._shelf, descriptor, MAX_CONFIG_BYTES)
        if content is None:
            raise BlobNotFound(self._shelf.place, descriptor.digest)
        descriptor.digest.verify(content)
        check_size(descriptor, content)
        return content

    async def blob(
        self,
        name: Reference,  # noqa: ARG002 - as above
        descriptor: Descriptor,
        *,
        offset: int = 0,
    ) -> AsyncIterator[bytes]:
        """A blob in chunks, hashed on the way. Raises BlobNotFound."""
        path = blob_name(descriptor)
        if self._shelf.size_bytes(path) is None:
            raise BlobNotFound(self._shelf.place, descriptor.digest)
        verification = Verification(descriptor, offset=offset)
        with closing(chunks(self._shelf, path, offset)) as opened:
            for chunk in opened:
                verification.take(chunk)
                yield chunk
        verification.finish()

    async def tags(self, name: Reference) -> AsyncIterator[str]:
        """The names that the layout lists."""
        for tag in self._index.tags(name):
            yield tag

    async def aclose(self) -> None:
        """Let go of files."""
        self._shelf.close()


class _LayoutContents:
    """What a layout knows of one name; without a root, `index.json` is the root."""

    def __init__(
        self, shelf: Shelf, index: LayoutIndex, root: Descriptor | None
    ) -> None:
        self._shelf = shelf
        self._index = index
        self._root = root

    async def root(self) -> Received:
        """The document that the name points to."""
        if self._root is None:
            return Received(self._index.content, media_types.OCI_INDEX)
        content = self._root.embedded
        if content is None:
            content = _held(self._shelf, self._root, MAX_MANIFEST_BYTES)
        if content is None:
            raise ManifestNotFound(self._shelf.place, self._root.digest)
        # The bytes are hashed by the assembly, which is told no size of a root.
        self._root.digest.verify(content)
        check_size(self._root, content)
        return Received(content, self._root.media_type, self._root.digest)

    async def manifest(self, descriptor: Descriptor) -> Received:
        """A document that an index lists."""
        content = _held(self._shelf, descriptor, MAX_MANIFEST_BYTES)
        if content is None:
            raise ManifestNotFound(self._shelf.place, descriptor.digest)
        return Received(content)

    async def config(self, descriptor: Descriptor) -> bytes:
        """The bytes of a config."""
        content = _held(self._shelf, descriptor, MAX_CONFIG_BYTES)
        if content is None:
            raise BlobNotFound(self._shelf.place, descriptor.digest)
        return content

    async def blob_headers(self, descriptor: Descriptor) -> BlobHeaders:
        """The size alone: when a file was copied says nothing of the layer."""
        return BlobHeaders(size_bytes=self._shelf.size_bytes(blob_name(descriptor)))


def _held(shelf: Shelf, descriptor: Descriptor, limit: int) -> bytes | None:
    return load(shelf, blob_name(descriptor), limit)
