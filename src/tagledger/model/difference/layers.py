"""The layers of two images: which are shared, which were replaced."""

from __future__ import annotations

from collections.abc import Sequence

from tagledger.model.difference.alignment import align
from tagledger.model.difference.values import (
    LayerDifference,
    LayerPlace,
    LayerRelation,
    SizePair,
)
from tagledger.model.digest import Digest
from tagledger.model.snapshot import Layer


def compare_layers(
    before: Sequence[Layer], after: Sequence[Layer]
) -> tuple[LayerDifference, ...]:
    """Each layer with its counterpart, from the lowest up."""
    shared = {layer.digest for layer in before} & {layer.digest for layer in after}
    repacked = {layer.diff_id for layer in before} & {layer.diff_id for layer in after}
    matches = align(
        [_name(layer, at, shared, repacked) for at, layer in enumerate(before)],
        [_name(layer, -1 - at, shared, repacked) for at, layer in enumerate(after)],
    )
    found: list[LayerDifference] = []
    one = two = 0
    for at, other in (*matches, (len(before), len(after))):
        found += _between(before, after, range(one, at), range(two, other))
        if at < len(before):
            is_same = before[at].digest is None or after[other].digest is None
            is_same = is_same or before[at].digest == after[other].digest
            relation = LayerRelation.SHARED if is_same else LayerRelation.REPACKED
            found.append(
                LayerDifference(
                    relation=relation,
                    before=_place(before, at),
                    after=_place(after, other),
                )
            )
        one, two = at + 1, other + 1
    return tuple(found)


def compare_sizes(before: Sequence[Layer], after: Sequence[Layer]) -> SizePair:
    """The sums of all layers, compressed where that is known on both sides."""
    packed = [_total([layer.size_bytes for layer in side]) for side in (before, after)]
    unpacked = [
        _total([layer.uncompressed_size_bytes for layer in side])
        for side in (before, after)
    ]
    for one, two in (packed, unpacked):
        if one is not None and two is not None:
            return SizePair(before_bytes=one, after_bytes=two, delta_bytes=two - one)
    one, two = (
        total if total is not None else other
        for total, other in zip(packed, unpacked, strict=True)
    )
    return SizePair(before_bytes=one, after_bytes=two, delta_bytes=None)


def _total(sizes: Sequence[int | None]) -> int | None:
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None


def _name(
    layer: Layer, number: int, shared: set[Digest | None], repacked: set[Digest | None]
) -> str:
    """What the layer is called on both sides, or else by nobody else."""
    if layer.digest is not None and layer.digest in shared:
        return layer.digest
    if layer.diff_id is not None and layer.diff_id in repacked:
        return f"diff {layer.diff_id}"
    return layer.digest or layer.diff_id or f"{number}"


def _between(
    before: Sequence[Layer], after: Sequence[Layer], gone: range, new: range
) -> list[LayerDifference]:
    """What lies between two shared layers: pairs from the lowest up, then the rest."""
    found = []
    for at, other in zip(gone, new, strict=False):
        are_comparable = (
            before[at].digest is not None and after[other].digest is not None
        ) or (before[at].diff_id is not None and after[other].diff_id is not None)
        found.append(
            LayerDifference(
                relation=LayerRelation.REPLACED
                if are_comparable
                else LayerRelation.UNKNOWN,
                before=_place(before, at),
                after=_place(after, other),
            )
        )
    found += [
        LayerDifference(
            relation=LayerRelation.REMOVED, before=_place(before, at), after=None
        )
        for at in gone[len(new) :]
    ]
    found += [
        LayerDifference(
            relation=LayerRelation.ADDED, before=None, after=_place(after, other)
        )
        for other in new[len(gone) :]
    ]
    return found


def _place(layers: Sequence[Layer], position: int) -> LayerPlace:
    layer = layers[position]
    return LayerPlace(
        position=position,
        digest=layer.digest,
        diff_id=layer.diff_id,
        size_bytes=layer.transfer_size_bytes,
        is_foreign=layer.is_foreign,
    )
