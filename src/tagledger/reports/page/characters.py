"""The bytes of a page as text: which encoding, and no character that deceives."""

from __future__ import annotations

from tagledger.errors import DamagedPage
from tagledger.model.printable import UNSAFE

_ORDINARY = bytes([0x09, 0x0A, *range(0x20, 0x7F)])


def decode_text(content: bytes) -> tuple[str, str | None]:
    """The text and its encoding, None for pure ASCII, which every encoding has.

    The record's program wrote a page in Latin-1 where no character needed more. None
    of its pages holds a control or bidi character: one that does was made by somebody
    else, and would reach the reader's terminal. Raises DamagedPage.
    """
    if content.isascii():
        if content.translate(None, _ORDINARY):
            _refuse_unsafe(content.decode("ascii"))
        return content.decode("ascii"), None
    try:
        text, encoding = content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = content.decode("latin-1"), "latin-1"
    _refuse_unsafe(text)
    return text, encoding


def _refuse_unsafe(text: str) -> None:
    unsafe = UNSAFE.search(text)
    if unsafe is not None:
        line = text.count("\n", 0, unsafe.start()) + 1
        raise DamagedPage("", line, f"the control character U+{ord(unsafe[0]):04X}")
