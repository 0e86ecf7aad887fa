"""A folder brought up to date: files that differ are written, others left alone.

Names come from strangers, and the folder may be anybody's. Every folder on the way to
a file is opened from the one above it, and nothing is opened through a link, so that
nothing is read, written or removed outside (CWE-59).
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tagledger.errors import NotSupported, PlaceTaken, WriteFailed
from tagledger.sources.blob_store import make_folder
from tagledger.sources.file_lock import write_failed

WRITING = ".writing-page"
"""What a file is called until it is whole; one that a kill left behind is removed."""

_Path = tuple[str, ...]

_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_FILE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_LINK = (errno.ELOOP, errno.ENOTDIR, errno.EMLINK)
"""What systems say of a link that was not to be followed."""


@contextmanager
def opened_tree(folder: Path) -> Iterator[FileTree]:
    """The folder, made if it is not there, and for us alone as long as it is open.

    Raises WriteFailed, also where another run has it.
    """
    if os.open not in os.supports_dir_fd:
        raise NotSupported("this system cannot open files safely below a folder")
    make_folder(folder)
    try:
        root = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except OSError as exc:
        raise write_failed(folder, exc) from exc
    try:
        _lock(folder, root)
        tree = FileTree(folder, root)
        try:
            yield tree
        finally:
            tree.leave()
    finally:
        os.close(root)


class FileTree:
    """Files below one open folder; a path is its parts, each a plain name.

    Every call raises PlaceTaken where a link or a folder stands in the place of a
    file, or WriteFailed.
    """

    def __init__(self, folder: Path, root: int) -> None:
        self._place = folder
        self._root = root
        # Files come folder by folder: the last one stays open.
        self._last: tuple[_Path, int] | None = None

    def read(self, path: _Path, *, limit: int) -> bytes | None:
        """The file, or one byte more than `limit`; None where there is none."""
        folder = self._folder(path[:-1])
        return None if folder is None else self._read(folder, path, limit)

    def write(self, path: _Path, content: bytes) -> bool:
        """Have the file hold just this; False where it did so already.

        It is replaced as a whole: nobody ever sees half of it.
        """
        folder = self._folder(path[:-1], create=True)
        if folder is None or self._read(folder, path, len(content)) == content:
            return False
        with self._failing(path):
            _forget(folder, WRITING)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FILE
            try:
                opened = os.open(WRITING, flags, 0o666, dir_fd=folder)
                with os.fdopen(opened, "wb") as file:
                    file.write(content)
                os.replace(WRITING, path[-1], src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                _forget(folder, WRITING)
                raise
        return True

    def remove(self, path: _Path) -> None:
        """Remove the file, and the folders that are then empty."""
        folder = self._folder(path[:-1])
        if folder is None:
            return
        with self._failing(path):
            _forget(folder, WRITING)
            _forget(folder, path[-1])
        self.leave()
        for *above, name in (path[:end] for end in range(len(path) - 1, 0, -1)):
            folder = self._folder((*above,))
            try:
                if folder is not None:
                    os.rmdir(name, dir_fd=folder)
            except OSError:  # it is not empty
                break
            finally:
                self.leave()

    def tidy(self, path: _Path) -> None:
        """Remove what a run that was killed left in this folder."""
        folder = self._folder(path)
        if folder is not None:
            with self._failing((*path, WRITING)):
                _forget(folder, WRITING)

    def leave(self) -> None:
        """Let go of the folder that is open."""
        if self._last is not None:
            os.close(self._last[1])
            self._last = None

    def _read(self, folder: int, path: _Path, limit: int) -> bytes | None:
        with self._failing(path):
            try:
                opened = os.open(path[-1], os.O_RDONLY | _FILE, dir_fd=folder)
            except FileNotFoundError:
                return None
            try:
                if not stat.S_ISREG(os.fstat(opened).st_mode):
                    raise PlaceTaken(self._named(path))
                with os.fdopen(opened, "rb", closefd=False) as file:
                    return file.read(limit + 1)
            finally:
                os.close(opened)

    def _folder(self, path: _Path, *, create: bool = False) -> int | None:
        """The open folder; None where it is not there."""
        if self._last is not None and self._last[0] == path:
            return self._last[1]
        self.leave()
        opened = os.dup(self._root)
        try:
            for end, name in enumerate(path, start=1):
                above = opened
                below = self._below(above, name, path[:end], create=create)
                if below is None:
                    os.close(above)
                    return None
                opened = below
                os.close(above)
        except BaseException:
            os.close(opened)
            raise
        self._last = path, opened
        return opened

    def _below(
        self, folder: int, name: str, path: _Path, *, create: bool
    ) -> int | None:
        with self._failing(path):
            if create:
                with suppress(FileExistsError):
                    os.mkdir(name, dir_fd=folder)
            try:
                return os.open(name, os.O_RDONLY | _FOLDER, dir_fd=folder)
            except FileNotFoundError:
                return None

    @contextmanager
    def _failing(self, path: _Path) -> Iterator[None]:
        """What the system says, as an error of ours that names the path."""
        try:
            yield
        except OSError as exc:
            if exc.errno in _LINK or isinstance(exc, IsADirectoryError):
                raise PlaceTaken(self._named(path)) from exc
            raise write_failed(Path(self._named(path)), exc) from exc

    def _named(self, path: _Path) -> str:
        return str(self._place.joinpath(*path))


def _lock(folder: Path, root: int) -> None:
    """Be the only run that writes there, where the system can say so of a folder."""
    import fcntl  # not on Windows

    try:
        fcntl.flock(root, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        raise WriteFailed(str(folder), "another export is writing there") from exc
    except OSError:  # a file system without locks
        return


def _forget(folder: int, name: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
