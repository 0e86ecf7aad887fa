"""Short hashes by which equal lists and texts are found again and kept once.

They name nothing outside the ledger; the bytes behind them can always be hashed anew.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import msgspec

from tagledger.model.digest import Digest
from tagledger.model.platform import Platform

KEY_BYTES = 16
"""128 bits: an accident is out of the question, and what an attacker could win by two
texts of one key is to hide the second from a search."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_STEP = struct.Struct(">16s?qi")


def _plain(value: object) -> str:
    if isinstance(value, Digest):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a key")


_ENCODER = msgspec.json.Encoder(enc_hook=_plain)


def microseconds(moment: datetime) -> int:
    """The time as the ledger keeps it: microseconds since 1970, UTC."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(value: int) -> datetime:
    """The time that was kept as this number."""
    return _EPOCH + value * _MICROSECOND


def key_of(content: bytes) -> bytes:
    """The key of some bytes."""
    return blake2b(content, digest_size=KEY_BYTES).digest()


def text_key(text: str) -> bytes:
    """The key of a text; lone surrogates, as strangers write them, are taken too."""
    return key_of(text.encode("utf-8", "surrogatepass"))


def list_key(keys: Iterable[bytes]) -> bytes:
    """The key of a list of things that have keys of one length."""
    return key_of(b"".join(keys))


def record_key(*values: object) -> bytes:
    """The key of several plain values: texts, numbers, bytes, None."""
    return key_of(_ENCODER.encode(values))


def recipe_key(steps: Iterable[tuple[bytes, int | None, int | None]]) -> bytes:
    """The key of steps: each the key of its text, when, and the layer it made."""
    return key_of(
        b"".join(
            _STEP.pack(text, at is not None, at or 0, -1 if layer is None else layer)
            for text, at, layer in steps
        )
    )


def platform_name(platform: Platform) -> str:
    """All of a platform in one text, the same for equal ones."""
    return _ENCODER.encode(platform).decode()
