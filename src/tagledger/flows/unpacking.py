"""A layer unpacked on its way, only to be hashed: nothing of it is kept or written."""

from __future__ import annotations

import hashlib
import sys
from typing import Protocol, cast

from tagledger.errors import MalformedDocument, TooLarge
from tagledger.model.digest import Digest
from tagledger.sources.compressed_file import compression_of, unpacked_limit

_CHUNK_BYTES = 1024 * 1024
_LONGEST_MARK = 6


class _Decompressor(Protocol):
    """What igzip_lib and zstd have in common, after the bz2 module."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class Unpacking:
    """Told every chunk of a compressed layer, it knows the digest of the tar inside.

    How it is compressed is told from its first bytes, as engines do, not from its
    media type. `layer` names it in errors, `algorithm` is that of the diff ID. What
    comes out is bounded by what went in: a layer made to explode would otherwise be
    hashed for days.
    """

    def __init__(self, layer: Digest, algorithm: str = "sha256") -> None:
        self._layer = layer
        self._hasher = hashlib.new(algorithm)
        self._algorithm = algorithm
        self._received_bytes = 0
        self._beginning: bytes | None = b""
        self._compression: str | None = None
        self._decompressor: _Decompressor | None = None
        self.size_bytes = 0

    def take(self, chunk: bytes) -> None:
        """One more chunk. Raises MalformedDocument, TooLarge or NotSupported."""
        self._received_bytes += len(chunk)
        if self._beginning is not None:
            self._beginning += chunk
            if len(self._beginning) < _LONGEST_MARK:
                return
            chunk = self._begin()
        self._unpack(chunk)

    def finish(self) -> Digest:
        """The digest of all that was unpacked. Raises as `take`."""
        if self._beginning is not None:
            self._unpack(self._begin())
        if self._decompressor is not None and not self._decompressor.eof:
            raise MalformedDocument(self._layer, "the compressed layer is cut short")
        return Digest(f"{self._algorithm}:{self._hasher.hexdigest()}")

    def _begin(self) -> bytes:
        beginning, self._beginning = self._beginning or b"", None
        self._compression = compression_of(beginning[:_LONGEST_MARK])
        if self._compression is not None:
            self._decompressor = _decompressor(self._compression)
        return beginning

    def _unpack(self, chunk: bytes) -> None:
        if self._decompressor is None or self._compression is None:
            self._add(chunk)
            return
        while True:
            if self._decompressor.eof:
                # Layers are often made of many members: eStargz, zstd:chunked.
                chunk = self._decompressor.unused_data + chunk
                if not chunk.strip(b"\0"):
                    return
                self._decompressor = _decompressor(self._compression)
            unpacked = self._decompressed(self._decompressor, chunk)
            self._add(unpacked)
            chunk = b""
            if self._decompressor.eof:
                if not self._decompressor.unused_data:
                    return
            elif self._decompressor.needs_input or not unpacked:
                return

    def _decompressed(self, decompressor: _Decompressor, chunk: bytes) -> bytes:
        try:
            return decompressor.decompress(chunk, _CHUNK_BYTES)
        except Exception as exc:
            if not isinstance(exc, _failures(self._compression)):
                raise
            problem = f"the layer cannot be unpacked: {exc}"
            raise MalformedDocument(self._layer, problem) from exc

    def _add(self, unpacked: bytes) -> None:
        self.size_bytes += len(unpacked)
        limit = unpacked_limit(self._received_bytes)
        if self.size_bytes > limit:
            raise TooLarge(f"{self._layer}, unpacked", limit)
        self._hasher.update(unpacked)


def _decompressor(compression: str) -> _Decompressor:
    if compression == "gzip":
        from isal import igzip_lib

        return igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd.ZstdDecompressor()


def _failures(compression: str | None) -> tuple[type[Exception], ...]:
    """What a library raises for bytes that are not what they should be."""
    if compression == "gzip":
        from isal import igzip_lib

        # Its stub calls it a value; it is a class.
        failure = cast("type[Exception]", igzip_lib.IsalError)
        return (failure, EOFError, ValueError)
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return (zstd.ZstdError, EOFError, ValueError)
