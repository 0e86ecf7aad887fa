"""The bullets that several kinds of section share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tagledger.model.digest import Digest
from tagledger.model.printable import printable_line
from tagledger.model.snapshot import Attestation, Layer
from tagledger.model.times import http_date
from tagledger.reports.page import markup
from tagledger.reports.page.form import Bullets, PageForm
from tagledger.reports.page.size_text import size_text
from tagledger.reports.page.wording import (
    DIGEST_UNKNOWN,
    SIZE_UNKNOWN,
    TRANSFER_NOTE,
    UNPACKED_DIGEST,
    UNPACKED_NOTE,
)


def pull_block(name: str, digest: Digest) -> str:
    """The console block that pulls exactly this."""
    line = f"$ docker pull {printable_line(name)}@{digest}"
    fence = markup.fence_for(line)
    return f"{fence}console\n{line}\n{fence}\n"


def total_size_lines(layers: Sequence[Layer], bullets: Bullets) -> list[str]:
    """What all layers come to, repeats included, and which size that is."""
    packed = [layer.size_bytes for layer in layers if layer.size_bytes is not None]
    if len(packed) == len(layers):
        return _total(sum(packed), TRANSFER_NOTE, bullets)
    unpacked = [
        layer.uncompressed_size_bytes
        for layer in layers
        if layer.uncompressed_size_bytes is not None
    ]
    if not packed and len(unpacked) == len(layers):
        return _total(sum(unpacked), UNPACKED_NOTE, bullets)
    return [f"{bullets.item}Total Size: {SIZE_UNKNOWN}"]


def layer_lines(
    layer: Layer, form: PageForm, further: Iterable[str] = ()
) -> Iterable[str]:
    """One layer: its digest, and under it what is known of it."""
    bullets = form.bullets
    if layer.digest is not None:
        lines = [f"{bullets.inner}`{layer.digest}`"]
    elif layer.diff_id is not None:
        lines = [f"{bullets.inner}`{layer.diff_id}` {UNPACKED_DIGEST}"]
    else:
        lines = [f"{bullets.inner}{DIGEST_UNKNOWN}"]
    if layer.last_modified is not None:
        lines.append(f"Last Modified: {http_date(layer.last_modified)}")
    if layer.size_bytes is not None:
        lines.append(f"Size: {size_text(layer.size_bytes)}")
    elif layer.uncompressed_size_bytes is not None:
        lines.append(f"Uncompressed Size: {size_text(layer.uncompressed_size_bytes)}")
    if layer.media_type is not None:
        lines.append(f"MIME: {markup.bare(layer.media_type)}")
    lines.extend(further)
    return broken(lines, bullets)


def attestation_lines(
    attestations: Iterable[Attestation], form: PageForm
) -> Iterable[str]:
    """The attestations under a bullet of their own, if there are any."""
    # An index may list the same one twice.
    found = {item.digest: item for item in attestations if item.manifest is not None}
    if found:
        yield f"{form.bullets.item}Attestations:"
    for attestation in found.values():
        yield from _attestation(attestation, form)


def broken(lines: list[str], bullets: Bullets) -> Iterable[str]:
    """Lines of one item, each but the last ending in Markdown's hard line break."""
    separator = f"  \n{bullets.inner_line}"
    return separator.join(lines).split("\n")


def _total(size_bytes: int, note: str, bullets: Bullets) -> list[str]:
    text = f"{bullets.item}Total Size: **{size_text(size_bytes)}**  "
    return [text, f"{bullets.note}{note}"]


def _attestation(attestation: Attestation, form: PageForm) -> Iterable[str]:
    media_type = attestation.manifest.media_type if attestation.manifest else ""
    lines = [
        f"{form.bullets.inner}`{attestation.digest}`",
        f"MIME: {markup.bare(media_type)}",
    ]
    if form.full:
        lines += _statement_lines(attestation)
    return broken(lines, form.bullets)


def _statement_lines(attestation: Attestation) -> Iterable[str]:
    for layer in attestation.layers:
        said = layer.annotations.get("in-toto.io/predicate-type")
        kind = markup.code_span(said) if said else "unnamed"
        yield f"Statement: {kind} in {layer.digest}"
