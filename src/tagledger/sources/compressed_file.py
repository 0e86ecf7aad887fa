"""A file that may be compressed, read as if it were not: gzip and zstd."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from tagledger.errors import MalformedDocument, NotSupported
from tagledger.sources.shelf import unreadable

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_OTHERS = {b"BZh": "bzip2", b"\xfd7zXZ": "xz"}


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


def open_archive(path: Path, compression: str | None) -> BinaryIO:
    """The content of a file, seekable; going back in a compressed one begins again.

    What opening and reading raise, `translated` knows.
    """
    if compression == "gzip":
        from isal import igzip

        opened = igzip.open(path, "rb")  # type: ignore[no-untyped-call] # it has no stub
        return cast("BinaryIO", opened)
    if compression == "zstd":
        # The library refuses windows beyond 128 MiB by itself.
        return cast("BinaryIO", _zstd().ZstdFile(path))
    return path.open("rb")


@contextmanager
def translated(path: Path, compression: str | None) -> Iterator[None]:
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
