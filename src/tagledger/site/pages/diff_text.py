"""Foreign text of a difference, cut to what a page may show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from tagledger.model.difference.values import TextPiece

MAX_CHARACTERS = 200_000
"""Most characters of foreign text on a page; the largest image of the record has
20,000 in all its steps."""

MAX_TEXT = 6_000
"""Most of one text."""

MAX_PIECES = 600
"""Most marks in one text."""

MAX_ALL_PIECES = 5_000
"""Most marks on a page."""

EDGE = 150
"""Of a long stretch that is the same on both sides, what is kept at its ends."""

_TABS = re.compile(r"\n?(\t+)")


class Allowance:
    """How much more text a page may show."""

    def __init__(
        self, characters: int = MAX_CHARACTERS, pieces: int = MAX_ALL_PIECES
    ) -> None:
        self._left = characters
        self._pieces = pieces

    def cut(self, text: str, most: int = MAX_TEXT) -> tuple[str, int]:
        """What may be shown of the text, and how many characters are left out."""
        kept = text[: max(min(most, self._left), 0)]
        self._left -= len(kept)
        return kept, len(text) - len(kept)

    def pieces(self, most: int = MAX_PIECES) -> int:
        """How many marks the next text may have."""
        return max(min(most, self._pieces), 0)

    def use_pieces(self, count: int) -> None:
        """So many marks were shown."""
        self._pieces -= count


class Piece(msgspec.Struct, frozen=True):
    """Words of one side; marked where the other side has others. `left_out` follow."""

    text: str
    is_marked: bool = False
    left_out: int = 0


def text_pieces(
    pieces: Sequence[TextPiece],
    allowance: Allowance,
    *,
    is_before: bool,
    is_code: bool,
) -> Iterator[Piece]:
    """One side of a text: long stretches that are the same lose their middle."""
    is_alone = len(pieces) == 1
    most = allowance.pieces()
    allowance.use_pieces(min(len(pieces), most))
    texts = [piece.before if is_before else piece.after for piece in pieces]
    for number, (piece, text) in enumerate(zip(pieces, texts, strict=True)):
        if number == most:
            yield Piece("", left_out=sum(map(len, texts[number:])))
            return
        if not text:
            continue
        if piece.is_same and not is_alone and len(text) > 4 * EDGE:
            start, _ = allowance.cut(text, EDGE)
            end, _ = allowance.cut(text[len(text) - EDGE :], EDGE)
            left_out = len(text) - len(start) - len(end)
            yield Piece(_laid_out(start, is_code=is_code), left_out=left_out)
            yield Piece(_laid_out(end, is_code=is_code))
            continue
        kept, left_out = allowance.cut(text)
        yield Piece(_laid_out(kept, is_code=is_code), not piece.is_same, left_out)


def _laid_out(text: str, *, is_code: bool) -> str:
    """With the line breaks that its Dockerfile had: Docker keeps the tabs of them."""
    if not is_code:
        return text
    return _TABS.sub(lambda tabs: "\n" + "  " * min(len(tabs[1]), 4), text)
