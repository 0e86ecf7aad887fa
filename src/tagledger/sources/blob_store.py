"""The blobs of a layout, written: whole and verified, or not at all.

A blob grows in ``blobs/sha256/.partial-<hex>`` and gets its name when its bytes are
those of the digest. Whatever ends us in between leaves a file to go on from.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tagledger.errors import DigestMismatch, SizeMismatch, TooLarge
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.sources.file_lock import exclusive, write_failed

MAX_UNANNOUNCED_BYTES = 32 * 1024**3
"""Most bytes taken of a blob whose size nobody announced (schema 1)."""

_CHUNK_BYTES = 1024 * 1024


class BlobStore:
    """The folder ``blobs`` of a layout."""

    def __init__(
        self, layout: Path, *, max_unannounced_bytes: int = MAX_UNANNOUNCED_BYTES
    ) -> None:
        self._root = layout / "blobs"
        self._max_unannounced_bytes = max_unannounced_bytes

    def path(self, digest: Digest) -> Path:
        """Where the blob stands, or will."""
        return self._root / digest.algorithm / digest.encoded

    def has(self, descriptor: Descriptor, *, verify: bool = False) -> bool:
        """Whether the blob is there with the size announced.

        Its bytes were hashed when they got their name; they are hashed again if
        asked, or where there is no size to compare. Raises WriteFailed where the
        folder cannot even be read.
        """
        path = self.path(descriptor.digest)
        try:
            size = path.stat().st_size
            if descriptor.size_bytes not in (None, size):
                return False
            if verify or descriptor.size_bytes is None:
                return _hash_of(path, descriptor.digest) == descriptor.digest
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as exc:
            raise write_failed(path, exc) from exc
        return True

    def put(self, digest: Digest, content: bytes) -> None:
        """Write a verified document, unless it is there. Raises WriteFailed."""
        path = self.path(digest)
        try:
            if path.stat().st_size == len(content) and path.read_bytes() == content:
                return
        except FileNotFoundError:
            pass
        except OSError as exc:
            raise write_failed(path, exc) from exc
        write_whole(path, content)

    @asynccontextmanager
    async def partial(
        self, descriptor: Descriptor, *, verify: bool = False
    ) -> AsyncIterator[Partial | None]:
        """The beginning of a blob, to be gone on with; nobody else writes it.

        None if it is there (see `has`), perhaps because somebody else finished it
        while we waited. Raises WriteFailed.
        """
        final = self.path(descriptor.digest)
        make_folder(final.parent)
        growing = final.with_name(f".partial-{descriptor.digest.encoded}")
        async with exclusive(
            growing, is_needed=lambda: not self.has(descriptor, verify=verify)
        ) as opened:
            if opened is None:
                yield None
            elif self.has(descriptor, verify=verify):
                # They finished between our last look and our hold of the file.
                growing.unlink(missing_ok=True)
                yield None
            else:
                beginning = Partial(
                    opened, growing, final, descriptor, self._max_unannounced_bytes
                )
                try:
                    yield beginning
                finally:
                    beginning.leave()


class Partial:
    """A blob that is being written."""

    def __init__(
        self,
        opened: int,
        growing: Path,
        final: Path,
        descriptor: Descriptor,
        max_unannounced_bytes: int,
    ) -> None:
        self._opened = opened
        self._growing = growing
        self._final = final
        self._descriptor = descriptor
        announced = descriptor.size_bytes
        self._limit = max_unannounced_bytes if announced is None else announced
        self._hasher = descriptor.digest.hasher()
        self.size_bytes = 0
        try:
            if os.fstat(opened).st_size > self._limit:
                self.clear()
            # What an earlier run left counts only after it was hashed again.
            while chunk := os.read(opened, _CHUNK_BYTES):
                self._hasher.update(chunk)
                self.size_bytes += len(chunk)
        except OSError as exc:
            raise write_failed(growing, exc) from exc

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left to fetch; `finish` says whether it is right."""
        announced = self._descriptor.size_bytes
        if announced is None:
            return self._digest() == self._descriptor.digest
        return self.size_bytes == announced

    def append(self, chunk: bytes) -> None:
        """Write the next bytes. Raises SizeMismatch, TooLarge or WriteFailed."""
        announced = self._descriptor.size_bytes
        after = self.size_bytes + len(chunk)
        if after > self._limit:
            if announced is not None:
                raise SizeMismatch(self._descriptor.digest, announced, after)
            raise TooLarge(self._descriptor.digest, self._limit)
        left = memoryview(chunk)
        try:
            while left:
                written = os.write(self._opened, left)
                self._hasher.update(left[:written])
                self.size_bytes += written
                left = left[written:]
        except OSError as exc:
            raise write_failed(self._growing, exc) from exc

    def check(self) -> None:
        """Raise SizeMismatch or DigestMismatch unless this is the blob."""
        asked, announced = self._descriptor.digest, self._descriptor.size_bytes
        if announced is not None and self.size_bytes != announced:
            raise SizeMismatch(asked, announced, self.size_bytes)
        found = self._digest()
        if found != asked:
            raise DigestMismatch(asked, found)

    def finish(self) -> None:
        """Give the blob its name. Raises SizeMismatch, DigestMismatch, WriteFailed."""
        self.check()
        try:
            os.fsync(self._opened)
            self._growing.rename(self._final)
            _sync_folder(self._final.parent)
        except OSError as exc:
            raise write_failed(self._final, exc) from exc

    def leave(self) -> None:
        """Take away what holds nothing; anything more is gone on with another time."""
        if not self.size_bytes:
            self._growing.unlink(missing_ok=True)

    def clear(self) -> None:
        """Begin again from nothing. Raises WriteFailed."""
        try:
            os.ftruncate(self._opened, 0)
            os.lseek(self._opened, 0, os.SEEK_SET)
        except OSError as exc:
            raise write_failed(self._growing, exc) from exc
        self._hasher = self._descriptor.digest.hasher()
        self.size_bytes = 0

    def _digest(self) -> Digest:
        return Digest(f"{self._descriptor.digest.algorithm}:{self._hasher.hexdigest()}")


def write_whole(path: Path, content: bytes) -> None:
    """Write a small file so that nobody ever sees half of it. Raises WriteFailed."""
    make_folder(path.parent)
    growing = path.with_name(f".writing-{path.name}-{secrets.token_hex(4)}")
    try:
        try:
            with growing.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            growing.replace(path)
        except BaseException:
            growing.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as exc:
        raise write_failed(path, exc) from exc


def make_folder(path: Path) -> None:
    """Make a folder and those above it. Raises WriteFailed."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise write_failed(path, exc) from exc


def _sync_folder(path: Path) -> None:
    # A rename is on the disk only when its folder is.
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _hash_of(path: Path, digest: Digest) -> Digest:
    hasher = digest.hasher()
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK_BYTES):
            hasher.update(chunk)
    return Digest(f"{digest.algorithm}:{hasher.hexdigest()}")
