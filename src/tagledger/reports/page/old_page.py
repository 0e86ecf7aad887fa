"""The pages of before June 2016, which list layer by layer, as text.

They speak of schema 1 images, where each step has a blob and an ID of its own, and
say nothing of platforms. The record alone wrote them; nothing new is written so.
"""

from __future__ import annotations

from collections.abc import Iterator

from tagledger.model.snapshot import Image, Layer, Snapshot
from tagledger.model.step import Step
from tagledger.model.times import http_date
from tagledger.reports.page import markup
from tagledger.reports.page.bullets import pull_block
from tagledger.reports.page.form import OldForm, OldLayer
from tagledger.reports.page.size_text import size_text


def write_old(snapshot: Snapshot, form: OldForm) -> str:
    """The page of a snapshot that was read from such a page."""
    parts = [old_head(snapshot, form)]
    for image in _listed(snapshot, form):
        rows = zip(form.layers, image.layers, image.steps, strict=True)
        parts += [old_layer_section(*row) for row in rows]
    return "\n".join(parts)


def old_head(snapshot: Snapshot, form: OldForm) -> str:
    """All that stands above the first layer."""
    lines = [f"## {markup.code_span(snapshot.reference.title)}", ""]
    name = snapshot.reference.familiar_name
    if snapshot.root is not None:
        prefix = "library/" if form.pulls_library else ""
        lines.append(pull_block(f"{prefix}{name}", snapshot.root.digest))
    for image in _listed(snapshot, form):
        count, unpacked, packed = form.announced or totals(
            image, counts_newest_twice=form.counts_newest_twice
        )
        if unpacked is not None:
            lines.append(f"-\tTotal Virtual Size: {size_text(unpacked)}")
        lines.append(f"-\tTotal v2 Content-Length: {size_text(packed)}")
        lines += ["", f"### Layers ({count})", ""]
    return "\n".join(lines)


def totals(image: Image, *, counts_newest_twice: bool) -> tuple[int, int | None, int]:
    """What the head says of the layers: count, uncompressed size if known, size."""
    layers = image.layers
    counted = (*layers, *(layers[-1:] if counts_newest_twice else ()))
    unpacked = [layer.uncompressed_size_bytes for layer in counted]
    is_known = any(size is not None for size in unpacked)
    return (
        len(layers),
        sum(size or 0 for size in unpacked) if is_known else None,
        sum(layer.size_bytes or 0 for layer in counted),
    )


def _listed(snapshot: Snapshot, form: OldForm) -> tuple[Image, ...]:
    return snapshot.images if form.fragment is None else (form.fragment,)


def old_layer_section(old: OldLayer, layer: Layer, step: Step) -> str:
    """One layer: its ID as the heading, the command, and its facts."""
    return "\n".join(
        [
            *(f"#### `{old.v1_id}`", "", "```dockerfile", step.dockerfile, "```", ""),
            *_facts(old, layer, step),
            "",
        ]
    )


def _facts(old: OldLayer, layer: Layer, step: Step) -> Iterator[str]:
    if step.created is not None:
        yield f"-\tCreated: {http_date(step.created)}"
    if old.parent is not None:
        yield f"-\tParent Layer: `{old.parent}`"
    if old.docker_version is not None:
        yield f"-\tDocker Version: {old.docker_version}"
    if layer.uncompressed_size_bytes is not None:
        yield f"-\tVirtual Size: {size_text(layer.uncompressed_size_bytes)}"
    if layer.digest is not None:
        yield f"-\tv2 Blob: `{layer.digest}`"
    if layer.size_bytes is not None:
        yield f"-\tv2 Content-Length: {size_text(layer.size_bytes)}"
    if layer.last_modified is not None:
        yield f"-\tv2 Last-Modified: {http_date(layer.last_modified)}"
