"""The memory of a long import, looked through less often."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

NEW_OBJECTS = 100_000
"""Objects made before Python looks for cycles among them; by itself it does at 700."""


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Look for cycles rarely meanwhile: an import makes millions of values and none.

    A tenth of its time went into looking. What no cycle holds is freed at once anyway.
    """
    usual = gc.get_threshold()
    gc.set_threshold(NEW_OBJECTS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
