"""The end of the terminal view: what is published beside the images."""

from __future__ import annotations

from tagledger.model.snapshot import Artifact, Missing, Snapshot
from tagledger.reports.terminal_canvas import Canvas, Piece
from tagledger.reports.terminal_facts import (
    draw_attestation,
    draw_descriptor,
    draw_manifest,
    draw_pairs,
)
from tagledger.reports.terminal_values import size_text, total_text


def draw_artifact(canvas: Canvas, snapshot: Snapshot, artifact: Artifact) -> None:
    """What is no image: its type, its digests and its blobs."""
    platform = f" {artifact.platform}" if artifact.platform else ""
    canvas.heading((f"artifact{canvas.safe(platform)}", "bold"))
    canvas.flow("artifact type", [(canvas.safe(artifact.artifact_type), "bold")])
    draw_manifest(canvas, snapshot, artifact)
    draw_descriptor(canvas, "config digest", artifact.config_descriptor)
    draw_descriptor(canvas, "subject", artifact.subject)
    if artifact.layers:
        canvas.flow("size", [(total_text(artifact.layers, "not known"), "bold")])
    draw_pairs(canvas, "annotations", artifact.annotations)
    for layer in artifact.layers:
        if layer.digest is not None:
            facts: list[Piece] = [(canvas.safe(layer.media_type or ""), "")]
            if layer.size_bytes is not None:
                facts.insert(0, (size_text(layer.size_bytes), "bold"))
            canvas.digest("blob", layer.digest, notes=facts)


def draw_others(canvas: Canvas, snapshot: Snapshot) -> None:
    """Attestations of nothing that is here, and what is missing."""
    known = {image.digest for image in snapshot.images}
    loose = [
        entry for entry in snapshot.attestations if entry.subject_digest not in known
    ]
    if loose:
        canvas.heading(("attestations of images that are not here", "bold"))
    for attestation in loose:
        draw_attestation(canvas, snapshot, "attestation", attestation)
        if attestation.subject_digest is not None:
            canvas.digest("of manifest", attestation.subject_digest)
    if snapshot.missing:
        canvas.heading(("missing: listed, and not held by this source", "bold yellow"))
    for missing in snapshot.missing:
        _draw_missing(canvas, missing)
    for artifact in snapshot.artifacts:
        draw_artifact(canvas, snapshot, artifact)


def _draw_missing(canvas: Canvas, missing: Missing) -> None:
    platform = (
        canvas.safe(str(missing.platform)) if missing.platform else "platform not said"
    )
    if missing.manifest is None:
        canvas.flow("", [(platform, "cyan")])
        return
    canvas.digest(
        "manifest digest", missing.manifest.digest, notes=[(platform, "cyan")]
    )
