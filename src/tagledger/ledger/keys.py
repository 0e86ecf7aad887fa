"""Short hashes by which equal lists and texts are found again and kept once.

They name nothing outside the ledger; the bytes behind them can always be hashed anew.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b

import msgspec

from tagledger.model.digest import Digest
from tagledger.model.platform import Platform

KEY_BYTES = 16
"""128 bits: an accident is out of the question, and what an attacker could win by two
texts of one key is to hide the second from a search."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
MAX_CACHED_KEYS = 20_000
"""Texts and rows of which the key is remembered: images repeat the steps and layers
of the one before."""

MAX_NAME_LENGTH = 400
"""Longest name kept: four bytes a character, it fits PostgreSQL's 2,704 in an index.
Registries allow 255, and a media type has 70."""

MAX_PLATFORM_LENGTH = 40
MAX_PLATFORM_FEATURES = 6
"""Longest part of a platform and most features; nobody is known to publish three."""

_REPLACEMENT = "\ufffd"
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


@lru_cache(maxsize=MAX_CACHED_KEYS)
def text_key(text: str) -> bytes:
    """The key of a storable text."""
    return key_of(text.encode())


def storable(text: str) -> str:
    """The text as a database takes it: without lone surrogates and NUL.

    Strangers write such things; the bytes that they came in are kept as they are.
    """
    if text.isascii():
        return text.replace("\0", _REPLACEMENT) if "\0" in text else text
    cleaned = text.encode("utf-8", "replace").decode()
    return cleaned.replace("\0", _REPLACEMENT)


def bounded(text: str, limit: int = MAX_NAME_LENGTH) -> str:
    """The text as a row's name: storable, and short enough for an index.

    One that is longer keeps its beginning, and a key tells it from others.
    """
    text = storable(text)
    if len(text) <= limit:
        return text
    mark = text_key(text).hex()[:8]
    return f"{text[: limit - len(mark) - 1]}…{mark}"


def list_key(keys: Iterable[bytes]) -> bytes:
    """The key of a list of things that have keys of one length."""
    return key_of(b"".join(keys))


@lru_cache(maxsize=MAX_CACHED_KEYS)
def row_key(row: tuple[object, ...]) -> bytes:
    """The key of a row of plain values, for rows that come again and again."""
    return record_key(*row)


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
    stated = Platform(
        os=_part(platform.os) or "",
        architecture=_part(platform.architecture) or "",
        variant=_part(platform.variant),
        os_version=_part(platform.os_version),
        os_features=_parts(platform.os_features),
        features=_parts(platform.features),
    )
    return _ENCODER.encode(stated).decode()


def _part(text: str | None) -> str | None:
    return None if text is None else bounded(text, MAX_PLATFORM_LENGTH)


def _parts(texts: tuple[str, ...]) -> tuple[str, ...]:
    kept = texts[:MAX_PLATFORM_FEATURES]
    return tuple(bounded(text, MAX_PLATFORM_LENGTH) for text in kept)
