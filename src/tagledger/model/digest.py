"""The digest: the name of bytes."""

from __future__ import annotations

import hashlib
import re
from typing import Self

from tagledger.errors import DigestMismatch, MalformedDigest

_HASHES = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}", re.ASCII)


class Digest(str):
    """A digest in the grammar of the OCI image specification: ``sha256:<64 hex>``.

    Only sha256 and sha512 in lower case are accepted; anything else raises
    `MalformedDigest`, so a `Digest` may be put into a path or a URL as it is
    (CVE-2024-3727).
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Check the grammar."""
        if not _DIGEST.fullmatch(text):
            raise MalformedDigest(text[:160])
        return super().__new__(cls, text)

    @classmethod
    def of(cls, content: bytes, algorithm: str = "sha256") -> Self:
        """The digest of these bytes; the algorithm is sha256 or sha512."""
        return cls(f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}")

    @property
    def algorithm(self) -> str:
        """``sha256`` or ``sha512``."""
        return self[:6]

    @property
    def encoded(self) -> str:
        """The hex digits, without the algorithm."""
        return self[7:]

    @property
    def raw(self) -> bytes:
        """The 32 or 64 bytes of the hash itself."""
        return bytes.fromhex(self[7:])

    def hasher(self) -> hashlib._Hash:
        """A fresh hash object of this digest's algorithm, for streams."""
        return hashlib.new(self.algorithm)

    def verify(self, content: bytes) -> None:
        """Raise `DigestMismatch` unless these bytes have this digest."""
        received = _HASHES[self.algorithm](content).hexdigest()
        if received != self.encoded:
            raise DigestMismatch(self, f"{self.algorithm}:{received}")
