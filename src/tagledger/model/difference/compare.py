"""Two snapshots compared, from whatever sources they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable

from tagledger.model.difference.images import ImageSide, compare_image, digest_pair
from tagledger.model.difference.platforms import listed, pair
from tagledger.model.difference.settings import compare_keyed
from tagledger.model.difference.values import (
    ArtifactDifference,
    Difference,
    DigestPair,
    FieldDifference,
    Relation,
    Side,
)
from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import Artifact, Snapshot

_SEEN = (Evidence.READ, Evidence.PROVEN)


def compare(
    before: Snapshot, after: Snapshot, *, is_partial: bool = False
) -> Difference:
    """What changed from the first to the second. No two snapshots are refused.

    `is_partial` where only some platforms of them are wanted: that the indexes differ
    then says nothing. What one side cannot know is unknown, and no difference.
    """
    root = _compare_roots(before, after)
    annotations = () if is_partial else _compare_annotations(before, after)
    images = tuple(
        compare_image(ImageSide(before, one), ImageSide(after, two))
        for one, two in pair(listed(before), listed(after))
    )
    artifacts = tuple(_compare_artifacts(before, after))
    parts = [
        *(image.relation for image in images),
        *(artifact.relation for artifact in artifacts),
    ]
    if not is_partial:
        parts.append(root.relation)
    return Difference(
        relation=_sum(before, after, parts, has_more=bool(annotations)),
        before=_side(before),
        after=_side(after),
        is_partial=is_partial,
        root=root,
        annotations=annotations,
        images=images,
        artifacts=artifacts,
    )


def _sum(
    before: Snapshot, after: Snapshot, parts: list[Relation], *, has_more: bool
) -> Relation:
    presence = _presence(before, after)
    if presence is not Relation.CHANGED:
        return presence
    if has_more or any(part not in (Relation.SAME, Relation.UNKNOWN) for part in parts):
        return Relation.CHANGED
    return Relation.SAME if Relation.SAME in parts or not parts else Relation.UNKNOWN


def _presence(before: Snapshot, after: Snapshot) -> Relation:
    if before.is_absent == after.is_absent:
        return Relation.SAME if before.is_absent else Relation.CHANGED
    return Relation.ADDED if before.is_absent else Relation.REMOVED


def _side(snapshot: Snapshot) -> Side:
    return Side(
        reference=snapshot.reference.familiar,
        source=snapshot.source,
        observed_at=snapshot.observed_at,
        is_absent=snapshot.is_absent,
    )


def _compare_roots(before: Snapshot, after: Snapshot) -> DigestPair:
    one, two = before.root, after.root
    return digest_pair(
        None if one is None else one.digest,
        None if two is None else two.digest,
        None if one is None else before.evidence(one.digest),
        None if two is None else after.evidence(two.digest),
        whole=_presence(before, after),
    )


def _compare_annotations(
    before: Snapshot, after: Snapshot
) -> tuple[FieldDifference, ...]:
    """Those of two indexes; an image's own are compared with the image."""
    for side in (before, after):
        if side.root is None or not side.is_index:
            return ()
        if side.evidence(side.root.digest) not in _SEEN:
            return ()
    return tuple(compare_keyed("annotations", before.annotations, after.annotations))


def _compare_artifacts(before: Snapshot, after: Snapshot) -> list[ArtifactDifference]:
    """Artifacts of one type and platform, in published order."""
    waiting: dict[Hashable, list[Artifact]] = defaultdict(list)
    for artifact in reversed(before.artifacts):
        waiting[artifact.artifact_type, artifact.platform].append(artifact)
    found = []
    for artifact in after.artifacts:
        queue = waiting[artifact.artifact_type, artifact.platform]
        earlier = next(
            (item for item in queue if item.digest == artifact.digest), None
        ) or (queue[-1] if queue else None)
        if earlier is not None:
            queue.remove(earlier)
        found.append(_artifact(earlier, artifact))
    gone = (artifact for queue in waiting.values() for artifact in reversed(queue))
    return [*found, *(_artifact(artifact, None) for artifact in gone)]


def _artifact(before: Artifact | None, after: Artifact | None) -> ArtifactDifference:
    one = None if before is None else before.digest
    two = None if after is None else after.digest
    relation = Relation.SAME if one == two else Relation.CHANGED
    if before is None:
        relation = Relation.ADDED
    elif after is None:
        relation = Relation.REMOVED
    elif one is None or two is None:
        relation = Relation.UNKNOWN
    known = after or before
    return ArtifactDifference(
        relation=relation,
        artifact_type=known.artifact_type if known else "",
        before=one,
        after=two,
    )
