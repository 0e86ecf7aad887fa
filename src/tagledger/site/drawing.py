"""What templates need to draw layers and to tell steps: numbers and short texts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec

from tagledger.model.snapshot import Layer
from tagledger.model.step import Step
from tagledger.reports.page.local_page import LocalPackage, LocalReport

WIDTH = 1000.0
"""Of the strip of all layers, in its own units."""

NARROWEST = 2.0
"""What has a size is seen, however small."""

MAX_SEGMENTS = 200
"""Most layers drawn one by one; the smallest of more are drawn together."""

MAX_LINE = 240
"""Characters of a step on its one line."""

MAX_WHOLE = 8_000
"""Characters of a step that can be unfolded; the largest of the record has 20,000."""

MAX_PAIRS = 100
"""Variables, labels or annotations on a page."""

_TABS = re.compile(r"\n?(\t+)")
_SPACE = re.compile(r"[ \t\n]+")
_BUILDKIT = " # buildkit"


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A layer in the strip: `kind` is own, base or foreign."""

    kind: str
    numbers: str
    size_bytes: int
    x: float
    width: float


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A step: its keyword and the rest on one line, and whole where that is longer.

    `left_out` counts the characters that even `whole` does not have.
    """

    word: str
    rest: str
    is_short: bool
    whole: str = ""
    left_out: int = 0


def segments(layers: Sequence[Layer], base_layers: int) -> list[Segment]:
    """The layers side by side, each as wide as its part of all."""
    sized = [
        (
            "foreign" if layer.is_foreign else "base" if place < base_layers else "own",
            place + 1,
            layer.transfer_size_bytes,
        )
        for place, layer in enumerate(layers)
        if layer.transfer_size_bytes
    ]
    runs = _joined(sized)
    total = sum(size for *_, size in runs)
    if len(runs) < 2:
        return []
    widths = [max(size * WIDTH / total, NARROWEST) for *_, size in runs]
    scale = WIDTH / sum(widths)
    drawn = []
    x = 0.0
    for (kind, first, last, size), width in zip(runs, widths, strict=True):
        drawn.append(
            Segment(
                kind=kind,
                numbers=f"{first}" if first == last else f"{first} to {last}",
                size_bytes=size,
                x=round(x, 2),
                width=round(max(width * scale - 1.0, 0.6), 2),
            )
        )
        x += width * scale
    return drawn


def _joined(
    sized: Sequence[tuple[str, int, int | None]],
) -> list[tuple[str, int, int, int]]:
    """Neighbours of one kind together, where there are too many to be told apart."""
    each = max(-(-len(sized) // MAX_SEGMENTS), 1)
    runs: list[tuple[str, int, int, int]] = []
    for place, (kind, number, size) in enumerate(sized):
        if place % each and runs and runs[-1][0] == kind:
            _, first, _, before = runs[-1]
            runs[-1] = kind, first, number, before + (size or 0)
        else:
            runs.append((kind, number, number, size or 0))
    return runs


def told(step: Step) -> Told:
    """The step for a page, whatever it holds."""
    text = step.dockerfile
    line = _one_line(text[: 2 * MAX_LINE])
    word = step.instruction if line.startswith(step.instruction) else ""
    is_short = len(text) <= 2 * MAX_LINE and len(line) <= MAX_LINE and "\t" not in text
    rest = line[len(word) : MAX_LINE]
    if is_short:
        return Told(word=word, rest=rest, is_short=True)
    # Docker keeps a line break of a Dockerfile as the tabs that followed it.
    whole = _TABS.sub(lambda tabs: "\n" + "  " * min(len(tabs[1]), 4), text[:MAX_WHOLE])
    return Told(
        word=word,
        rest=f"{rest} …",
        is_short=False,
        whole=whole,
        left_out=max(len(text) - MAX_WHOLE, 0),
    )


def _one_line(text: str) -> str:
    """The instruction without the comments before it, white space as one space."""
    lines = text.split("\n")
    while len(lines) > 1 and lines[0].startswith("# "):
        lines.pop(0)
    return _SPACE.sub(" ", " ".join(lines)).strip(" ").removesuffix(_BUILDKIT)


def pair(text: str) -> tuple[str, str]:
    """``NAME=VALUE`` as both."""
    name, _, value = text.partition("=")
    return name, value


def first_items(pairs: Mapping[str, str]) -> list[tuple[str, str]]:
    """The first hundred: a stranger may have written thousands."""
    return [*islice(pairs.items(), MAX_PAIRS)]


def packages(form: Any) -> tuple[LocalPackage, ...]:  # noqa: ANN401 - reports' own
    """The packages that a page of somebody's machine lists."""
    return form.packages if isinstance(form, LocalReport) else ()


DRAWN = {
    "first_items": first_items,
    "packages": packages,
    "pair": pair,
    "segments": segments,
    "told": told,
}
"""What templates may write behind a bar."""
