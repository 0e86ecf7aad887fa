"""One platform's image on both sides: digests, layers, steps, settings."""

from __future__ import annotations

from collections.abc import Sequence

from tagledger.model.difference.base import compare_bases, with_owners
from tagledger.model.difference.layers import compare_layers, compare_sizes
from tagledger.model.difference.platforms import Listed, is_moved
from tagledger.model.difference.settings import (
    compare_keyed,
    compare_settings,
    settings_of,
)
from tagledger.model.difference.steps import compare_steps, steps_of_side
from tagledger.model.difference.values import (
    AttestationDifference,
    BaseDifference,
    DigestPair,
    FieldDifference,
    ImageDifference,
    LayerDifference,
    LayerRelation,
    Relation,
    SizePair,
    StepDifference,
)
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import Image, Layer, Snapshot

_SEEN = (Evidence.READ, Evidence.PROVEN)


class ImageSide:
    """One side's entry, with what its snapshot says of it."""

    def __init__(self, snapshot: Snapshot, entry: Listed | None) -> None:
        self.snapshot = snapshot
        self.entry = entry
        self.image = entry if isinstance(entry, Image) else None
        self.digest = entry.digest if entry else None
        described = self.image.config_descriptor if self.image else None
        self.config_digest = described.digest if described else None

    @property
    def layers(self) -> tuple[Layer, ...] | None:
        """The layers, None where the source tells of none without a manifest."""
        if self.image is None or not (self.image.layers or self.digest):
            return None
        return self.image.layers

    @property
    def manifest_evidence(self) -> Evidence | None:
        """How the manifest is known; None where it is listed and not held."""
        if self.digest is None or self.image is None:
            return None
        return self.snapshot.evidence(self.digest)

    @property
    def config_evidence(self) -> Evidence | None:
        """How settings and steps are known, None where none were read.

        A schema 1 manifest has its config inside.
        """
        if self.image is None or not (self.image.config or self.image.steps):
            return None
        if self.config_digest is None:
            return self.manifest_evidence
        return self.snapshot.evidence(self.config_digest)

    @property
    def has_config(self) -> bool:
        """Whether the bytes of the config are known."""
        return self.config_evidence in _SEEN

    @property
    def attestations(self) -> tuple[Digest, ...] | None:
        """What attests the image, None where no index could say so."""
        if self.image is None or self.snapshot.root is None:
            return None
        found = self.snapshot.attestations_of(self.image)
        return tuple(sorted(item.digest for item in found if item.digest is not None))


def compare_image(before: ImageSide, after: ImageSide) -> ImageDifference:
    """What became of the image for one platform."""
    whole = _presence(before, after)
    manifest = digest_pair(
        before.digest,
        after.digest,
        before.manifest_evidence,
        after.manifest_evidence,
        whole=whole,
    )
    config = digest_pair(
        before.config_digest,
        after.config_digest,
        before.config_evidence,
        after.config_evidence,
        whole=whole,
    )
    size, layers = _compare_layers(before, after)
    steps, steps_relation, base = _compare_steps(before, after, layers)
    settings = _compare_settings(before, after)
    annotations = _compare_annotations(before, after)
    attestations = _compare_attestations(before, after)
    is_told_same = (
        steps_relation in (Relation.SAME, Relation.UNKNOWN)
        and all(item.relation is Relation.UNKNOWN for item in settings)
        and not annotations
        and _are_kept(layers)
    )
    is_known = manifest.relation is not Relation.UNKNOWN
    relation = manifest.relation if is_known else config.relation
    if whole is not Relation.CHANGED:
        relation = whole
    if relation in (Relation.SAME, Relation.UNKNOWN) and not is_told_same:
        relation = Relation.CHANGED
    if relation is Relation.SAME and attestations.relation is Relation.CHANGED:
        relation = Relation.CHANGED
    return ImageDifference(
        relation=relation,
        before_platform=_platform(before),
        after_platform=_platform(after),
        is_platform_moved=before.entry is not None
        and after.entry is not None
        and is_moved(before.entry, after.entry),
        before_is_held=before.image is not None,
        after_is_held=after.image is not None,
        is_contradictory=_is_contradictory(
            manifest, config, layers, steps_relation, settings
        ),
        manifest=manifest,
        config=config,
        size=size,
        layers=layers,
        base=base,
        steps=steps,
        steps_relation=steps_relation,
        settings=settings,
        annotations=annotations,
        attestations=attestations,
    )


