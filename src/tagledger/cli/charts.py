"""Bars in a terminal, as rows of a table: readable without colour, in any width."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tagledger.reports.terminal_canvas import Canvas
from tagledger.reports.terminal_values import bar_text

MIN_BAR, MAX_BAR = 8, 60
"""Cells of a full bar: shorter ones tell nothing, longer ones no more."""


class BarRow(msgspec.Struct, frozen=True):
    """A label, an amount in words and as a number, and what else there is to say."""

    label: str
    amount: str
    value: int
    note: str = ""


def draw_bars(canvas: Canvas, rows: Sequence[BarRow], *, largest: int) -> None:
    """A line for each row; `largest` is what a full bar stands for.

    Labels are cut where a terminal is too narrow for them and for a bar.
    """
    notes = max((canvas.cells(row.note) for row in rows), default=0)
    amounts = max((canvas.cells(row.amount) for row in rows), default=0)
    labels = max((canvas.cells(row.label) for row in rows), default=0)
    rest = canvas.width - amounts - notes - 2 - (2 if notes else 0) - 1
    labels = min(labels, max(rest - MIN_BAR, MIN_BAR))
    bar = max(min(rest - labels, MAX_BAR), MIN_BAR)
    for row in rows:
        drawn = bar_text(row.value, largest, bar, canvas.glyphs, is_foreign=False)
        canvas.line(
            canvas.padded(row.label, labels),
            "  ",
            (canvas.padded(row.amount, amounts, right=True), "bold"),
            " ",
            (canvas.padded(drawn, bar), "blue"),
            (f"  {row.note}" if row.note else "", "dim"),
        )
