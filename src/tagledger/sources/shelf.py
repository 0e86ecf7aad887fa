"""A shelf: files under names, wherever they stand (a folder, a tar)."""

from __future__ import annotations

import os
import stat
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Protocol

from tagledger.errors import PlaceNotFound, TooLarge, UnsafeArchive

CHUNK_BYTES = 1024 * 1024
"""How much of a blob is read at once."""


class OpenFile(Protocol):
    """What is read of a file on a shelf; whoever opened it closes it."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` of the next bytes; none at the end."""
        ...

    def seek(self, offset: int, /) -> object:
        """Go to an offset from the beginning."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class Shelf(Protocol):
    """Files to be read by name; names use ``/`` and are relative."""

    @property
    def place(self) -> str:
        """The folder or file, for messages."""
        ...

    def size_bytes(self, name: str) -> int | None:
        """How long the file is; None if there is none."""
        ...

    def open(self, name: str) -> OpenFile:
        """The file's bytes, seekable; it exists."""
        ...

    def close(self) -> None:
        """Let go of what is held open."""
        ...


class Folder:
    """The files of a folder.

    What lies under ``blobs/`` may be a link to anywhere, as build systems make them:
    whoever reads it hashes it, so the link can give nothing but the bytes that were
    asked for. Everything else is believed as it stands, and a link that leads out of
    the folder is refused: the folder may have come out of somebody's archive. Only
    plain files are read at all: a pipe or a device would never end.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def place(self) -> str:
        """The folder."""
        return str(self._root)

    def size_bytes(self, name: str) -> int | None:
        """How long the file is; None if there is none.

        Raises PlaceNotFound if it may not be read, UnsafeArchive if it must not.
        """
        try:
            status = self._path(name).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as exc:
            raise unreadable(f"{self._root}/{name}", exc) from exc
        if not stat.S_ISREG(status.st_mode):
            raise UnsafeArchive(self.place, name, "not a plain file")
        return status.st_size

    def open(self, name: str) -> OpenFile:
        """The file's bytes. Raises PlaceNotFound if it may not be read."""
        # A pipe put in place of the file must not make us wait for its writer.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        try:
            opened = os.fdopen(os.open(self._path(name), flags), "rb", buffering=0)
        except OSError as exc:
            raise unreadable(f"{self._root}/{name}", exc) from exc
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            opened.close()
            raise UnsafeArchive(self.place, name, "not a plain file")
        return opened

    def close(self) -> None:
        """Nothing is held open."""

    def _path(self, name: str) -> Path:
        path = self._root / name
        if not name.startswith("blobs/") and path.is_symlink():
            target = path.resolve()
            if not target.is_relative_to(self._root.resolve()):
                raise UnsafeArchive(self.place, name, "a link that leads outside")
        return path


def load(shelf: Shelf, name: str, limit: int) -> bytes | None:
    """The whole file, None if there is none. Raises TooLarge beyond the limit."""
    if shelf.size_bytes(name) is None:
        return None
    try:
        with closing(shelf.open(name)) as opened:
            # Unbuffered reads may give less than asked for.
            parts: list[bytes] = []
            left = limit + 1
            while left and (part := opened.read(left)):
                parts.append(part)
                left -= len(part)
    except OSError as exc:
        raise unreadable(f"{shelf.place}: {name}", exc) from exc
    if not left:
        raise TooLarge(f"{shelf.place}: {name}", limit)
    return b"".join(parts)


def chunks(shelf: Shelf, name: str, offset: int = 0) -> Generator[bytes, None, None]:
    """The file in chunks, from `offset` on; close it to let go of the file."""
    try:
        with closing(shelf.open(name)) as opened:
            opened.seek(offset)
            while chunk := opened.read(CHUNK_BYTES):
                yield chunk
    except OSError as exc:
        raise unreadable(f"{shelf.place}: {name}", exc) from exc


def unreadable(place: str, problem: OSError) -> PlaceNotFound:
    """What the system said, as an error of ours."""
    return PlaceNotFound(place, f"cannot be read: {problem.strerror or problem}")