def digest_pair(
    before: Digest | None,
    after: Digest | None,
    before_evidence: Evidence | None,
    after_evidence: Evidence | None,
    *,
    whole: Relation = Relation.CHANGED,
) -> DigestPair:
    """Two digests; where a side has none, nothing is known of it.

    Unless `whole` says that all that they belong to was added or removed.
    """
    relation = Relation.UNKNOWN
    if before is not None and after is not None:
        relation = Relation.SAME if before == after else Relation.CHANGED
    elif whole in (Relation.ADDED, Relation.REMOVED):
        relation = whole
    return DigestPair(
        relation=relation,
        before=before,
        before_evidence=before_evidence,
        after=after,
        after_evidence=after_evidence,
    )


def _presence(before: ImageSide, after: ImageSide) -> Relation:
    if before.entry is None:
        return Relation.ADDED
    return Relation.REMOVED if after.entry is None else Relation.CHANGED


def _compare_layers(
    before: ImageSide, after: ImageSide
) -> tuple[SizePair, tuple[LayerDifference, ...]]:
    one, two = before.layers, after.layers
    if one is not None and two is not None:
        return compare_sizes(one, two), compare_layers(one, two)
    known = compare_sizes(one or (), two or ())
    size = SizePair(
        before_bytes=None if one is None else known.before_bytes,
        after_bytes=None if two is None else known.after_bytes,
        delta_bytes=None,
    )
    return size, ()


def _compare_steps(
    before: ImageSide, after: ImageSide, layers: Sequence[LayerDifference]
) -> tuple[tuple[StepDifference, ...], Relation, BaseDifference | None]:
    if not (_has_steps(before) and _has_steps(after)):
        return (), Relation.UNKNOWN, None
    if _is_held_and_same(before, after) and before.has_config != after.has_config:
        # One config: what a page tells otherwise of it, it only writes otherwise.
        before = after = before if before.has_config else after
    if before.image is None or after.image is None:
        return (), Relation.UNKNOWN, None
    one, two = steps_of_side(before.image), steps_of_side(after.image)
    found = compare_steps(one, two, layers)
    base = compare_bases(one, two, found, layers)
    is_same = all(step.relation is Relation.SAME for step in found)
    relation = Relation.SAME if is_same else Relation.CHANGED
    return with_owners(found, base), relation, base


def _has_steps(side: ImageSide) -> bool:
    return side.image is not None and bool(side.image.steps or side.has_config)


def _compare_settings(
    before: ImageSide, after: ImageSide
) -> tuple[FieldDifference, ...]:
    if _is_held_and_same(before, after):
        return ()
    if before.image is None or after.image is None:
        return ()
    one, two = (
        settings_of(
            side.image.config if side.image else None,
            is_held=side.has_config,
            has_steps=bool(side.image and side.image.steps),
        )
        for side in (before, after)
    )
    return compare_settings(one, two)


def _is_held_and_same(before: ImageSide, after: ImageSide) -> bool:
    """Whether both name one config, and somebody holds it."""
    if before.config_digest is None or before.config_digest != after.config_digest:
        return False
    return before.has_config or after.has_config


def _compare_annotations(
    before: ImageSide, after: ImageSide
) -> tuple[FieldDifference, ...]:
    if before.image is None or after.image is None:
        return ()
    if not {before.manifest_evidence, after.manifest_evidence} <= {*_SEEN}:
        return ()
    return tuple(
        compare_keyed("annotations", before.image.annotations, after.image.annotations)
    )


def _compare_attestations(before: ImageSide, after: ImageSide) -> AttestationDifference:
    one, two = before.attestations, after.attestations
    relation = Relation.UNKNOWN
    if one is not None and two is not None:
        relation = Relation.SAME if one == two else Relation.CHANGED
    return AttestationDifference(relation=relation, before=one or (), after=two or ())


def _are_kept(layers: Sequence[LayerDifference]) -> bool:
    return all(
        layer.relation in (LayerRelation.SHARED, LayerRelation.UNKNOWN)
        for layer in layers
    )


def _is_contradictory(
    manifest: DigestPair,
    config: DigestPair,
    layers: Sequence[LayerDifference],
    steps: Relation,
    settings: Sequence[FieldDifference],
) -> bool:
    """Whether one digest is told to name two things."""
    of_manifest = manifest.relation is Relation.SAME and (
        config.relation is Relation.CHANGED or not _are_kept(layers)
    )
    of_config = config.relation is Relation.SAME and (
        steps is Relation.CHANGED
        or any(item.relation is not Relation.UNKNOWN for item in settings)
    )
    return of_manifest or of_config


def _platform(side: ImageSide) -> str | None:
    if side.entry is None or side.entry.platform is None:
        return None
    return str(side.entry.platform)
