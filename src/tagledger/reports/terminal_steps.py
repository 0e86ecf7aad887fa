"""The terminal view's main part: each layer beside the step that made it.

::

     1   4.1 GB ██████████  RUN Apply image 1607-RTM-amd64           2016-11-19
                            SHELL [powershell -Command $ErrorActi…   2019-11-13
     2  57.0 MB ▏           RUN Write-Host ('Downloading {0} …       2019-11-13

The layers follow below under the same numbers, with their digests.
"""

from __future__ import annotations

import re

import msgspec

from tagledger.model.snapshot import Image, Layer
from tagledger.model.step import Step
from tagledger.reports.terminal_canvas import NUMBER_CELLS, Canvas, Piece
from tagledger.reports.terminal_values import (
    bar_text,
    date_text,
    second_text,
    size_text,
)

_SIZE = 9
_TABS = re.compile(r"\n?(\t+)")
_BUILDKIT = " # buildkit"
_UNKNOWN_STEP = "(no step is known to have made it)"


class _Columns(msgspec.Struct, frozen=True):
    """How the width is shared, and what a full bar stands for."""

    bar: int
    step: int
    largest_bytes: int


class _Row(msgspec.Struct, frozen=True):
    """One line of the table: texts, and a style for the bar."""

    number: str = ""
    size: str = ""
    bar: str = ""
    bar_style: str = ""
    date: str = ""


def draw_steps(canvas: Canvas, image: Image) -> None:
    """Steps in order, each with the layer that it made; then layers without a step."""
    if not image.steps and not image.layers:
        return
    columns = _columns(canvas, image)
    canvas.blank()
    head = _Row(size="size", date="created" if image.steps else "")
    _draw_row(canvas, columns, head, [("step", "dim")])
    made: set[int] = set()
    for step in image.steps:
        row = _Row(date=_moment(canvas, step))
        is_made = step.layer is not None and step.layer < len(image.layers)
        if is_made and step.layer is not None:
            made.add(step.layer)
            row = _with_layer(canvas, columns, row, step.layer, image)
        _draw_step(canvas, columns, row, step, is_quiet=not is_made)
    for place in range(len(image.layers)):
        if place not in made:
            row = _with_layer(canvas, columns, _Row(), place, image)
            _draw_row(canvas, columns, row, [(_UNKNOWN_STEP, "dim")])


def _columns(canvas: Canvas, image: Image) -> _Columns:
    sizes = [layer.transfer_size_bytes or 0 for layer in image.layers]
    bar = min(max(canvas.width // 8, 8), 16)
    date = len("2019-11-13 14:48:55" if canvas.full else "2019-11-13")
    taken = NUMBER_CELLS + _SIZE + 1 + bar + 2 + 2 + date
    return _Columns(bar, canvas.width - taken, max(sizes, default=0))


def _with_layer(
    canvas: Canvas, columns: _Columns, row: _Row, place: int, image: Image
) -> _Row:
    layer = image.layers[place]
    size_bytes = layer.transfer_size_bytes
    glyphs = canvas.glyphs
    return msgspec.structs.replace(
        row,
        number=f"{place + 1}",
        size=glyphs.dash if size_bytes is None else size_text(size_bytes),
        bar=bar_text(
            size_bytes or 0,
            columns.largest_bytes,
            columns.bar,
            glyphs,
            is_foreign=layer.is_foreign,
        ),
        bar_style=_bar_style(layer),
    )


def _moment(canvas: Canvas, step: Step) -> str:
    if step.created is None:
        return ""
    return second_text(step.created) if canvas.full else date_text(step.created)


def _bar_style(layer: Layer) -> str:
    return "magenta" if layer.is_foreign else "blue"


def _draw_row(canvas: Canvas, columns: _Columns, row: _Row, step: list[Piece]) -> None:
    canvas.line(
        (row.number.rjust(NUMBER_CELLS), "dim"),
        (canvas.padded(row.size, _SIZE, right=True), "bold" if row.number else "dim"),
        " ",
        (canvas.padded(row.bar, columns.bar), row.bar_style),
        "  ",
        *step,
        " " * (columns.step - sum(canvas.cells(text) for text, _ in step)),
        (f"  {row.date}", "dim"),
    )


def _draw_step(
    canvas: Canvas, columns: _Columns, row: _Row, step: Step, *, is_quiet: bool
) -> None:
    first, *others = _step_lines(canvas, step, columns.step)
    word = step.instruction
    style = "dim" if is_quiet else ""
    if word and first.startswith(word) and not is_quiet:
        _draw_row(canvas, columns, row, [(word, "cyan"), (first[len(word) :], "")])
    else:
        _draw_row(canvas, columns, row, [(first, style)])
    for text in others:
        _draw_row(canvas, columns, _Row(), [(text, style)])
    details = (("comment", step.comment), ("author", step.author))
    notes = [f"{name} {canvas.safe(text)}" for name, text in details if text]
    if canvas.full and notes:
        said = f" {canvas.glyphs.dot} ".join(notes)
        for text in canvas.wrapped(said, columns.step):
            _draw_row(canvas, columns, _Row(), [(text, "dim italic")])


def _step_lines(canvas: Canvas, step: Step, cells: int) -> list[str]:
    """The step on one line, or in full with the breaks that its Dockerfile had."""
    if not canvas.full:
        return [canvas.shortened(canvas.safe(_short(step.dockerfile)), cells)]
    # Docker keeps a line break of a Dockerfile as the tabs that followed it.
    text = _TABS.sub(lambda tabs: "\n" + "  " * min(len(tabs[1]), 4), step.dockerfile)
    lines: list[str] = []
    for part in text.split("\n"):
        words = part.strip(" ")
        margin = " " * min(len(part) - len(part.lstrip(" ")), 8)
        wrapped = canvas.wrapped(canvas.safe(words), cells - len(margin) - 2)
        # What is one line of the text is one block of lines here.
        lines += [
            margin + ("  " if position else "") + line
            for position, line in enumerate(wrapped)
        ]
    return lines or [""]


def _short(dockerfile: str) -> str:
    """The instruction without the comments before it, white space as one space."""
    lines = dockerfile.split("\n")
    while len(lines) > 1 and lines[0].startswith("# "):
        lines.pop(0)
    text = re.sub(r"[ \t\n]+", " ", " ".join(lines)).strip(" ")
    return text.removesuffix(_BUILDKIT)
