"""The layers of two images as two bars, drawn to one scale."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tagledger.model.difference.values import (
    LayerDifference,
    LayerPlace,
    LayerRelation,
)

MAX_SEGMENTS = 150
"""Most layers drawn one by one; an image that engines run has 127 at most."""


class Segment(msgspec.Struct, frozen=True):
    """A layer: where it begins and how long it is, in percent of the larger image."""

    x: float
    width: float
    kind: str
    number: int
    size_bytes: int


class LayerBars(msgspec.Struct, frozen=True):
    """Both bars; what is past the last segment is too much to draw."""

    before: tuple[Segment, ...]
    after: tuple[Segment, ...]


def layer_bars(layers: Sequence[LayerDifference]) -> LayerBars | None:
    """The two bars; None where no size is known."""
    sides = (
        [(layer.relation, layer.before) for layer in layers if layer.before],
        [(layer.relation, layer.after) for layer in layers if layer.after],
    )
    largest = max(
        (sum(place.size_bytes or 0 for _, place in side) for side in sides), default=0
    )
    if not largest:
        return None
    before, after = (_segments(side, largest) for side in sides)
    return LayerBars(before, after)


def _segments(
    side: Sequence[tuple[LayerRelation, LayerPlace]], largest: int
) -> tuple[Segment, ...]:
    found: list[Segment] = []
    begin = 0
    for relation, place in side:
        size = place.size_bytes or 0
        if size and len(found) < MAX_SEGMENTS:
            found.append(
                Segment(
                    x=round(100 * begin / largest, 3),
                    width=round(100 * size / largest, 3),
                    kind=relation.value,
                    number=place.position + 1,
                    size_bytes=size,
                )
            )
        begin += size
    return tuple(found)
