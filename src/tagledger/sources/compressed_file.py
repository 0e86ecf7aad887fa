"""A file that may be compressed, read as if it were not: gzip and zstd."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from tagledger.errors import MalformedDocument, NotSupported
from tagledger.sources.shelf import OpenFile, unreadable

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_OTHERS = {b"BZh": "bzip2", b"\xfd7zXZ": "xz"}

_MAX_UNPACKED_BYTES = 1024**3
_MAX_RATIO = 200


def unpacked_limit(size_bytes: int) -> int:
    """How much may come out of so many compressed bytes.

    The greater of a gigabyte and 200 times: layers of nothing but zeros come near
    that, and no more has to be read to know a bomb.
    """
    return max(_MAX_UNPACKED_BYTES, _MAX_RATIO * size_bytes)


def compression_of(beginning: bytes) -> str | None:
    """``gzip``, ``zstd``, or None for what is not compressed, by the first 6 bytes.

    Raises NotSupported for other ways.
    """
    if beginning.startswith(_GZIP):
        return "gzip"
    if beginning.startswith(_ZSTD):
        return "zstd"
    for mark, name in _OTHERS.items():
        if beginning.startswith(mark):
            raise NotSupported(
                f"compressed with {name}", hint="unpack it, or compress it with zstd"
            )
    return None


class _Forwards(io.RawIOBase):
    """An open file in the form that the libraries read from."""

    def __init__(self, file: OpenFile) -> None:
        super().__init__()
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override] # no narrower in use
        content = self._file.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)


def open_archive(path: Path, compression: str | None) -> BinaryIO:
    """The content of a file, seekable; going back in a compressed one begins again.

    What opening and reading raise, `translated` knows.
    """
    return path.open("rb") if compression is None else _unpacked(path, compression)


def open_inner(file: OpenFile, compression: str) -> BinaryIO:
    """The content of a file that is open already, forwards; it is left open."""
    return _unpacked(_Forwards(file), compression)


def _unpacked(packed: Path | _Forwards, compression: str) -> BinaryIO:
    if compression == "gzip":
        from isal import igzip

        opened = igzip.open(packed, "rb")  # type: ignore[no-untyped-call] # it has no stub
    else:
        # The library refuses windows beyond 128 MiB by itself.
        opened = _zstd().ZstdFile(packed)
    return cast("BinaryIO", opened)


@contextmanager
def translated(path: Path | str, compression: str | None) -> Iterator[None]:
    """Turn what reading or unpacking raises into errors of ours."""
    try:
        yield
    except EOFError as exc:
        raise MalformedDocument(str(path), "the compressed file is cut short") from exc
    except OSError as exc:
        if exc.errno is None:  # gzip's own: a bad header or checksum
            raise MalformedDocument(str(path), f"cannot be unpacked: {exc}") from exc
        raise unreadable(str(path), exc) from exc
    except _own_errors(compression) as exc:
        raise MalformedDocument(str(path), f"cannot be unpacked: {exc}") from exc


def _own_errors(compression: str | None) -> tuple[type[Exception], ...]:
    """What a library raises that has no base in the standard library."""
    if compression == "gzip":
        from isal import igzip_lib, isal_zlib

        # The stubs call both values; they are classes.
        errors = (igzip_lib.IsalError, isal_zlib.error)
        return cast("tuple[type[Exception], ...]", errors)
    return () if compression is None else (_zstd().ZstdError,)


def _zstd() -> Any:  # noqa: ANN401 - two names of one module
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd
