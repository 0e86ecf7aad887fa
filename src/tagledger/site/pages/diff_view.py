"""A comparison as its page shows it: what became of each platform, and one in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from tagledger.flows.diff_states import Comparison
from tagledger.ledger.answers import State
from tagledger.model.difference.values import (
    ArtifactDifference,
    Difference,
    ImageDifference,
    Relation,
)
from tagledger.reports.difference.words import (
    base_in_words,
    difference_in_words,
    image_in_words,
)
from tagledger.site.charts.layer_bar import LayerBars, layer_bars
from tagledger.site.pages.diff_rows import (
    LayerGroup,
    SettingRow,
    StepGroup,
    layer_groups,
    setting_rows,
    step_groups,
)
from tagledger.site.pages.diff_text import Allowance

MAX_IMAGES = 200
"""Platforms listed; an index may have a thousand."""

MAX_SHOWN = 3
"""Images shown in full: more only where several are for one platform."""

EARLIER = (
    ("a day earlier", timedelta(days=1)),
    ("a week earlier", timedelta(days=7)),
    ("a month earlier", timedelta(days=30)),
    ("three months earlier", timedelta(days=91)),
    ("a year earlier", timedelta(days=365)),
)
"""What a state may be held against."""


class ImageLine(msgspec.Struct, frozen=True, kw_only=True):
    """A platform in the list of all."""

    image: ImageDifference
    words: str
    is_shown: bool


class ImageView(msgspec.Struct, frozen=True, kw_only=True):
    """An image in full. What is `left` of each list is not shown."""

    image: ImageDifference
    words: str
    base: str | None
    bars: LayerBars | None
    layers: tuple[LayerGroup, ...]
    layers_left: int
    steps: tuple[StepGroup, ...]
    steps_left: int
    settings: tuple[SettingRow, ...]
    settings_left: int
    annotations: tuple[SettingRow, ...]
    annotations_left: int


class Step(msgspec.Struct, frozen=True):
    """From one state to the next, in the history of the same name."""

    before: datetime
    after: datetime


class DiffView(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows."""

    comparison: Comparison
    words: str
    lines: tuple[ImageLine, ...]
    lines_left: int
    images: tuple[ImageView, ...]
    annotations: tuple[SettingRow, ...]
    artifacts: tuple[ArtifactDifference, ...]
    artifacts_left: int
    earlier: tuple[tuple[str, datetime], ...]
    previous: Step | None
    next: Step | None

    @property
    def difference(self) -> Difference:
        """What changed."""
        return self.comparison.difference


def diff_view(comparison: Comparison, platform: str) -> DiffView:
    """The page of a comparison; of all platforms the one that is asked for in full."""
    difference = comparison.difference
    shown = _chosen(difference.images, platform)
    allowance = Allowance()
    previous, following = _steps(comparison)
    annotations, _ = setting_rows(difference.annotations, allowance)
    changed = [
        artifact
        for artifact in difference.artifacts
        if artifact.relation is not Relation.SAME
    ]
    return DiffView(
        comparison=comparison,
        words=difference_in_words(difference),
        lines=tuple(
            ImageLine(
                image=image, words=image_in_words(image), is_shown=number in shown
            )
            for number, image in enumerate(difference.images[:MAX_IMAGES])
        ),
        lines_left=max(len(difference.images) - MAX_IMAGES, 0),
        images=tuple(_image(difference.images[number], allowance) for number in shown),
        annotations=annotations,
        artifacts=tuple(changed[:MAX_IMAGES]),
        artifacts_left=max(len(changed) - MAX_IMAGES, 0),
        earlier=tuple(earlier(comparison.after_states, difference.after.observed_at)),
        previous=previous,
        next=following,
    )


def _chosen(images: Sequence[ImageDifference], platform: str) -> list[int]:
    """The images for a platform; where none is named, the first that changed."""
    found = [
        number
        for number, image in enumerate(images)
        if platform and platform in (image.after_platform, image.before_platform)
    ]
    if not found:
        found = [
            number
            for number, image in enumerate(images)
            if image.relation is Relation.CHANGED
        ][:1]
    return (found or [*range(len(images))][:1])[:MAX_SHOWN]


def _image(image: ImageDifference, allowance: Allowance) -> ImageView:
    steps, steps_left = step_groups(image, allowance)
    layers, layers_left = layer_groups(image.layers)
    settings, settings_left = setting_rows(image.settings, allowance)
    annotations, annotations_left = setting_rows(image.annotations, allowance)
    base = image.base
    return ImageView(
        image=image,
        words=image_in_words(image),
        base=base_in_words(base) if base is not None and base.is_moved else None,
        bars=layer_bars(image.layers),
        layers=layers,
        layers_left=layers_left,
        steps=steps,
        steps_left=steps_left,
        settings=settings,
        settings_left=settings_left,
        annotations=annotations,
        annotations_left=annotations_left,
    )


def earlier(
    states: Sequence[State], moment: datetime
) -> Iterator[tuple[str, datetime]]:
    """Moments before that one at which the name is known, with their words."""
    if not states:
        return
    begun = min(state.first.observed_at for state in states)
    for words, distance in EARLIER:
        if moment - begun >= distance:
            yield words, moment - distance


def _steps(comparison: Comparison) -> tuple[Step | None, Step | None]:
    """The change before and the change after, in the history of one name."""
    if comparison.before != comparison.after:
        return None, None
    difference = comparison.difference
    moments = [state.first.observed_at for state in comparison.after_states]
    moments = [*dict.fromkeys(moments)]
    one = _position(moments, difference.before.observed_at)
    two = _position(moments, difference.after.observed_at)
    if one is None or two is None or one >= two:
        return None, None
    previous = Step(moments[one - 1], moments[one]) if one else None
    has_next = two + 1 < len(moments)
    following = Step(moments[two], moments[two + 1]) if has_next else None
    return previous, following


def _position(moments: Sequence[datetime], moment: datetime) -> int | None:
    begun = [at for at, begin in enumerate(moments) if begin <= moment]
    return begun[-1] if begun else None
