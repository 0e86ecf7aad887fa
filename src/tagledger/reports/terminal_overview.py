"""The head of the terminal view: what it is, and the table of its platforms."""

from __future__ import annotations

from rich.cells import cell_len

from tagledger.model.digest import Digest
from tagledger.model.snapshot import Image, Snapshot
from tagledger.reports.known import root_evidence
from tagledger.reports.terminal_canvas import Canvas, Piece
from tagledger.reports.terminal_facts import draw_contradiction
from tagledger.reports.terminal_values import minute_text, moment_text, total_text

_GAP = "  "
_SIZE, _LAYERS, _CREATED = 9, 6, 16
_SHORT_DIGEST = 12


def draw_head(canvas: Canvas, snapshot: Snapshot) -> None:
    """The name, where it was read and when, and the root digest if it is an index's."""
    canvas.line((canvas.safe(snapshot.reference.title), "bold"))
    moment = moment_text(snapshot.observed_at)
    canvas.notes(
        [(f"from {canvas.safe(snapshot.source)}", "dim"), (f"seen {moment}", "dim")],
        indent=0,
    )
    root = snapshot.root
    if snapshot.is_absent:
        canvas.blank()
        canvas.line(("Nothing is published under this name.", "yellow"))
    elif root is None:
        canvas.blank()
        canvas.flow(
            "registry digest", [("not known to this source, and not made up", "")]
        )
    elif snapshot.is_index:
        canvas.blank()
        canvas.digest(
            "index digest",
            root.digest,
            evidence=root_evidence(snapshot),
            notes=[]
            if root.size_bytes is None
            else [(f"{root.size_bytes:,} bytes", "")],
        )
        draw_contradiction(canvas, snapshot, root.digest)
        canvas.flow("media type", [(canvas.safe(root.media_type), "")])


def draw_platforms(canvas: Canvas, snapshot: Snapshot) -> None:
    """One line for each platform, and a sum of everything."""
    images = snapshot.images
    if images:
        canvas.blank()
        _draw_table(canvas, images)
    canvas.blank()
    canvas.notes(_counts(snapshot), indent=0)


def _counts(snapshot: Snapshot) -> list[Piece]:
    counted = (
        (len(snapshot.images), "platform", ""),
        (len(snapshot.attestations), "attestation", ""),
        (len(snapshot.artifacts), "artifact", ""),
    )
    counts = [
        (f"{count} {noun}{'' if count == 1 else 's'}", style)
        for count, noun, style in counted
        if count
    ]
    if snapshot.missing:
        counts.append((f"{len(snapshot.missing)} missing", "yellow"))
    # Platforms share layers: each is counted once.
    distinct = {
        layer.digest or layer.diff_id: layer
        for image in snapshot.images
        for layer in image.layers
    }
    if len(snapshot.images) > 1 and distinct:
        number = len(distinct)
        total = total_text(distinct.values(), "of unknown size")
        counts.append((f"{number} distinct layers, {total}", ""))
    return counts


def _draw_table(canvas: Canvas, images: tuple[Image, ...]) -> None:
    dash = canvas.glyphs.dash
    names = [platform_text(canvas, image) for image in images]
    longest = max(len(image.digest or "") for image in images)
    room = canvas.width - _SIZE - _LAYERS - 2 * len(_GAP)
    name_cells = min(max(map(cell_len, (*names, "platform"))), room)
    # What does not fit goes; the digests follow in full below anyway.
    room -= name_cells + len(_GAP)
    has_digests = room >= _SHORT_DIGEST
    has_dates = room >= _SHORT_DIGEST + len(_GAP) + _CREATED
    is_long = room >= longest + len(_GAP) + _CREATED

    def draw(name: str, columns: tuple[str, str, str, str], styles: str) -> None:
        size, layers, created, digest = columns
        rest = [layers.rjust(_LAYERS)]
        if has_dates:
            rest.append(canvas.padded(created, _CREATED))
        if has_digests:
            rest.append(digest)
        name_style, size_style, rest_style = styles.split(",")
        canvas.line(
            (canvas.padded(name, name_cells), name_style),
            (_GAP + size.rjust(_SIZE), size_style),
            (_GAP + _GAP.join(rest), rest_style),
        )

    title = "manifest digest" if is_long else "manifest"
    draw("platform", ("size", "layers", "created", title), "dim,dim,dim")
    for image, name in zip(images, names, strict=True):
        created = image.config.created if image.config else None
        columns = (
            total_text(image.layers, dash),
            str(len(image.layers)),
            dash if created is None else minute_text(created),
            _digest_text(image.digest, dash, is_long=is_long),
        )
        draw(name, columns, "cyan,bold,")


def _digest_text(digest: Digest | None, dash: str, *, is_long: bool) -> str:
    if digest is None:
        return dash
    return digest if is_long else digest.encoded[:_SHORT_DIGEST]


def platform_text(canvas: Canvas, image: Image) -> str:
    """The platform on one line, with its features."""
    platform = image.platform
    features = (*platform.os_features, *platform.features)
    extra = f" +{' +'.join(features)}" if features else ""
    return canvas.safe(f"{platform}{extra}")
