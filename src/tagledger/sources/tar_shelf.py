"""A tar as a shelf: its files are read in place, at their offsets.

A plain one is read at random. A compressed one can only be read forwards: its
documents are kept from the one pass that finds everything, and a reader that was
left where it was goes on from there, so that layers read in order cost one pass more.
"""

from __future__ import annotations

import io
import os
import re
import stat
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from tagledger.errors import NotSupported, PlaceNotFound
from tagledger.model.source import Progress
from tagledger.sources.compressed_file import (
    compression_of,
    open_archive,
    translated,
    unpacked_limit,
)
from tagledger.sources.shelf import OpenFile
from tagledger.sources.tar_index import Extent, TarIndex, index_file

MAX_ARCHIVE_BYTES = 2**50
"""Longest plain archive taken, should a file system make it seem so long."""

_EXTENSIONS = re.compile(
    r"(?:\.(?:oci|docker))?\.(?:tar(?:\.(?:gz|zst|zstd))?|tgz|tzst|oci)$", re.IGNORECASE
)


class TarShelf:
    """The files of a tar archive, plain, gzip or zstd."""

    def __init__(self, path: Path, compression: str | None, index: TarIndex) -> None:
        self._path = path
        self._compression = compression
        self._index = index
        self._idle: BinaryIO | None = None

    @property
    def place(self) -> str:
        """The archive."""
        return str(self._path)

    def size_bytes(self, name: str) -> int | None:
        """How long the file is; None if there is none."""
        extent = self._index.files.get(name)
        return None if extent is None else extent.size_bytes

    def beginning(self, name: str) -> bytes:
        """The first six bytes of a file that is there."""
        return self._index.files[name].beginning

    def open(self, name: str) -> OpenFile:
        """The file's bytes."""
        if (content := self._index.held.get(name)) is not None:
            return io.BytesIO(content)
        return _Window(self, self._index.files[name])

    def close(self) -> None:
        """Let go of the archive."""
        if self._idle is not None:
            self._idle.close()
            self._idle = None

    def translated(self) -> AbstractContextManager[None]:
        """What reading raises, as errors of ours."""
        return translated(self._path, self._compression)

    def acquire(self, offset: int) -> BinaryIO:
        """The archive, open and at this offset; `release` gives it back."""
        with self.translated():
            archive, self._idle = self._idle, None
            if archive is not None and self._compression and archive.tell() > offset:
                archive.close()
                archive = None
            if archive is None:
                archive = open_archive(self._path, self._compression)
            archive.seek(offset)
            return archive

    def release(self, archive: BinaryIO) -> None:
        """Keep a compressed archive open for whoever reads on from there."""
        if self._compression is None:
            archive.close()
            return
        self.close()
        self._idle = archive


class _Window:
    """One file within the archive."""

    def __init__(self, shelf: TarShelf, extent: Extent) -> None:
        self._shelf = shelf
        self._extent = extent
        self._position = 0
        self._archive: BinaryIO | None = None

    def seek(self, offset: int, /) -> None:
        """Go to an offset within the file, before anything is read."""
        self._position = offset

    def read(self, size: int, /) -> bytes:
        """The next bytes, none at the end."""
        if self._archive is None:
            self._archive = self._shelf.acquire(self._extent.offset + self._position)
        left = max(self._extent.size_bytes - self._position, 0)
        with self._shelf.translated():
            content = self._archive.read(min(size, left))
        self._position += len(content)
        return content

    def close(self) -> None:
        """Give the archive back."""
        if self._archive is not None:
            self._shelf.release(self._archive)
            self._archive = None


def archive_name(path: Path) -> str:
    """What an image without a name is called: the file, without what it is."""
    return _EXTENSIONS.sub("", path.name) or path.name


def open_tar(path: Path, *, follows_links: bool, progress: Progress) -> TarShelf:
    """Open an archive and find what is in it.

    Raises PlaceNotFound, NotSupported, MalformedDocument, UnsafeArchive or TooLarge.
    """
    with translated(path, None):
        if not stat.S_ISREG(path.stat().st_mode):
            raise PlaceNotFound(str(path), "not a plain file")
        with path.open("rb") as raw:
            size = os.fstat(raw.fileno()).st_size
            beginning = raw.read(6)
    try:
        compression = compression_of(beginning)
    except NotSupported as exc:
        raise NotSupported(f"{path}: {exc}", hint=exc.hint) from exc
    limit = unpacked_limit(size) if compression else MAX_ARCHIVE_BYTES
    index = TarIndex(
        str(path), follows_links=follows_links, holds=compression is not None
    )
    with translated(path, compression), open_archive(path, compression) as archive:
        index_file(archive, index, str(path), limit=limit, progress=progress)
    return TarShelf(path, compression, index)
