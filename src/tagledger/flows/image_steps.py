"""The steps of an image beside the layers that they made, and where its base ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from tagledger.model.difference.base import base_of
from tagledger.model.difference.steps import steps_of_side
from tagledger.model.snapshot import Image, Layer
from tagledger.model.step import Step

MAX_ADDRESSES = 100
"""Most addresses listed that steps name."""

MAX_SEARCHED = 100_000
"""Characters of a step in which addresses are looked for."""

_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s'\"`<>|;\\)(]{1,500}", re.ASCII)


class StepRow(msgspec.Struct, frozen=True, kw_only=True):
    """A step, the layer that it made, or both.

    `number` is that of the layer, counted from 1; `share` is its part of the largest
    layer, from 0 to 1. `is_base` where the step is not the image's own.
    """

    step: Step | None = None
    layer: Layer | None = None
    number: int | None = None
    share: float = 0.0
    is_base: bool = False


class ImageSteps(msgspec.Struct, frozen=True, kw_only=True):
    """All rows in order; `base_steps` and `base_layers` are how many are the base's.

    `are_tied` tells whether it is known which step made which layer.
    """

    rows: tuple[StepRow, ...]
    base_steps: int = 0
    base_layers: int = 0
    base_bytes: int = 0
    are_tied: bool = False


def image_steps(image: Image) -> ImageSteps:
    """Steps with their layers, then the layers of which no step is known.

    Where it is not known for any, the layers come first.
    """
    side = steps_of_side(image)
    base = base_of(side)
    base_steps, base_layers = base or (0, None)
    largest = max((layer.transfer_size_bytes or 0 for layer in image.layers), default=0)

    def row(
        place: int | None, step: Step | None = None, *, is_base: bool = False
    ) -> StepRow:
        layer = None if place is None else image.layers[place]
        size = (layer.transfer_size_bytes if layer else None) or 0
        return StepRow(
            step=step,
            layer=layer,
            number=None if place is None else place + 1,
            share=size / largest if largest else 0.0,
            is_base=is_base,
        )

    rows = [
        row(place, step, is_base=at < base_steps)
        for at, (step, place) in enumerate(zip(side.steps, side.layers, strict=True))
    ]
    made = {place for place in side.layers if place is not None}
    others = [row(place) for place in range(len(image.layers)) if place not in made]
    rows = [*rows, *others] if side.are_tied else [*others, *rows]
    below = image.layers[: base_layers or 0]
    return ImageSteps(
        rows=tuple(rows),
        base_steps=base_steps,
        base_layers=base_layers or 0,
        base_bytes=sum(layer.transfer_size_bytes or 0 for layer in below),
        are_tied=side.are_tied,
    )


def addresses_in(image: Image) -> tuple[tuple[int, str], ...]:
    """The addresses that steps name, each once, with the position of its step."""
    found: dict[str, int] = {}
    for position, address in _addresses(image):
        if len(found) == MAX_ADDRESSES:
            break
        found.setdefault(address, position)
    return tuple((position, address) for address, position in found.items())


def _addresses(image: Image) -> Iterator[tuple[int, str]]:
    for position, step in enumerate(image.steps):
        for match in _ADDRESS.finditer(step.dockerfile[:MAX_SEARCHED]):
            yield position, match[0].rstrip(".,")
