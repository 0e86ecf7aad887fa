"""Sizes as pages write them: ``57.0 MB (56963334 bytes)``."""

from __future__ import annotations

import re

_UNITS = ("B", "KB", "MB", "GB", "TB")


def size_text(size_bytes: int) -> str:
    """The size for people, and the exact count beside it unless it is the same.

    The unit goes up while the whole part is above 1000: 1000 bytes are ``1000.0 B``.
    """
    # The same arithmetic as the record's: divided step by step, as floats.
    shown = float(size_bytes)
    position = 0
    while int(shown) > 1000 and position < len(_UNITS) - 1:
        shown /= 1000
        position += 1
    text = f"{shown:.1f} {_UNITS[position]}"
    return text if position == 0 else f"{text} ({size_bytes} bytes)"


_SIZE = re.compile(
    r"(?:(\d{1,4})\.0 B|\d{1,20}\.\d [KMGT]B \((\d{1,24}) bytes\))", re.ASCII
)


def parse_size_text(text: str) -> int:
    """The count of bytes. Raises ValueError, also where text and count disagree."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:60]!r} is not a size")
    size_bytes = int(match[1] or match[2])
    if (expected := size_text(size_bytes)) != text:
        raise ValueError(f"the size {text!r} contradicts its bytes: {expected!r}")
    return size_bytes
