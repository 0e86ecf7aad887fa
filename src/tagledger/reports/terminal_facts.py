"""What the terminal view says of one image before its layers: digests and settings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from tagledger.model.config import ImageConfig
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.snapshot import Attestation, Entry, Image, Snapshot
from tagledger.reports.known import (
    are_layers_known,
    config_evidence,
    dates_evidence,
    manifest_evidence,
)
from tagledger.reports.terminal_canvas import (
    EVIDENCE_STYLES,
    LABEL_CELLS,
    Canvas,
    Piece,
)
from tagledger.reports.terminal_values import (
    healthcheck_text,
    moment_text,
    total_text,
)

PREDICATE_TYPE = "in-toto.io/predicate-type"
"""Where BuildKit says what an attestation states."""

NOT_READ: Piece = ("not read", "dim")

LISTED = 8
"""How many variables or labels are shown unless all were asked for."""


def draw_facts(canvas: Canvas, snapshot: Snapshot, image: Image) -> None:
    """The digests, each with how it is known, and what the config says."""
    _draw_digests(canvas, snapshot, image)
    canvas.blank()
    if are_layers_known(snapshot):
        _draw_size(canvas, image)
    else:
        canvas.flow("layers", [("not known to this source", "")])
    _draw_evidence(canvas, snapshot, image)
    if image.config is not None:
        _draw_config(canvas, image.config)
    draw_pairs(canvas, "annotations", image.annotations)
    if image.artifact_type:
        canvas.flow("artifact type", [(canvas.safe(image.artifact_type), "")])


def draw_manifest(canvas: Canvas, snapshot: Snapshot, entry: Entry) -> None:
    """The manifest digest with how it is known, the true media type, the indexes."""
    if entry.manifest is not None:
        size_bytes = entry.manifest.size_bytes
        canvas.digest(
            "manifest digest",
            entry.manifest.digest,
            evidence=manifest_evidence(snapshot, entry),
            notes=[] if size_bytes is None else [(f"{size_bytes:,} bytes", "")],
        )
        draw_contradiction(canvas, snapshot, entry.manifest.digest)
        canvas.flow("media type", [(canvas.safe(entry.manifest.media_type), "")])
    for index in entry.within:
        canvas.digest("within index", index, evidence=snapshot.evidence(index))


def draw_contradiction(canvas: Canvas, snapshot: Snapshot, digest: Digest) -> None:
    """What excludes each other, where statements about this digest do."""
    if digest in snapshot.contradicted:
        draw_list(canvas, "contradicted", [snapshot.contradicted[digest]])


def draw_attestation(
    canvas: Canvas, snapshot: Snapshot, label: str, attestation: Attestation
) -> None:
    """An attestation's digest, and what kinds of statement are in it."""
    if attestation.digest is None:
        return
    evidence = manifest_evidence(snapshot, attestation)
    kinds: list[Piece] = [
        (canvas.safe(layer.annotations[PREDICATE_TYPE]), "")
        for layer in attestation.layers
        if PREDICATE_TYPE in layer.annotations
    ]
    if evidence is None:
        kinds.insert(0, NOT_READ)
    canvas.digest(label, attestation.digest, evidence=evidence, notes=kinds)


def draw_descriptor(canvas: Canvas, label: str, descriptor: Descriptor | None) -> None:
    """A pointer to something else: its digest and media type."""
    if descriptor is not None:
        notes = [(canvas.safe(descriptor.media_type), "")]
        canvas.digest(label, descriptor.digest, notes=notes)


def draw_pairs(canvas: Canvas, label: str, pairs: Mapping[str, str]) -> None:
    """Labels or annotations, one to a line."""
    draw_list(canvas, label, [f"{key}={value}" for key, value in pairs.items()])


