"""What a comparison of two snapshots finds.

In every value `before` belongs to the first snapshot and `after` to the second, and a
comparison the other way round gives the same values with the two exchanged. What one
side cannot know is *unknown*: it is never counted as removed.

These values are also the form of `diff --json`, so each field is always there.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence

Position = Annotated[int, Meta(ge=0, description="Counted from 0.")]
SizeBytes = Annotated[int, Meta(ge=0)]
Moment = Annotated[datetime, Meta(tz=True)]
Stated = str | tuple[str, ...] | None


class Relation(StrEnum):
    """How one thing before stands to one after."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    """Of steps alone: the same text in another place."""
    UNKNOWN = "unknown"
    """One side cannot know it."""


class LayerRelation(StrEnum):
    """How one layer before stands to one after."""

    SHARED = "shared"
    REPACKED = "repacked"
    """Other bytes, the same diff ID: only the compression differs."""
    REPLACED = "replaced"
    ADDED = "added"
    REMOVED = "removed"
    UNKNOWN = "unknown"
    """One side knows no digest that the other knows."""


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """What was compared: name, address, and when it was seen."""

    reference: Annotated[str, Meta(description="As people write it: python:3.8.")]
    source: Annotated[str, Meta(description="The address that it was read from.")]
    observed_at: Moment
    is_absent: Annotated[bool, Meta(description="Nothing is published there.")]


class DigestPair(msgspec.Struct, frozen=True, kw_only=True):
    """The same digest on both sides, and how what it names is known on each."""

    relation: Relation
    before: Digest | None
    before_evidence: Evidence | None
    after: Digest | None
    after_evidence: Evidence | None


class FieldDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a config, or a text with a key, that is not the same on both sides.

    `key` is the variable, label or port in question, None for a field that is one
    value. Words of a command are a list; null is what is not there or, where the
    relation is unknown, what that side cannot know.
    """

    field: str
    key: str | None
    relation: Relation
    before: Stated
    after: Stated


class LayerPlace(msgspec.Struct, frozen=True, kw_only=True):
    """One layer in its image."""

    position: Position
    digest: Digest | None
    diff_id: Digest | None
    size_bytes: Annotated[
        SizeBytes | None, Meta(description="As sent, or else uncompressed.")
    ]
    is_foreign: bool


class LayerDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A layer of either side, or one of each that belong together."""

    relation: LayerRelation
    before: LayerPlace | None
    after: LayerPlace | None


class TextPiece(msgspec.Struct, frozen=True, kw_only=True):
    """Part of a text that was changed: the same words on both sides, or others."""

    before: str
    after: str

    @property
    def is_same(self) -> bool:
        """Whether these words are on both sides."""
        return self.before == self.after


class StepPlace(msgspec.Struct, frozen=True, kw_only=True):
    """One step in its image. `layer` is the position of the layer that it made."""

    position: Position
    text: Annotated[str, Meta(description="As an instruction of a Dockerfile.")]
    created: Moment | None
    layer: Position | None


class StepDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A step of either side, or one of each that belong together."""

    relation: Relation
    before: StepPlace | None
    after: StepPlace | None
    pieces: Annotated[
        tuple[TextPiece, ...],
        Meta(description="The text word by word, where it was changed."),
    ]
    is_rebuilt: Annotated[
        bool | None,
        Meta(description="Made anew: another layer or date. Null if not known."),
    ]
    is_own: Annotated[
        bool | None,
        Meta(description="The image's own and not its base's. Null if not known."),
    ]


class BaseDifference(msgspec.Struct, frozen=True, kw_only=True):
    """The base of the image, as far as it can be told from the steps.

    Steps below `before_steps` and `after_steps` are the base's, all others are the
    image's own. Layers are None where it is not known which steps made them.
    """

    is_moved: bool
    before_steps: Annotated[int, Meta(ge=1)]
    after_steps: Annotated[int, Meta(ge=1)]
    before_layers: Annotated[int, Meta(ge=0)] | None
    after_layers: Annotated[int, Meta(ge=0)] | None
    kept_layers: Annotated[int, Meta(ge=0)] | None

    @property
    def replaced_layers(self) -> int | None:
        """How many of the base's layers are new."""
        if self.after_layers is None or self.kept_layers is None:
            return None
        return self.after_layers - self.kept_layers


class SizePair(msgspec.Struct, frozen=True, kw_only=True):
    """The sum of all layers. None where not all of them are known.

    `delta_bytes` is None unless both sides count the same: compressed or not.
    """

    before_bytes: SizeBytes | None
    after_bytes: SizeBytes | None
    delta_bytes: int | None


class AttestationDifference(msgspec.Struct, frozen=True, kw_only=True):
    """The manifests that attest an image."""

    relation: Relation
    before: tuple[Digest, ...]
    after: tuple[Digest, ...]


class ImageDifference(msgspec.Struct, frozen=True, kw_only=True):
    """The image for one platform.

    A platform whose patch level alone moved is the same platform, moved. One that is
    listed and not held by its source is not removed: its content is unknown.
    `is_contradictory` where the digests are the same and yet what was told differs.
    """

    relation: Relation
    before_platform: str | None
    after_platform: str | None
    is_platform_moved: bool
    before_is_held: bool
    after_is_held: bool
    is_contradictory: bool
    manifest: DigestPair
    config: DigestPair
    size: SizePair
    layers: tuple[LayerDifference, ...]
    base: BaseDifference | None
    steps: Annotated[
        tuple[StepDifference, ...],
        Meta(description="In order; empty where one side cannot know its steps."),
    ]
    steps_relation: Relation
    settings: tuple[FieldDifference, ...]
    annotations: tuple[FieldDifference, ...]
    attestations: AttestationDifference

    @property
    def platform(self) -> str:
        """The platform as it is now, or as it was if it is gone."""
        return self.after_platform or self.before_platform or "unknown/unknown"


class ArtifactDifference(msgspec.Struct, frozen=True, kw_only=True):
    """Something published that is no image."""

    relation: Relation
    artifact_type: str
    before: Digest | None
    after: Digest | None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """All that two snapshots differ in.

    `is_partial` where only some platforms were asked for: the root then counts for
    nothing. `images` are in the order of the second snapshot, removed ones last.
    """

    relation: Relation
    before: Side
    after: Side
    is_partial: bool
    root: DigestPair
    annotations: tuple[FieldDifference, ...]
    images: tuple[ImageDifference, ...]
    artifacts: tuple[ArtifactDifference, ...]

    @property
    def differs(self) -> bool:
        """Whether anything is known to differ."""
        return self.relation not in (Relation.SAME, Relation.UNKNOWN)
