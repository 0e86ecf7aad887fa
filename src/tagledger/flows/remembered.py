"""Answers kept for a while: bounded in weight, and never older than is said."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def _one(_value: object) -> int:
    return 1


class Remembered(Generic[K, V]):
    """Values by key, the longest unused forgotten first; threads may share it.

    `most` bounds the sum of weights; `seconds` is how old a value may become, None
    for any age. What weighs more than one `part` of all is not kept: it would drive
    out the rest. Two threads that miss the same key both make its value.
    """

    def __init__(
        self,
        *,
        most: int,
        seconds: float | None = None,
        weigh: Callable[[V], int] = _one,
        part: int = 4,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._weigh = weigh
        self._part = part
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[K, tuple[float, int, V]] = OrderedDict()
        self._weight = 0

    def get(self, key: K) -> V | None:
        """The value, if it is there and not too old."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            since, weight, value = found
            if self._seconds is not None and self._clock() - since > self._seconds:
                del self._kept[key]
                self._weight -= weight
                return None
            self._kept.move_to_end(key)
            return value

    def put(self, key: K, value: V) -> V:
        """Keep the value, and give it back."""
        weight = self._weigh(value)
        with self._lock:
            before = self._kept.pop(key, None)
            self._weight -= before[1] if before else 0
            if weight * self._part > self._most and weight > 1:
                return value
            self._kept[key] = self._clock(), weight, value
            self._weight += weight
            while self._weight > self._most:
                _, (_, dropped, _) = self._kept.popitem(last=False)
                self._weight -= dropped
        return value

    def make(self, key: K, made: Callable[[], V]) -> V:
        """The value, made where it is not there. Raises what making it raises."""
        found = self.get(key)
        return self.put(key, made()) if found is None else found
