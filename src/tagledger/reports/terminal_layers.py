"""The layers of an image in the terminal view: digests in full, and what is unusual."""

from __future__ import annotations

from tagledger.model import media_types
from tagledger.model.snapshot import Image, Layer
from tagledger.reports.terminal_canvas import NUMBER_CELLS, Canvas, Piece
from tagledger.reports.terminal_values import date_text, moment_text


def draw_layers(canvas: Canvas, image: Image) -> None:
    """Each layer under its number; `full` adds all that was said of it."""
    if image.layers:
        canvas.blank()
    for place, layer in enumerate(image.layers):
        _draw_layer(canvas, f"{place + 1}", layer)


def _draw_layer(canvas: Canvas, number: str, layer: Layer) -> None:
    notes = _notes(canvas, layer)
    name = layer.digest or layer.diff_id or "no digest is known here"
    if layer.digest is None and layer.diff_id is not None:
        notes.insert(0, ("diff ID", "dim"))
    head = number.rjust(NUMBER_CELLS)
    separator = f" {canvas.glyphs.dot} "
    beside = len(separator.join(text for text, _ in notes))
    row: list[Piece | str] = [(f"{head}  ", "dim"), name]
    if len(head) + 2 + len(name) + 2 + beside <= canvas.width:
        for position, note in enumerate(notes):
            row += [(separator if position else "  ", "dim"), note]
        notes = []
    canvas.line(*row)
    canvas.notes(notes, indent=NUMBER_CELLS + 2)
    if canvas.full:
        _draw_details(canvas, layer)


def _notes(canvas: Canvas, layer: Layer) -> list[Piece]:
    notes: list[Piece] = []
    if layer.is_foreign:
        notes.append(("foreign", "magenta"))
    if layer.is_encrypted:
        notes.append(("encrypted", "yellow"))
    compression = media_types.layer_compression(layer.media_type or "")
    if compression not in (None, "gzip"):
        notes.append(("uncompressed" if compression == "none" else compression, ""))
    if layer.last_modified is not None:
        moment_or_date = moment_text if canvas.full else date_text
        notes.append((f"modified {moment_or_date(layer.last_modified)}", "dim"))
    return notes


def _draw_details(canvas: Canvas, layer: Layer) -> None:
    details: list[tuple[str, str]] = []
    if layer.media_type:
        details.append(("media type", layer.media_type))
    if layer.size_bytes is not None:
        details.append(("size", f"{layer.size_bytes:,} bytes"))
    if layer.uncompressed_size_bytes is not None:
        details.append(("unpacked", f"{layer.uncompressed_size_bytes:,} bytes"))
    if layer.diff_id is not None and layer.digest is not None:
        details.append(("diff ID", layer.diff_id))
    details += [("held at", url) for url in layer.urls]
    details += [
        ("annotation", f"{key}={text}") for key, text in layer.annotations.items()
    ]
    for name, text in details:
        canvas.line((" " * (NUMBER_CELLS + 2) + f"{name}  ", "dim"), canvas.safe(text))
