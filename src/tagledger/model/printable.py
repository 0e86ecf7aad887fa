"""Foreign text made safe to look at.

Image fields are written by strangers. Escape sequences in them could drive a
terminal (CVE-2021-25743), bidirectional controls could make text read as something
else (CVE-2021-42574). Both are shown as visible escapes instead.
"""

from __future__ import annotations

import re

UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and newline, DEL, C1
    "\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""What is not to be shown as it is."""


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def printable(text: str) -> str:
    """The text with control, bidi and invisible characters as visible escapes.

    Tabs and newlines stay.
    """
    return UNSAFE.sub(_visible, text)


def printable_line(text: str) -> str:
    """As `printable`, on one line: tabs and newlines become escapes as well."""
    return printable(text).replace("\n", "\\n").replace("\t", "\\t")
