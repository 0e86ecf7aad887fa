"""A difference as rows to look at: both sides beside each other, within bounds.

There may be thousands of layers and steps: what goes beyond a page is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from tagledger.model.difference.alignment import compare_texts
from tagledger.model.difference.values import (
    FieldDifference,
    ImageDifference,
    LayerDifference,
    LayerPlace,
    LayerRelation,
    Relation,
    StepDifference,
    StepPlace,
    TextPiece,
)
from tagledger.reports.difference.rows import FIELD_NAMES, value_text
from tagledger.site.pages.diff_text import Allowance, Piece, text_pieces

MAX_ROWS = 400
"""Most rows of one list: steps, layers, settings."""

MAX_MARKED = 4_000
"""Longest value of a setting that is compared word by word."""


class Half(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a row; `number` counts from 1."""

    number: int | None
    pieces: tuple[Piece, ...]


class StepRow(msgspec.Struct, frozen=True, kw_only=True):
    """A step on both sides, or on one. `kind` is a relation; `notes` are words."""

    kind: str
    before: Half | None
    after: Half | None
    notes: tuple[str, ...] = ()
    is_base: bool = False


class StepGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that are shown, or that are the same and folded under these words."""

    rows: tuple[StepRow, ...]
    folded: str | None = None
    rows_left: int = 0


class LayerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A layer of each side; `word` says how they stand to each other."""

    kind: str
    word: str
    before: LayerPlace | None
    after: LayerPlace | None


class LayerGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that are shown, or shared layers folded under these words."""

    rows: tuple[LayerRow, ...]
    folded: str | None = None
    rows_left: int = 0
    size_bytes: int = 0


class SettingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A field: its name, its key if it has one, and what each side says."""

    kind: str
    field: str
    key: str | None
    before: tuple[Piece, ...] | None
    after: tuple[Piece, ...] | None


_LAYER_WORDS = {
    LayerRelation.SHARED: "shared",
    LayerRelation.REPACKED: "repacked: the same files, compressed otherwise",
    LayerRelation.REPLACED: "replaced",
    LayerRelation.ADDED: "added",
    LayerRelation.REMOVED: "removed",
    LayerRelation.UNKNOWN: "no digest that both sides know",
}


def step_groups(
    image: ImageDifference, allowance: Allowance
) -> tuple[tuple[StepGroup, ...], int]:
    """The steps in order, runs of the same folded; and how many are left out."""
    groups: list[StepGroup] = []
    left = MAX_ROWS
    steps = image.steps
    at = 0
    while at < len(steps) and left > 0:
        end = _run(steps, at)
        run = steps[at:end]
        shown = run[:left]
        if run[0].relation is Relation.SAME:
            rows = tuple(_step_row(step, allowance) for step in shown[:_FOLDED_ROWS])
            groups.append(
                StepGroup(
                    rows=rows,
                    folded=_folded_steps(run, image),
                    rows_left=len(run) - len(rows),
                )
            )
            left -= len(rows)
            at = end
        else:
            rows = tuple(_step_row(step, allowance) for step in shown)
            groups.append(StepGroup(rows=rows))
            left -= len(rows)
            at += len(rows)
    return tuple(groups), len(steps) - at


_FOLDED_ROWS = 60


def _run(steps: Sequence[StepDifference], start: int) -> int:
    """Where a run of steps ends that are the same, or that are not.

    Base and own steps are told apart among the same.
    """
    end = start
    is_same = steps[start].relation is Relation.SAME
    while end < len(steps) and (steps[end].relation is Relation.SAME) == is_same:
        if is_same and steps[end].is_own is not steps[start].is_own:
            break
        end += 1
    return end


def _folded_steps(run: Sequence[StepDifference], image: ImageDifference) -> str:
    rebuilt = sum(step.is_rebuilt is True for step in run)
    whose = ""
    if image.base is not None:
        whose = " of the base" if run[0].is_own is False else " of its own"
    again = ""
    if rebuilt:
        again = ", made anew" if rebuilt == len(run) else f", {rebuilt:,} made anew"
    noun = "step" if len(run) == 1 else "steps"
    return f"{len(run):,} {noun}{whose} the same{again}"


