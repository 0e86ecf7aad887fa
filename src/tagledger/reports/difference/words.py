"""A difference in one line: for histories and feeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tagledger.model.difference.settings import IDLE
from tagledger.model.difference.values import (
    BaseDifference,
    Difference,
    ImageDifference,
    LayerRelation,
    Relation,
    StepDifference,
)
from tagledger.reports.terminal_values import size_text

NAMED = 2
"""How many platforms that came or went are named; more are counted."""

TOLD = 2
"""How many kinds of change are told where platforms changed in different ways."""

_STEP_WORDS = (
    (Relation.CHANGED, "changed"),
    (Relation.ADDED, "added"),
    (Relation.REMOVED, "removed"),
    (Relation.MOVED, "moved"),
)


def difference_in_words(difference: Difference) -> str:
    """``base moved (2 of 7 layers), 1 step changed, +1.2 MB``.

    Names of platforms are the publisher's words: what shows the line makes them safe.
    """
    absent = difference.before.is_absent, difference.after.is_absent
    if any(absent):
        if all(absent):
            return "does not exist on either side"
        return "is published now" if absent[0] else "is gone"
    if difference.relation is Relation.SAME:
        return "the same"
    if difference.relation is Relation.UNKNOWN:
        return "nothing is known to differ"
    changed = [
        image for image in difference.images if image.relation is Relation.CHANGED
    ]
    kinds = list(_images(changed, len(difference.images)))
    parts = [
        *_platforms(difference, Relation.ADDED, "added"),
        *_platforms(difference, Relation.REMOVED, "removed"),
        *kinds,
        *_artifacts(difference),
    ]
    if not parts:
        is_index = bool(difference.images) and not difference.is_partial
        return "only the index differs" if is_index else "only the digest differs"
    if sum(image.size.delta_bytes or 0 for image in changed):
        parts.append(_size(changed))
    # Each kind of change has commas of its own.
    return ("; " if len(kinds) > 1 else ", ").join(parts)


def image_in_words(image: ImageDifference) -> str:
    """What became of the image for one platform, without its name and size."""
    if image.relation is Relation.SAME:
        return "the same"
    if image.relation is Relation.UNKNOWN:
        return "nothing is known to differ"
    if image.relation in (Relation.ADDED, Relation.REMOVED):
        return image.relation.value
    return _image(image)


def step_counts(steps: Iterable[StepDifference]) -> str:
    """``1 step changed, 2 added``; empty where there is nothing to count."""
    counts = Counter(step.relation for step in steps)
    parts: list[str] = []
    for relation, word in _STEP_WORDS:
        count = counts[relation]
        if count:
            noun = "" if parts else f" {_plural('step', count)}"
            parts.append(f"{count}{noun} {word}")
    return ", ".join(parts)


def base_in_words(base: BaseDifference) -> str:
    """``base moved (1 of 2 layers)``."""
    replaced = base.replaced_layers
    if not replaced:
        return "base moved"
    return f"base moved ({replaced} of {_counted('layer', base.after_layers or 0)})"


def signed_size(delta_bytes: int) -> str:
    """``+1.2 MB``, ``-30 B``."""
    return f"{'-' if delta_bytes < 0 else '+'}{size_text(abs(delta_bytes))}"


def _platforms(difference: Difference, relation: Relation, word: str) -> Iterable[str]:
    named = [
        image.platform for image in difference.images if image.relation is relation
    ]
    if len(named) > NAMED:
        yield f"{len(named)} platforms {word}"
    elif named:
        yield f"{' and '.join(named)} {word}"


def _images(changed: Sequence[ImageDifference], total: int) -> Iterable[str]:
    """What happened to images: the same words once, what happened to most first."""
    told = Counter(_image(image) for image in changed)
    for words, count in told.most_common(TOLD):
        where = ""
        if 1 < count == total:
            where = " on both platforms" if count == 2 else f" on all {count} platforms"
        elif count > 1:
            where = f" on {count} of {total} platforms"
        elif total > 1:
            (platform,) = (i.platform for i in changed if _image(i) == words)
            where = f" on {platform}"
        yield f"{words}{where}"
    others = sum(count for _, count in told.most_common()[TOLD:])
    if others:
        yield f"otherwise changed on {_counted('platform', others)}"


def _image(image: ImageDifference) -> str:
    parts = []
    if image.is_contradictory:
        parts.append("one digest told in two ways")
    if image.base is not None and image.base.is_moved:
        parts.append(base_in_words(image.base))
    own = step_counts(step for step in image.steps if step.is_own is not False)
    if own:
        parts.append(own)
    settings = sum(
        item.relation is not Relation.UNKNOWN and item.field not in IDLE
        for item in image.settings
    )
    # A step that sets a variable changes the setting as well: told once.
    if settings and not own and not (image.base and image.base.is_moved):
        parts.append(f"{_counted('setting', settings)} changed")
    return ", ".join(parts or [_quiet(image)])


def _quiet(image: ImageDifference) -> str:
    """What is left to say where neither base, steps nor settings changed."""
    counts = Counter(layer.relation for layer in image.layers)
    kept = counts[LayerRelation.SHARED] + counts[LayerRelation.REPACKED]
    new = sum(layer.after is not None for layer in image.layers) - kept
    new -= counts[LayerRelation.UNKNOWN]
    if new or counts[LayerRelation.REMOVED]:
        return f"{_counted('layer', new)} of {new + kept} replaced"
    if counts[LayerRelation.REPACKED]:
        return f"{_counted('layer', counts[LayerRelation.REPACKED])} repacked"
    if image.annotations:
        return "annotations changed"
    if Relation.CHANGED not in (image.manifest.relation, image.config.relation):
        return "attestations changed"
    return "rebuilt to the same layers" if kept else "only the digest differs"


def _artifacts(difference: Difference) -> Iterable[str]:
    counts = Counter(artifact.relation for artifact in difference.artifacts)
    for relation in (Relation.CHANGED, Relation.ADDED, Relation.REMOVED):
        if counts[relation]:
            yield f"{_counted('artifact', counts[relation])} {relation.value}"


def _size(changed: Sequence[ImageDifference]) -> str:
    total = signed_size(sum(image.size.delta_bytes or 0 for image in changed))
    return total if len(changed) == 1 else f"{total} in all"


def _counted(noun: str, count: int) -> str:
    return f"{count} {_plural(noun, count)}"


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else f"{noun}s"
