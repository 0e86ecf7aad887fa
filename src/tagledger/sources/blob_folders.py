"""Folders of blobs named by their digests: a layout's, skopeo's ``dir:``, or plain.

A name is only a claim. The first time that a file is given, it is hashed; what was
found is remembered for as long as the file stays what it is.
"""

from __future__ import annotations

import logging
import os
import stat
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tagledger.errors import DigestMismatch
from tagledger.model.digest import Digest

CHUNK_BYTES = 256 * 1024
"""Read at once: a client's network takes less."""

MAX_REMEMBERED = 100_000
"""Files of which it is known whether they are what their names say."""

_Identity = tuple[int, int, int, int]

_log = logging.getLogger("tagledger.sources.blob_folders")


class FolderBlob(msgspec.Struct, frozen=True):
    """A file that has the name of a blob: opened, it may be gone or another by now."""

    path: Path
    digest: Digest
    size_bytes: int
    identity: _Identity


class BlobFolders:
    """Finds blobs in folders, the first of which to have one gives it.

    Reading blocks: ask from a thread.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._known: OrderedDict[_Identity, bool] = OrderedDict()

    def find(self, digest: Digest) -> FolderBlob | None:
        """The file of this name that is not known to be another."""
        for folder in self._folders:
            for path in _places(folder, digest):
                found = _looked_at(path, digest)
                if found and self._known.get(found.identity) is not False:
                    return found
        return None

    def is_verified(self, blob: FolderBlob) -> bool:
        """Whether this very file was hashed before and is the blob."""
        return self._known.get(blob.identity) is True

    def verify(self, blob: FolderBlob) -> bool:
        """Hash all of it, unless that was done; whether it is the blob."""
        known = self._known.get(blob.identity)
        if known is not None:
            return known
        try:
            for _ in self.chunks(blob, 0, blob.size_bytes):
                pass
        except (OSError, DigestMismatch):
            return False
        return self.is_verified(blob)

    def chunks(self, blob: FolderBlob, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` up to `end`.

        A file that was not hashed yet is, where all of it is read: DigestMismatch
        comes instead of the last chunk. OSError where the file has gone or changed.
        """
        is_checked = not self.is_verified(blob) and (start, end) == (0, blob.size_bytes)
        hasher = blob.digest.hasher() if is_checked else None
        left = end - start
        with _opened(blob) as opened:
            os.lseek(opened, start, os.SEEK_SET)
            while left:
                chunk = os.read(opened, min(CHUNK_BYTES, left))
                if not chunk:
                    raise OSError(f"{blob.path} became shorter")
                left -= len(chunk)
                if hasher is not None:
                    hasher.update(chunk)
                    if not left:
                        self._judge(blob, hasher.hexdigest())
                yield chunk
        if hasher is not None and not blob.size_bytes:
            self._judge(blob, hasher.hexdigest())

    def _judge(self, blob: FolderBlob, encoded: str) -> None:
        is_right = encoded == blob.digest.encoded
        self._known[blob.identity] = is_right
        if len(self._known) > MAX_REMEMBERED:
            self._known.popitem(last=False)
        if not is_right:
            received = f"{blob.digest.algorithm}:{encoded}"
            _log.error("%s is not what its name says: it is %s", blob.path, received)
            raise DigestMismatch(blob.digest, received)


def _places(folder: Path, digest: Digest) -> Iterator[Path]:
    """Where a blob may stand. A digest is hex: it leads out of no folder."""
    yield folder / "blobs" / digest.algorithm / digest.encoded
    yield folder / digest.algorithm / digest.encoded
    yield folder / digest.encoded
    yield folder / str(digest)


def _looked_at(path: Path, digest: Digest) -> FolderBlob | None:
    try:
        found = path.stat()
    except OSError:
        return None
    # To open a pipe would wait for whoever writes into it.
    if not stat.S_ISREG(found.st_mode):
        return None
    return FolderBlob(path, digest, found.st_size, _identity(found))


def _identity(found: os.stat_result) -> _Identity:
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


@contextmanager
def _opened(blob: FolderBlob) -> Iterator[int]:
    opened = os.open(blob.path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _identity(os.fstat(opened)) != blob.identity:
            raise OSError(f"{blob.path} became another file")
        yield opened
    finally:
        os.close(opened)
