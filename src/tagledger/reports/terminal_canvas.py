"""What the terminal view is drawn on: lines of styled text, safe in any terminal.

Foreign text enters only through `Canvas.safe` and is never read as markup: styles are
given beside a text, not in it. Lines are not cropped and not wrapped by us where they
hold a digest, so that copying one copies all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import msgspec
from rich.cells import cell_len, set_cell_size
from rich.console import Console, OverflowMethod
from rich.text import Text

from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.printable import printable_line

MIN_WIDTH, MAX_WIDTH = 60, 160
"""Narrower terminals wrap by themselves; in wider ones columns drift too far apart."""

LABEL_CELLS = 17
NUMBER_CELLS = 3

LONGEST = 500
"""Characters of a text that are shown at most; a reference has up to 460."""

Piece: TypeAlias = tuple[str, str]
"""Text that is already safe, and its style."""

EVIDENCE_STYLES = {
    Evidence.READ: "green",
    Evidence.PROVEN: "green",
    Evidence.REPORTED: "yellow",
    Evidence.CONTRADICTED: "bold red",
}


class Glyphs(msgspec.Struct, frozen=True):
    """The few signs that are not letters."""

    rule: str
    dot: str
    dash: str
    ellipsis: str
    bar: Sequence[str]
    foreign_bar: str


UNICODE = Glyphs("─", "·", "—", "…", ("▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"), "░")
ASCII = Glyphs("-", "-", "-", "...", ("#",), "=")
"""For encodings that have no such signs."""


class Canvas:
    """Collects the lines of one view, and prints them in one go."""

    def __init__(self, console: Console, *, full: bool) -> None:
        self.console = console
        self.full = full
        self.width = min(max(console.width, MIN_WIDTH), MAX_WIDTH)
        self.glyphs = ASCII if console.options.ascii_only else UNICODE
        self._lines: list[Text] = []

    def safe(self, text: str) -> str:
        """Foreign text on one line, without controls, in signs that can be printed.

        Unless all was asked for, a text of megabytes is cut: it floods no terminal.
        """
        if len(text) > LONGEST and not self.full:
            text = text[:LONGEST] + self.glyphs.ellipsis
        return self.encodable(printable_line(text))

    def encodable(self, text: str) -> str:
        """The text with what the terminal's encoding lacks as visible escapes."""
        if self.glyphs is UNICODE:
            return text
        encoding = self.console.encoding
        return text.encode(encoding, "backslashreplace").decode(encoding)

    def cells(self, text: str) -> int:
        """How wide the text is in a terminal."""
        return cell_len(text)

    def shortened(self, text: str, cells: int) -> str:
        """The text in that many cells at most; wide characters take two."""
        if cell_len(text) <= cells:
            return text
        end = self.glyphs.ellipsis
        return set_cell_size(text, max(cells - len(end), 0)).rstrip() + end

    def padded(self, text: str, cells: int, *, right: bool = False) -> str:
        """The text shortened or filled to that many cells; `right` fills in front."""
        text = self.shortened(text, cells)
        fill = " " * (cells - cell_len(text))
        return fill + text if right else text + fill

    def wrapped(self, text: str, cells: int, *, is_cut: bool = True) -> list[str]:
        """The text in lines of that many cells; a longer word is cut or runs over."""
        overflow: OverflowMethod = "fold" if is_cut else "ignore"
        lines = Text(text).wrap(self.console, max(cells, 10), overflow=overflow)
        return [line.plain.rstrip() for line in lines]

    def line(self, *pieces: Piece | str) -> None:
        """Add a line; a text alone has no style."""
        made = Text()
        for piece in pieces:
            text, style = (piece, "") if isinstance(piece, str) else piece
            made.append(text, style)
        made.rstrip()
        self._lines.append(made)

    def blank(self) -> None:
        """Add an empty line, unless there is one."""
        if self._lines and self._lines[-1]:
            self._lines.append(Text())

    def heading(self, *pieces: Piece) -> None:
        """A rule across the view that says what follows."""
        self.blank()
        used = sum(cell_len(text) for text, _ in pieces)
        rule = self.glyphs.rule
        tail = rule * max(self.width - used - 4, 2)
        self.line((f"{rule}{rule} ", "dim"), *pieces, (f" {tail}", "dim"))

    def flow(self, label: str, pieces: Iterable[Piece]) -> None:
        """A label, and pieces with dots between that go on below where it is full."""
        self._flow((f"{label:<{LABEL_CELLS}}", "dim"), LABEL_CELLS, pieces)

    def notes(self, pieces: Iterable[Piece], *, indent: int) -> None:
        """Pieces with dots between, indented, on as many lines as they need."""
        self._flow(" " * indent, indent, pieces)

    def _flow(self, first: Piece | str, indent: int, pieces: Iterable[Piece]) -> None:
        row: list[Piece | str] = [first]
        used, is_first = indent, True
        separator = f" {self.glyphs.dot} "
        for text, style in pieces:
            cells = cell_len(text) + (0 if is_first else len(separator))
            if not is_first and used + cells > self.width:
                self.line(*row)
                row, used, is_first = [" " * indent], indent, True
                cells = cell_len(text)
            if not is_first:
                row.append((separator, "dim"))
            row.append((text, style))
            used += cells
            is_first = False
        if not is_first:
            self.line(*row)

    def digest(
        self,
        label: str,
        digest: Digest,
        *,
        evidence: Evidence | None = None,
        notes: Sequence[Piece] = (),
    ) -> None:
        """A digest in full: on one line with all about it, or else below that."""
        pieces = [*notes]
        if evidence is not None:
            pieces.insert(0, (evidence.value, EVIDENCE_STYLES[evidence]))
        beside = sum(cell_len(text) + 3 for text, _ in pieces)
        if LABEL_CELLS + len(digest) + beside > self.width:
            self.flow(label, pieces or [("", "")])
            self.line(f"  {digest}")
            return
        row: list[Piece | str] = [(f"{label:<{LABEL_CELLS}}", "dim"), digest]
        for position, piece in enumerate(pieces):
            separator = f" {self.glyphs.dot} " if position else "  "
            row += [(separator, "dim"), piece]
        self.line(*row)

    def show(self) -> None:
        """Print all lines."""
        self.console.print(Text("\n").join(self._lines), soft_wrap=True)
