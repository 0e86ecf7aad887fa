"""The steps of two images: aligned by their text, and what was changed in it."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tagledger.model.difference.alignment import (
    align,
    compare_texts,
    likeness,
    words_of,
)
from tagledger.model.difference.values import (
    LayerDifference,
    LayerRelation,
    Relation,
    StepDifference,
    StepPlace,
    TextPiece,
)
from tagledger.model.snapshot import Image
from tagledger.model.step import Step, stated_texts

MAX_PAIRS = 2_500
"""Most pairs of steps weighed against each other between two that are the same."""

MAX_COMPARED = 1_000
"""Characters of a step that decide how alike it is to another."""

MAX_CHANGED = 100_000
"""Characters of an image's changed steps that are compared word by word, before and
after together; the largest image of the record has 20,000 in all its steps."""

ALIKE = 0.5
"""Steps with less in common are two steps, not one that was changed."""

_SINGULAR = frozenset(
    ("CMD", "ENTRYPOINT", "SHELL", "STOPSIGNAL", "HEALTHCHECK", "MAINTAINER")
)
"""Of these the last one counts: another text is the same instruction, changed."""

_NAMED = frozenset(("ENV", "LABEL", "ARG"))
_MAKING = frozenset(("RUN", "COPY", "ADD"))


class _Pair(msgspec.Struct, frozen=True):
    before: int | None
    after: int | None
    is_moved: bool = False


class _Fates(msgspec.Struct, frozen=True):
    """What became of each pair of layers, and of two layers that are no pair."""

    pairs: dict[tuple[int, int], LayerRelation]
    others: LayerRelation


class SideSteps(msgspec.Struct, frozen=True):
    """The steps of one image: their texts, and which layer each made, if known."""

    steps: tuple[Step, ...]
    texts: tuple[str, ...]
    layers: tuple[int | None, ...]
    are_tied: bool

    def place(self, position: int) -> StepPlace:
        """The step at that position."""
        return StepPlace(
            position=position,
            text=self.texts[position],
            created=self.steps[position].created,
            layer=self.layers[position],
        )


def steps_of_side(image: Image) -> SideSteps:
    """The steps as both kinds of source would tell them.

    A page does not say which step made which layer. Where each step made one, or just
    those that change files can have, it follows from the counts.
    """
    shell = image.config.shell if image.config else None
    texts = tuple(stated_texts(image.steps, shell))
    count = len(image.layers)
    layers = tuple(
        None if step.layer is None or step.layer >= count else step.layer
        for step in image.steps
    )
    are_tied = any(layer is not None for layer in layers)
    if not are_tied and image.layers:
        makers: Sequence[int] = range(len(image.steps))
        if len(makers) != len(image.layers):
            makers = [
                at for at, step in enumerate(image.steps) if step.instruction in _MAKING
            ]
        if len(makers) == len(image.layers):
            made = {maker: layer for layer, maker in enumerate(makers)}
            layers = tuple(made.get(at) for at in range(len(image.steps)))
            are_tied = True
    return SideSteps(image.steps, texts, layers, are_tied)


def compare_steps(
    before: SideSteps, after: SideSteps, layers: Sequence[LayerDifference]
) -> list[StepDifference]:
    """Each step with its counterpart, in order; `layers` say which were made anew."""
    aligned = align(before.texts, after.texts)
    pairs: list[tuple[int | None, int | None]] = []
    one = two = 0
    for at, other in (*aligned, (len(before.texts), len(after.texts))):
        pairs += _between(before, after, range(one, at), range(two, other))
        if at < len(before.texts):
            pairs.append((at, other))
        one, two = at + 1, other + 1
    pairs_of_layers = {
        (layer.before.position, layer.after.position): layer.relation
        for layer in layers
        if layer.before is not None and layer.after is not None
    }
    fates = _Fates(
        pairs_of_layers,
        LayerRelation.UNKNOWN
        if LayerRelation.UNKNOWN in pairs_of_layers.values()
        else LayerRelation.REPLACED,
    )
    found = (
        _difference(before, after, pair, fates)
        for pair in _with_moved(before, after, pairs)
    )
    return list(_word_by_word(found))


def _word_by_word(steps: Iterable[StepDifference]) -> Iterator[StepDifference]:
    """The steps, the changed ones with their pieces as far as the limit goes."""
    left = MAX_CHANGED
    for step in steps:
        if step.relation is not Relation.CHANGED or not step.before or not step.after:
            yield step
            continue
        was, is_now = step.before.text, step.after.text
        left -= len(was) + len(is_now)
        whole = (TextPiece(before=was, after=is_now),)
        yield msgspec.structs.replace(
            step, pieces=compare_texts(was, is_now) if left >= 0 else whole
        )


def _difference(
    before: SideSteps,
    after: SideSteps,
    pair: _Pair,
    fates: _Fates,
) -> StepDifference:
    at, other = pair.before, pair.after
    relation = Relation.MOVED if pair.is_moved else Relation.SAME
    is_rebuilt = None
    if at is None:
        relation = Relation.ADDED
    elif other is None:
        relation = Relation.REMOVED
    else:
        is_rebuilt = _is_rebuilt(before, after, at, other, fates)
        if before.texts[at] != after.texts[other]:
            relation = Relation.CHANGED
    return StepDifference(
        relation=relation,
        before=None if at is None else before.place(at),
        after=None if other is None else after.place(other),
        pieces=(),
        is_rebuilt=is_rebuilt,
        is_own=None,
    )


def _is_rebuilt(
    before: SideSteps,
    after: SideSteps,
    at: int,
    other: int,
    fates: _Fates,
) -> bool | None:
    """Whether another layer came of it; by its date where that is not known."""
    one, two = before.layers[at], after.layers[other]
    if one is not None and two is not None:
        relation = fates.pairs.get((one, two), fates.others)
        if relation is not LayerRelation.UNKNOWN:
            return relation not in (LayerRelation.SHARED, LayerRelation.REPACKED)
    was, is_now = before.steps[at].created, after.steps[other].created
    if was is None or is_now is None:
        return None
    # A page has seconds alone.
    return was.replace(microsecond=0) != is_now.replace(microsecond=0)


def _between(
    before: SideSteps, after: SideSteps, gone: range, new: range
) -> Iterator[tuple[int | None, int | None]]:
    """What lies between two steps that are the same: changed pairs, and the rest."""
    pairs = _alike(before, after, gone, new)
    one, two = gone.start, new.start
    for at, other in (*pairs, (gone.stop, new.stop)):
        yield from ((left, None) for left in range(one, at))
        yield from ((None, come) for come in range(two, other))
        if at < gone.stop:
            yield at, other
        one, two = at + 1, other + 1


def _alike(
    before: SideSteps, after: SideSteps, gone: range, new: range
) -> list[tuple[int, int]]:
    """The pairs that have most in common, in the same order on both sides."""
    if not gone or not new or len(gone) * len(new) > MAX_PAIRS:
        return []
    if before.texts[gone.start : gone.stop] > after.texts[new.start : new.stop]:
        # Of pairings that are equally good, one that does not depend on the order.
        return [(at, other) for other, at in _best_pairs(after, before, new, gone)]
    return _best_pairs(before, after, gone, new)


def _best_pairs(
    before: SideSteps, after: SideSteps, gone: range, new: range
) -> list[tuple[int, int]]:
    counted = [_Counted.of(before, at) for at in gone]
    other_counted = [_Counted.of(after, at) for at in new]
    scores = [[one.alike(two) for two in other_counted] for one in counted]
    best = [[0.0] * (len(new) + 1) for _ in range(len(gone) + 1)]
    for at in reversed(range(len(gone))):
        for other in reversed(range(len(new))):
            score = scores[at][other]
            paired = score + best[at + 1][other + 1] if score else 0.0
            best[at][other] = max(best[at + 1][other], best[at][other + 1], paired)
    pairs = []
    at = other = 0
    while at < len(gone) and other < len(new):
        score = scores[at][other]
        if score and best[at][other] == score + best[at + 1][other + 1]:
            pairs.append((gone[at], new[other]))
            at, other = at + 1, other + 1
        elif best[at][other] == best[at + 1][other]:
            at += 1
        else:
            other += 1
    return pairs


class _Counted(msgspec.Struct, frozen=True):
    """A step as it is weighed: its instruction, what it names, its words counted."""

    instruction: str
    name: str
    words: Counter[str]

    @classmethod
    def of(cls, side: SideSteps, position: int) -> _Counted:
        text = side.texts[position][:MAX_COMPARED]
        instruction = side.steps[position].instruction
        _, _, rest = text.partition(f"{instruction} ")
        name = words_of(rest.lstrip()[:200])[:1] if instruction in _NAMED else []
        return cls(instruction, "".join(name), Counter(words_of(text)))

    def alike(self, other: _Counted) -> float:
        """How alike, 0 for steps that are two: never where the instruction differs."""
        if self.instruction != other.instruction:
            return 0.0
        score = likeness(self.words, other.words)
        is_named = bool(self.name) and self.name == other.name
        if self.instruction in _SINGULAR or is_named:
            return max(score, ALIKE)
        return score if score >= ALIKE and not self.name else 0.0


def _with_moved(
    before: SideSteps,
    after: SideSteps,
    pairs: Sequence[tuple[int | None, int | None]],
) -> Iterator[_Pair]:
    """The pairs, with what was removed in one place and added in another put together.

    A moved step stands where it is now.
    """
    removed: dict[str, deque[int]] = defaultdict(deque)
    for at, other in pairs:
        if at is not None and other is None:
            removed[before.texts[at]].append(at)
    origins: dict[int, int] = {}
    for at, other in pairs:
        if at is None and other is not None and removed.get(after.texts[other]):
            origins[other] = removed[after.texts[other]].popleft()
    moved = {*origins.values()}
    for at, other in pairs:
        if other is not None and other in origins:
            yield _Pair(origins[other], other, is_moved=True)
        elif other is not None or at not in moved:
            yield _Pair(at, other)
