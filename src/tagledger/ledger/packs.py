"""Contents: bytes by digest, alike ones compressed together.

The sections of published pages repeat each other almost entirely. Measured on 32,000
of three years (61 MB): each by itself with a trained dictionary 11.0 MB, in packs of
64 KiB 6.6 MB, of 256 KiB 4.7 MB, of 1 MiB 3.7 MB. To read one thing its whole pack is
unpacked: a quarter of a millisecond for 256 KiB.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

import msgspec

from tagledger.errors import LedgerDamaged

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PACK_BYTES = 256 * 1024
"""Where a pack is full; a single content may be larger and then has one alone."""

LEVEL = 5
"""zstd's level: 9 takes four times as long and wins a twentieth."""

MAX_PACK_BYTES = 64 * 1024 * 1024
"""Largest pack unpacked: the largest content (a page of 32 MB) behind a full one."""


class Pack(msgspec.Struct, frozen=True):
    """Contents in a row; `starts` has the first byte of each."""

    keys: tuple[bytes, ...]
    starts: tuple[int, ...]
    size_bytes: int
    compressed: bytes


def packed(contents: Iterable[tuple[bytes, bytes]]) -> Iterator[Pack]:
    """Packs of these contents, each a key and its bytes, in their order."""
    keys: list[bytes] = []
    starts: list[int] = []
    pieces: list[bytes] = []
    size = 0
    for key, content in contents:
        keys.append(key)
        starts.append(size)
        pieces.append(content)
        size += len(content)
        if size >= PACK_BYTES:
            yield _pack(keys, starts, pieces, size)
            keys, starts, pieces, size = [], [], [], 0
    if keys:
        yield _pack(keys, starts, pieces, size)


def _pack(keys: list[bytes], starts: list[int], pieces: list[bytes], size: int) -> Pack:
    compressed = zstd.compress(b"".join(pieces), LEVEL)
    return Pack(tuple(keys), tuple(starts), size, compressed)


def unpacked(compressed: bytes, size_bytes: int, place: str, number: int) -> bytes:
    """The bytes of a pack. Raises LedgerDamaged."""
    where = f"{place}: pack {number}"
    if not 0 <= size_bytes <= MAX_PACK_BYTES:
        raise LedgerDamaged(where, f"{size_bytes} bytes announced")
    try:
        decompressor = zstd.ZstdDecompressor()
        # One byte more than announced is enough to see that it does not fit.
        content = decompressor.decompress(compressed, size_bytes + 1)
    except zstd.ZstdError as exc:
        raise LedgerDamaged(where, "not a zstd frame") from exc
    if len(content) != size_bytes or not decompressor.eof:
        raise LedgerDamaged(where, f"not {size_bytes} bytes inside")
    return content
