"""A snapshot for people, in a terminal: `show`.

The head and the table of platforms, then each image with its settings and its layers
beside the steps that made them, then what else is published. It reads the same with
and without colour, from 60 columns on, and in encodings that have only ASCII.
"""

from __future__ import annotations

from rich.console import Console

from tagledger.model.snapshot import Image, Snapshot
from tagledger.reports.terminal_canvas import Canvas
from tagledger.reports.terminal_facts import draw_descriptor, draw_facts, draw_pairs
from tagledger.reports.terminal_layers import draw_layers
from tagledger.reports.terminal_overview import (
    draw_head,
    draw_platforms,
    platform_text,
)
from tagledger.reports.terminal_packages import draw_packages
from tagledger.reports.terminal_rest import draw_others
from tagledger.reports.terminal_steps import draw_steps


def render(snapshot: Snapshot, console: Console, *, full: bool = False) -> None:
    """Print the snapshot; `full` leaves nothing shortened and nothing out.

    Nothing that a stranger wrote reaches the terminal as a control or as markup.
    """
    canvas = Canvas(console, full=full)
    draw_head(canvas, snapshot)
    if snapshot.is_index:
        draw_pairs(canvas, "annotations", snapshot.annotations)
        draw_descriptor(canvas, "subject", snapshot.subject)
    if len(snapshot.entries) > 1 or snapshot.is_index:
        draw_platforms(canvas, snapshot)
    for image in snapshot.images:
        _draw_image(canvas, snapshot, image)
    draw_others(canvas, snapshot)
    draw_packages(canvas, snapshot.form)
    canvas.show()


def _draw_image(canvas: Canvas, snapshot: Snapshot, image: Image) -> None:
    canvas.heading((platform_text(canvas, image), "bold cyan"))
    draw_facts(canvas, snapshot, image)
    draw_steps(canvas, image)
    draw_layers(canvas, image)
