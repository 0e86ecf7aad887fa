"""What a client of a registry is lent for its login: a name, signed, for a while.

A client first asks for a token, with or without a login, and shows it with every
request. All workers know the key; nothing is kept. What the name may read is looked up
whenever it is shown.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

import msgspec

GRANT_SECONDS = 300
"""How long it lasts; clients ask for another by themselves."""

MAX_GRANT_BYTES = 1_024


class Grant(msgspec.Struct, frozen=True, array_like=True):
    """Whose it is, None for anybody's, and until when, in seconds since 1970."""

    name: str | None
    until: int


def sign(grant: Grant, key: bytes) -> str:
    """The grant as a text that nobody else can make."""
    said = msgspec.json.encode(grant)
    return f"{_text(said)}.{_text(_signature(said, key))}"


def verified(text: str, key: bytes, now: float) -> Grant | None:
    """The grant, None where it is not ours, or is over."""
    if len(text) > MAX_GRANT_BYTES:
        return None
    first, _, second = text.partition(".")
    try:
        said, signature = _bytes(first), _bytes(second)
    except (binascii.Error, ValueError):
        return None
    if not hmac.compare_digest(signature, _signature(said, key)):
        return None
    grant = msgspec.json.decode(said, type=Grant)
    return grant if grant.until > now else None


def _signature(said: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"grant\0" + said, hashlib.sha256)


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    padded = text + "=" * (-len(text) % 4)
    return base64.b64decode(padded, altchars=b"-_", validate=True)
