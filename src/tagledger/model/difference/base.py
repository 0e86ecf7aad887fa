"""Which steps an image has from its base, and whether that base moved.

Neither a config nor a page names the base. Two things give away where it ends, and
count where both images show them between the same two steps:

- a ``CMD`` with steps after it that change files: of the ``CMD`` of one Dockerfile the
  last counts, and it stands at the end, so that this one ended another Dockerfile;
- a long pause in the dates of the steps: the base was made earlier. It has to be longer
  than any single step takes, for a `RUN` is dated when it ends.

Of several such places the last is taken: what lies below is all from elsewhere. What
is built from nothing (a root file system, a single binary) shows none of this and has
no base.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import msgspec

from tagledger.model.difference.steps import SideSteps
from tagledger.model.difference.values import (
    BaseDifference,
    LayerDifference,
    LayerRelation,
    Relation,
    StepDifference,
)

PAUSE = timedelta(hours=6)
"""Longer than the longest step of the official images; builds of several Dockerfiles
that share their first steps in a cache are minutes apart."""

_MAKING = frozenset(("RUN", "COPY", "ADD"))
_KEPT = frozenset((LayerRelation.SHARED, LayerRelation.REPACKED))


def compare_bases(
    before: SideSteps,
    after: SideSteps,
    steps: Sequence[StepDifference],
    layers: Sequence[LayerDifference],
) -> BaseDifference | None:
    """What became of the base; None where no base can be told from the steps."""
    ends = _ends(after)
    counterparts = {
        step.after.position: step.before.position
        for step in steps
        if step.before is not None
        and step.after is not None
        and step.relation is not Relation.MOVED
    }
    earlier = _ends(before)
    # A place is the same if the step that follows it is.
    found = [
        (counterparts[end], end)
        for end in sorted(ends)
        if counterparts.get(end) in earlier
    ]
    if not found:
        return None
    before_steps, after_steps = found[-1]
    before_layers = _layers_below(before, before_steps)
    after_layers = _layers_below(after, after_steps)
    kept: int | None = None
    are_comparable = all(item.relation is not LayerRelation.UNKNOWN for item in layers)
    if before_layers is not None and after_layers is not None and are_comparable:
        kept = sum(
            layer.relation in _KEPT
            and layer.before is not None
            and layer.after is not None
            and layer.before.position < before_layers
            and layer.after.position < after_layers
            for layer in layers
        )
    return BaseDifference(
        is_moved=_is_moved(steps, before_steps, after_steps)
        or (kept is not None and not kept == before_layers == after_layers),
        before_steps=before_steps,
        after_steps=after_steps,
        before_layers=before_layers,
        after_layers=after_layers,
        kept_layers=kept,
    )


def base_of(side: SideSteps) -> tuple[int, int | None] | None:
    """How many steps of one image alone are its base's, and layers if that is known.

    With nothing to compare it to only a ``CMD`` counts: a pause may be a build cache.
    """
    ends = _ends_by_command(side)
    if not ends:
        return None
    end = max(ends)
    return end, _layers_below(side, end)


def with_owners(
    steps: Iterable[StepDifference], base: BaseDifference | None
) -> tuple[StepDifference, ...]:
    """The steps, each said to be the image's own or its base's."""
    if base is None:
        return tuple(steps)
    return tuple(
        msgspec.structs.replace(
            step,
            is_own=(step.before is None or step.before.position >= base.before_steps)
            and (step.after is None or step.after.position >= base.after_steps),
        )
        for step in steps
    )


def _ends(side: SideSteps) -> set[int]:
    """The positions at which own steps may begin, the base ending before them."""
    ends = _ends_by_command(side)
    for at in _beginnings(side):
        was, is_now = side.steps[at - 1].created, side.steps[at].created
        if was is not None and is_now is not None and is_now - was > PAUSE:
            ends.add(at)
    return ends


def _ends_by_command(side: SideSteps) -> set[int]:
    return {at for at in _beginnings(side) if side.steps[at - 1].instruction == "CMD"}


def _beginnings(side: SideSteps) -> range:
    """Where own steps can begin: some step from there on changes files."""
    making = (at for at in range(len(side.steps)) if _makes_files(side, at))
    return range(1, max(making, default=-1) + 1)


def _makes_files(side: SideSteps, position: int) -> bool:
    step = side.steps[position]
    return step.instruction in _MAKING and step.makes_layer is not False


def _layers_below(side: SideSteps, position: int) -> int | None:
    """How many layers the first steps made, None where that is not known."""
    if not side.are_tied:
        return None
    made = [layer for layer in side.layers[:position] if layer is not None]
    return max(made, default=-1) + 1


def _is_moved(steps: Iterable[StepDifference], before: int, after: int) -> bool:
    """Whether a step of the base is not the same or was made anew."""
    return any(
        step.relation is not Relation.SAME or step.is_rebuilt is True
        for step in steps
        if (step.before is not None and step.before.position < before)
        or (step.after is not None and step.after.position < after)
    )
