"""A memory of what was worked out before, bounded by the bytes that it stands for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

ENTRY_BYTES = 500
"""What an entry weighs besides its text: many small ones fill a memory too."""

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class BoundedCache(Generic[_K, _V]):
    """Remembers the newest entries, up to a sum of sizes; the oldest go first."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._held_bytes = 0
        self._entries: OrderedDict[_K, tuple[_V, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: _K) -> _V | None:
        """What was kept under this key."""
        entry = self._entries.get(key)
        return None if entry is None else entry[0]

    def put(self, key: _K, value: _V, size_bytes: int) -> None:
        """Keep a value that stands for so many bytes."""
        earlier = self._entries.pop(key, None)
        if earlier is not None:
            self._held_bytes -= earlier[1]
        size_bytes += ENTRY_BYTES
        self._entries[key] = value, size_bytes
        self._held_bytes += size_bytes
        while self._held_bytes > self._max_bytes and self._entries:
            self._held_bytes -= self._entries.popitem(last=False)[1][1]