def _step_row(step: StepDifference, allowance: Allowance) -> StepRow:
    notes = []
    if step.relation is Relation.MOVED and step.before and step.after:
        numbers = f"{step.before.position + 1} to {step.after.position + 1}"
        notes.append(f"moved from {numbers}")
    if step.is_rebuilt:
        notes.append("made anew")
    is_changed = step.relation is Relation.CHANGED
    before = after = None
    if step.before is not None:
        pieces = step.pieces if is_changed else _whole(step.before)
        before = _half(step.before, pieces, allowance, is_before=True)
    if step.after is not None and (is_changed or step.before is None):
        pieces = step.pieces if is_changed else _whole(step.after)
        after = _half(step.after, pieces, allowance, is_before=False)
    elif step.after is not None and before is not None:
        after = msgspec.structs.replace(before, number=step.after.position + 1)
    return StepRow(
        kind=step.relation.value,
        before=before,
        after=after,
        notes=tuple(notes),
        is_base=step.is_own is False,
    )


def _whole(place: StepPlace) -> tuple[TextPiece, ...]:
    return (TextPiece(before=place.text, after=place.text),)


def _half(
    place: StepPlace,
    pieces: Sequence[TextPiece],
    allowance: Allowance,
    *,
    is_before: bool,
) -> Half:
    shown = text_pieces(pieces, allowance, is_before=is_before, is_code=True)
    return Half(number=place.position + 1, pieces=tuple(shown))


def layer_groups(
    layers: Sequence[LayerDifference],
) -> tuple[tuple[LayerGroup, ...], int]:
    """The layers from the lowest up, shared ones folded; and how many are left out."""
    groups: list[LayerGroup] = []
    left = MAX_ROWS
    at = 0
    while at < len(layers) and left > 0:
        is_shared = layers[at].relation is LayerRelation.SHARED
        end = at
        while end < len(layers) and (
            (layers[end].relation is LayerRelation.SHARED) == is_shared
        ):
            end += 1
        run = layers[at:end]
        if is_shared:
            rows = tuple(map(_layer_row, run[: min(left, _FOLDED_ROWS)]))
            sizes = [layer.after.size_bytes or 0 for layer in run if layer.after]
            noun = "layer" if len(run) == 1 else "layers"
            groups.append(
                LayerGroup(
                    rows=rows,
                    folded=f"{len(run):,} {noun} shared",
                    rows_left=len(run) - len(rows),
                    size_bytes=sum(sizes),
                )
            )
            at = end
        else:
            rows = tuple(map(_layer_row, run[:left]))
            groups.append(LayerGroup(rows=rows))
            at += len(rows)
        left -= len(rows)
    return tuple(groups), len(layers) - at


def _layer_row(layer: LayerDifference) -> LayerRow:
    return LayerRow(
        kind=layer.relation.value,
        word=_LAYER_WORDS[layer.relation],
        before=layer.before,
        after=layer.after,
    )


def setting_rows(
    settings: Iterable[FieldDifference], allowance: Allowance
) -> tuple[tuple[SettingRow, ...], int]:
    """The settings that differ, or that one side cannot know; and how many are left."""
    every = [*settings]
    return (
        tuple(_setting_row(item, allowance) for item in every[:MAX_ROWS]),
        max(len(every) - MAX_ROWS, 0),
    )


def _setting_row(item: FieldDifference, allowance: Allowance) -> SettingRow:
    one = None if item.before is None else value_text(item.before)
    two = None if item.after is None else value_text(item.after)
    pieces: tuple[TextPiece, ...] | None = None
    if one is not None and two is not None and len(one) + len(two) <= MAX_MARKED:
        pieces = compare_texts(one, two)
    key, _ = allowance.cut(item.key or "", 300)
    return SettingRow(
        kind=item.relation.value,
        field=FIELD_NAMES.get(item.field, item.field.replace("_", " ")),
        key=None if item.key is None else key,
        before=_value(one, pieces, allowance, is_before=True),
        after=_value(two, pieces, allowance, is_before=False),
    )


def _value(
    text: str | None,
    pieces: tuple[TextPiece, ...] | None,
    allowance: Allowance,
    *,
    is_before: bool,
) -> tuple[Piece, ...] | None:
    if text is None:
        return None
    if pieces is None:
        pieces = (TextPiece(before=text, after=text),)
    return tuple(text_pieces(pieces, allowance, is_before=is_before, is_code=False))
