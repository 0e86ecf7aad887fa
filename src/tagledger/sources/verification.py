"""A blob on its way: counted and hashed against what was asked for."""

from __future__ import annotations

from tagledger.errors import DigestMismatch, SizeMismatch
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest


class Verification:
    """Told every chunk in order, it raises as soon as they cannot be right.

    With an offset only the size can be told: whoever has the beginning hashes.
    """

    def __init__(self, descriptor: Descriptor, *, offset: int = 0) -> None:
        self._descriptor = descriptor
        self._received = offset
        self._hasher = None if offset else descriptor.digest.hasher()

    def take(self, chunk: bytes) -> None:
        """One more chunk. Raises SizeMismatch if there are more than announced."""
        self._received += len(chunk)
        announced = self._descriptor.size_bytes
        if announced is not None and self._received > announced:
            raise SizeMismatch(self._descriptor.digest, announced, self._received)
        if self._hasher is not None:
            self._hasher.update(chunk)

    def finish(self) -> None:
        """There is no more. Raises SizeMismatch or DigestMismatch."""
        asked = self._descriptor.digest
        announced = self._descriptor.size_bytes
        if announced is not None and self._received != announced:
            raise SizeMismatch(asked, announced, self._received)
        if self._hasher is not None:
            found = Digest(f"{asked.algorithm}:{self._hasher.hexdigest()}")
            if found != asked:
                raise DigestMismatch(asked, found)
