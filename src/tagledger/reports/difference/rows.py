"""What of an image's difference is shown, line by line, for people.

A line has a sign as in a patch: ``-`` for before, ``+`` for after, ``?`` for what one
side cannot know, a space for what is the same. Its pieces are foreign text as it is:
whoever shows them makes them safe.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tagledger.model.difference.values import (
    Difference,
    DigestPair,
    FieldDifference,
    ImageDifference,
    LayerDifference,
    LayerPlace,
    LayerRelation,
    Relation,
    Stated,
    StepDifference,
    StepPlace,
    TextPiece,
)
from tagledger.model.evidence import Evidence
from tagledger.reports.terminal_values import size_text

EDGE = 40
"""Characters kept on each side of a change where not all is shown."""

PARTLY_UNKNOWN = "Not all of what is the same is known on both sides: see --full."

_ELLIPSIS = " ... "
FIELD_NAMES = {
    "docker_version": "Docker version",
    "platform": "platform",
    "working_dir": "working folder",
    "stop_signal": "stop signal",
    "on_build": "on build",
    "args_escaped": "ArgsEscaped",
    "hostname": "host name",
    "env": "variable",
    "labels": "label",
    "annotations": "annotation",
    "exposed_ports": "port",
    "volumes": "volume",
    "healthcheck": "health check",
    "unknown": "field",
}

_SEVERAL = {
    "env": "variables",
    "labels": "labels",
    "exposed_ports": "ports",
    "volumes": "volumes",
    "unknown": "other fields",
}


class Row(msgspec.Struct, frozen=True):
    """One line: its sign, and texts of which some are what changed.

    One that `is_whole` holds a digest and is not to be cut.
    """

    sign: str
    pieces: tuple[tuple[str, bool], ...]
    is_whole: bool = False

    @property
    def text(self) -> str:
        """The line without its sign."""
        return "".join(text for text, _ in self.pieces)


def plain(sign: str, text: str) -> Row:
    """A line in which nothing stands out."""
    return Row(sign, ((text, False),))


def digest_rows(before: Iterable[str], after: Iterable[str]) -> list[Row]:
    """Digests of either side."""
    return [
        *(Row("-", ((digest, False),), is_whole=True) for digest in before),
        *(Row("+", ((digest, False),), is_whole=True) for digest in after),
    ]


def evidence_words(pair: DigestPair) -> list[tuple[str, Evidence]]:
    """How a digest that both sides name is known: one word, or one for each side."""
    one, two = pair.before_evidence, pair.after_evidence
    if one is two:
        return [] if one is None else [(one.value, one)]
    sides = (("before", one), ("after", two))
    return [
        (f"{evidence.value} {side}", evidence)
        for side, evidence in sides
        if evidence is not None
    ]


def is_partly_unknown(difference: Difference) -> bool:
    """Whether something of what is the same is not known on both sides."""
    return any(
        Relation.UNKNOWN
        in (
            image.manifest.relation,
            image.config.relation,
            image.steps_relation,
            *(item.relation for item in image.settings),
        )
        for image in difference.images
        if image.relation is Relation.SAME
    )


def step_rows(image: ImageDifference, *, full: bool) -> Iterator[Row]:
    """The steps; those that are the same are counted where not all is shown."""
    has_moved = image.base is not None and image.base.is_moved
    same: list[StepDifference] = []
    for step in image.steps:
        if step.relation is Relation.SAME and not full:
            if has_moved and same and same[-1].is_own is not step.is_own:
                yield _counted_steps(same, has_moved=has_moved)
                same = []
            same.append(step)
            continue
        if same:
            yield _counted_steps(same, has_moved=has_moved)
            same = []
        yield from _step(step, full=full)
    if same:
        yield _counted_steps(same, has_moved=has_moved)


def layer_rows(layers: Sequence[LayerDifference], *, full: bool) -> Iterator[Row]:
    """The layers; those that are shared are counted where not all is shown."""
    shared = 0
    for layer in layers:
        is_shared = layer.relation is LayerRelation.SHARED
        if is_shared and not full:
            shared += 1
            continue
        if shared:
            yield plain(" ", f"{_count(shared, 'layer')} shared")
            shared = 0
        if is_shared:
            yield _layer(" ", layer.after)
            continue
        note = "repacked" if layer.relation is LayerRelation.REPACKED else ""
        is_unknown = layer.relation is LayerRelation.UNKNOWN
        if is_unknown:
            note = "no digest that both sides know"
        if layer.before is not None:
            yield _layer("?" if is_unknown else "-", layer.before, note)
        if layer.after is not None:
            yield _layer("?" if is_unknown else "+", layer.after, note)
    if shared:
        yield plain(" ", f"{_count(shared, 'layer')} shared")


def setting_rows(
    settings: Iterable[FieldDifference], *, full: bool = False
) -> Iterator[Row]:
    """The settings; what one side cannot know stands in one line for each side."""
    hidden: dict[str, list[str]] = {"before": [], "after": []}
    for item in settings:
        name = FIELD_NAMES.get(item.field, item.field)
        if item.relation is Relation.UNKNOWN:
            side = "before" if item.before is None else "after"
            hidden[side].append(_SEVERAL.get(item.field, name))
            continue
        label = f"{name} " if item.key is None else f"{name} {item.key}"
        # A port or a volume is its key and says nothing more.
        link = "" if item.key is None else "="
        for sign, value in (("-", item.before), ("+", item.after)):
            if value is not None:
                text = value_text(value)
                shown = text if full else _cut(text, 4 * EDGE, 0)
                yield Row(
                    sign, ((f"{label}{link if text else ''}", False), (shown, True))
                )
    for side, names in hidden.items():
        if names:
            yield plain("?", f"not told {side}: {', '.join(names)}")


def value_text(value: Stated) -> str:
    """A setting on one line: words as a JSON list."""
    if isinstance(value, tuple):
        return msgspec.json.encode([_whole(word) for word in value]).decode()
    return value or ""


def _whole(text: str) -> str:
    # Half a surrogate pair is no character, and no encoder takes it.
    return text.encode("utf-8", "backslashreplace").decode()


def _step(step: StepDifference, *, full: bool) -> Iterator[Row]:
    if step.relation is Relation.CHANGED:
        yield Row("-", tuple(_side(step.pieces, full=full, is_before=True)))
        yield Row("+", tuple(_side(step.pieces, full=full, is_before=False)))
    elif step.relation is Relation.SAME:
        yield plain(" ", _step_text(step.after, full=full))
    elif step.before is not None and step.after is not None:
        numbers = f"{step.before.position + 1} to {step.after.position + 1}"
        yield plain(" ", f"moved from {numbers}: {_step_text(step.after, full=full)}")
    else:
        sign = "-" if step.after is None else "+"
        yield plain(sign, _step_text(step.after or step.before, full=full))


def _step_text(step: StepPlace | None, *, full: bool) -> str:
    text = "" if step is None else step.text
    return text if full else _cut(text, 4 * EDGE, 0)


def _side(
    pieces: Sequence[TextPiece], *, full: bool, is_before: bool
) -> Iterator[tuple[str, bool]]:
    last = len(pieces) - 1
    for number, piece in enumerate(pieces):
        text = piece.before if is_before else piece.after
        if not full:
            # What is the same is cut away from the change, whose edges stay.
            end = 0 if number == last else EDGE
            text = _cut(text, EDGE if piece.is_same else 4 * EDGE, end)
        if text:
            yield text, not piece.is_same


def _cut(text: str, start: int, end: int) -> str:
    if len(text) <= start + end + len(_ELLIPSIS):
        return text
    kept = text[len(text) - end :] if end else ""
    return f"{text[:start]}{_ELLIPSIS if end else ' ...'}{kept}"


def _counted_steps(steps: Sequence[StepDifference], *, has_moved: bool) -> Row:
    rebuilt = sum(step.is_rebuilt is True for step in steps)
    whose = " of the base" if has_moved and steps[0].is_own is False else ""
    again = ""
    if rebuilt:
        again = ", made anew" if rebuilt == len(steps) else f", {rebuilt} made anew"
    return plain(" ", f"{_count(len(steps), 'step')}{whose} the same{again}")


def _layer(sign: str, place: LayerPlace | None, note: str = "") -> Row:
    if place is None:
        return plain(sign, "")
    name = place.digest or (f"diff ID {place.diff_id}" if place.diff_id else "")
    size = "" if place.size_bytes is None else size_text(place.size_bytes)
    notes = [size, "foreign" if place.is_foreign else "", note]
    said = ", ".join(filter(None, notes))
    text = f"{place.position + 1:>3}  {name or 'no digest'}  {said}".rstrip()
    return Row(sign, ((text, False),), is_whole=True)


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