def _draw_digests(canvas: Canvas, snapshot: Snapshot, image: Image) -> None:
    draw_manifest(canvas, snapshot, image)
    config = image.config_descriptor
    if config is not None:
        evidence = config_evidence(snapshot, image)
        notes: list[Piece] = [("the image ID", "")]
        if evidence is None:
            notes.insert(0, NOT_READ)
        canvas.digest("config digest", config.digest, evidence=evidence, notes=notes)
        draw_contradiction(canvas, snapshot, config.digest)
    elif image.v1_id is not None:
        canvas.flow("image ID", [(canvas.safe(image.v1_id), "")])
    draw_descriptor(canvas, "subject", image.subject)
    for attestation in snapshot.attestations_of(image):
        draw_attestation(canvas, snapshot, "attested by", attestation)


def _draw_size(canvas: Canvas, image: Image) -> None:
    sizes = [layer.transfer_size_bytes for layer in image.layers]
    known = sum(size or 0 for size in sizes)
    number = len(sizes)
    is_compressed = any(layer.size_bytes is not None for layer in image.layers)
    pieces: list[Piece] = [
        (total_text(image.layers, "not known"), "bold"),
        (f"{number} layer{'' if number == 1 else 's'}", ""),
    ]
    if known >= 1000:
        kind = "as transferred" if is_compressed else "uncompressed"
        pieces.append((f"{known:,} bytes {kind}", "dim"))
    canvas.flow("size", pieces)


def _draw_evidence(canvas: Canvas, snapshot: Snapshot, image: Image) -> None:
    """Where settings or dates are known otherwise than the manifest, say how."""
    manifest = manifest_evidence(snapshot, image)
    config = config_evidence(snapshot, image)
    dates = dates_evidence(snapshot, image.layers)
    settings = "settings and steps" if image.steps else "settings"
    pieces: list[Piece] = [
        (f"{what} {evidence}", EVIDENCE_STYLES[evidence])
        for what, evidence in ((settings, config), ("layer dates", dates))
        if evidence not in (None, manifest)
    ]
    if pieces:
        canvas.flow("known", pieces)


def _draw_config(canvas: Canvas, config: ImageConfig) -> None:
    made = _made(canvas, config)
    canvas.flow("created" if config.created else "built", made)
    for label, words in (
        ("entrypoint", config.entrypoint),
        ("command", config.command),
        ("shell", config.shell),
    ):
        if words is not None:
            draw_list(canvas, label, [json.dumps(words, ensure_ascii=False)])
    check = config.healthcheck
    escaped = "escaped already (ArgsEscaped)" if config.args_escaped else None
    for label, value in (
        ("arguments", escaped),
        ("user", config.user),
        ("working folder", config.working_dir),
        ("host name", config.hostname),
        ("stop signal", config.stop_signal),
        ("ports", ", ".join(config.exposed_ports)),
        ("volumes", ", ".join(config.volumes)),
        ("health check", healthcheck_text(check) if check else None),
    ):
        draw_list(canvas, label, [value] if value else [])
    draw_list(canvas, "environment", config.env)
    draw_pairs(canvas, "labels", config.labels)
    draw_list(canvas, "on build", config.on_build)


def _made(canvas: Canvas, config: ImageConfig) -> list[Piece]:
    made: list[Piece] = []
    if config.created is not None:
        made.append((moment_text(config.created), ""))
    if config.docker_version:
        made.append((f"with Docker {canvas.safe(config.docker_version)}", ""))
    if config.author:
        made.append((f"by {canvas.safe(config.author)}", ""))
    return made


def draw_list(canvas: Canvas, label: str, items: Sequence[str]) -> None:
    """Each item on a line, or in full on as many as it needs."""
    cells = canvas.width - LABEL_CELLS
    shown = items if canvas.full else items[:LISTED]
    lines: list[str] = []
    for item in shown:
        text = canvas.safe(item)
        # Uncut, so that what is copied from the terminal is whole.
        whole = canvas.wrapped(text, cells, is_cut=False) if canvas.full else []
        lines += whole or [canvas.shortened(text, cells)]
    if len(shown) < len(items):
        lines.append(f"{canvas.glyphs.ellipsis} and {len(items) - len(shown)} more")
    for position, text in enumerate(lines):
        head = label if position == 0 else ""
        canvas.line((f"{head:<{LABEL_CELLS}}", "dim"), text)
