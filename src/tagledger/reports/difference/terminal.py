"""A difference for people, in a terminal: `diff`.

It reads the same with and without colour: what was begins with ``-``, what is with
``+``. Nothing that a stranger wrote reaches the terminal as a control or as markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.console import Console

from tagledger.model.difference.values import (
    Difference,
    DigestPair,
    ImageDifference,
    Relation,
    Side,
)
from tagledger.reports.difference.rows import (
    PARTLY_UNKNOWN,
    Row,
    digest_rows,
    evidence_words,
    is_partly_unknown,
    layer_rows,
    setting_rows,
    step_rows,
)
from tagledger.reports.difference.words import (
    base_in_words,
    difference_in_words,
    signed_size,
)
from tagledger.reports.terminal_canvas import (
    EVIDENCE_STYLES,
    UNICODE,
    Canvas,
    Piece,
)
from tagledger.reports.terminal_values import moment_text, size_text

_SIGNS = {"-": ("red", "bold red"), "+": ("green", "bold green")}
_RELATIONS = {
    Relation.SAME: "dim",
    Relation.CHANGED: "bold",
    Relation.ADDED: "green",
    Relation.REMOVED: "red",
    Relation.UNKNOWN: "yellow",
}
_WHITE = re.compile(r"\s+")
_INDENT = 2


def render_difference(
    difference: Difference, console: Console, *, full: bool = False
) -> None:
    """Print the difference; `full` shows what is the same too, and cuts nothing."""
    canvas = Canvas(console, full=full)
    _draw_side(canvas, "-", difference.before)
    _draw_side(canvas, "+", difference.after)
    canvas.blank()
    words = canvas.safe(difference_in_words(difference))
    for line in canvas.wrapped(words, canvas.width):
        canvas.line((line, "bold"))
    if not full and is_partly_unknown(difference):
        canvas.line((PARTLY_UNKNOWN, "yellow"))
    canvas.blank()
    _draw_digests(canvas, "root digest", difference.root)
    _draw_rows(canvas, "annotations", setting_rows(difference.annotations, full=full))
    for image in difference.images:
        if full or image.relation is not Relation.SAME:
            _draw_image(canvas, image)
    _draw_same(canvas, difference)
    _draw_artifacts(canvas, difference)
    canvas.show()


def _draw_side(canvas: Canvas, sign: str, side: Side) -> None:
    pieces = [
        (canvas.safe(side.reference), "bold"),
        (f"from {canvas.safe(side.source)}", "dim"),
        (f"seen {moment_text(side.observed_at)}", "dim"),
    ]
    if side.is_absent:
        pieces.append(("does not exist", "yellow"))
    text, style = pieces[0]
    pieces[0] = f"{sign} {text}", style
    canvas.notes(pieces, indent=0)


def _draw_image(canvas: Canvas, image: ImageDifference) -> None:
    canvas.heading(*_title(canvas, image))
    if image.is_contradictory:
        canvas.line(
            ("The digests are the same and yet the statements differ.", "bold red")
        )
    _draw_digests(canvas, "manifest digest", image.manifest)
    _draw_digests(canvas, "config digest", image.config)
    _draw_held(canvas, image)
    if image.relation not in (Relation.ADDED, Relation.REMOVED):
        _draw_size(canvas, image)
        _draw_base(canvas, image)
        full = canvas.full
        _draw_rows(canvas, "layers", layer_rows(image.layers, full=full))
        _draw_rows(canvas, "steps", step_rows(image, full=full))
        if image.steps_relation is Relation.UNKNOWN and image.before_is_held:
            canvas.flow("steps", [("not told on both sides", "yellow")])
        _draw_rows(canvas, "settings", setting_rows(image.settings, full=full))
        _draw_rows(canvas, "annotations", setting_rows(image.annotations, full=full))
    attestations = image.attestations
    if attestations.relation is Relation.CHANGED:
        rows = digest_rows(attestations.before, attestations.after)
        _draw_rows(canvas, "attestations", rows)


def _title(canvas: Canvas, image: ImageDifference) -> list[Piece]:
    before, after = image.before_platform, image.after_platform
    name = canvas.safe(image.platform)
    if image.is_platform_moved and before and after:
        name = f"{canvas.safe(before)} {_arrow(canvas)} {canvas.safe(after)}"
    word = image.relation.value
    return [
        (name, "bold cyan"),
        (f" {canvas.glyphs.dot} ", "dim"),
        (word, _RELATIONS[image.relation]),
    ]


def _draw_digests(canvas: Canvas, label: str, pair: DigestPair) -> None:
    """One digest where both are the same, else each on a line of its own."""
    if pair.before is None and pair.after is None:
        return
    if pair.relation is Relation.SAME and pair.after is not None:
        known = [
            (word, EVIDENCE_STYLES[evidence]) for word, evidence in evidence_words(pair)
        ]
        canvas.digest(label, pair.after, notes=[("same", "dim"), *known])
        return
    canvas.flow(label, [(pair.relation.value, _RELATIONS[pair.relation])])
    for sign, digest, evidence in (
        ("-", pair.before, pair.before_evidence),
        ("+", pair.after, pair.after_evidence),
    ):
        if digest is None and pair.relation is not Relation.UNKNOWN:
            continue
        row: list[Piece | str] = [(f"{sign:>{_INDENT + 1}} ", _SIGNS[sign][0])]
        if digest is None:
            row.append(("not known", "yellow"))
        else:
            row.append(digest)
        if evidence is not None:
            row.append((f"  {evidence.value}", EVIDENCE_STYLES[evidence]))
        canvas.line(*row)


def _draw_held(canvas: Canvas, image: ImageDifference) -> None:
    for is_held, platform, word in (
        (image.before_is_held, image.before_platform, "before"),
        (image.after_is_held, image.after_platform, "after"),
    ):
        if not is_held and platform is not None:
            text = f"listed and not held {word}: its content is not known"
            canvas.line((text, "yellow"))


def _draw_size(canvas: Canvas, image: ImageDifference) -> None:
    size = image.size
    if not size.before_bytes and not size.after_bytes:
        return
    before, after = (
        "not known" if total is None else size_text(total)
        for total in (size.before_bytes, size.after_bytes)
    )
    delta = size.delta_bytes
    if delta == 0:
        canvas.flow("size", [(after, "bold"), ("the same", "dim")])
        return
    pieces: list[Piece] = [(f"{before} {_arrow(canvas)} {after}", "bold")]
    if delta is None:
        pieces.append(("not counted alike, so not compared", "yellow"))
    else:
        pieces.append((signed_size(delta), ""))
        if abs(delta) >= 1000:
            pieces.append((f"{delta:+,} bytes", "dim"))
    canvas.flow("size", pieces)


def _draw_base(canvas: Canvas, image: ImageDifference) -> None:
    base = image.base
    if base is None or not base.is_moved:
        return
    count = sum(step.is_own is True and step.after is not None for step in image.steps)
    own = f"{count} step{'' if count == 1 else 's'} of its own above it"
    words = base_in_words(base).removeprefix("base ")
    canvas.flow("base", [(words, "bold"), (own, "")])


def _draw_rows(canvas: Canvas, label: str, rows: Iterable[Row]) -> None:
    """The lines under their label; nothing where there are none."""
    is_first = True
    for row in rows:
        if is_first:
            canvas.blank()
            canvas.line((label, "dim"))
            is_first = False
        _draw_row(canvas, row)


def _draw_row(canvas: Canvas, row: Row) -> None:
    style, changed = _SIGNS.get(row.sign, ("yellow" if row.sign == "?" else "dim", ""))
    head: Piece = (f"{row.sign:>{_INDENT + 1}} ", style)
    line: list[Piece | str] = [head]
    room = canvas.width - _INDENT - 2
    is_cut = not canvas.full and not row.is_whole and len(row.pieces) == 1
    for text, is_changed in row.pieces:
        shown = canvas.safe(_WHITE.sub(" ", text))
        if is_cut:
            shown = canvas.shortened(shown, room)
        line.append((shown, changed if is_changed else style))
    canvas.line(*line)


def _arrow(canvas: Canvas) -> str:
    return "→" if canvas.glyphs is UNICODE else "->"


def _draw_same(canvas: Canvas, difference: Difference) -> None:
    if canvas.full:
        return
    same = [
        canvas.safe(image.platform)
        for image in difference.images
        if image.relation is Relation.SAME
    ]
    if same and difference.relation is not Relation.SAME:
        canvas.blank()
        canvas.flow("the same", [(name, "") for name in same])


def _draw_artifacts(canvas: Canvas, difference: Difference) -> None:
    for artifact in difference.artifacts:
        if artifact.relation is Relation.SAME and not canvas.full:
            continue
        canvas.heading(
            (f"artifact {canvas.safe(artifact.artifact_type)}", "bold"),
            (f" {canvas.glyphs.dot} ", "dim"),
            (artifact.relation.value, _RELATIONS[artifact.relation]),
        )
        for sign, digest in (("-", artifact.before), ("+", artifact.after)):
            if digest is not None:
                canvas.line((f"{sign:>{_INDENT + 1}} ", _SIGNS[sign][0]), digest)
