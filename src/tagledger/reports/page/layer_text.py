"""Layers and attestations, read from the items that `bullets` writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tagledger.errors import DamagedPage, MalformedDigest
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.entries import UNKNOWN_PLATFORM
from tagledger.model.snapshot import Attestation, Layer
from tagledger.model.times import parse_http_date
from tagledger.reports.page import markup
from tagledger.reports.page.form import Bullets
from tagledger.reports.page.outline import inner_lines
from tagledger.reports.page.size_text import parse_size_text
from tagledger.reports.page.wording import DIGEST_UNKNOWN, UNPACKED_DIGEST

_LAYER_FIELDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "Last Modified": ("last_modified", parse_http_date),
    "Size": ("size_bytes", parse_size_text),
    "Uncompressed Size": ("uncompressed_size_bytes", parse_size_text),
    "MIME": ("media_type", markup.parse_bare),
}
_ATTESTATION_FIELDS = {"MIME": _LAYER_FIELDS["MIME"]}


def parse_layer(text: str, bullets: Bullets) -> Layer:
    """The layer of one inner item. Raises DamagedPage with the line in the text."""
    name, *lines = inner_lines(text, bullets)
    digest = diff_id = None
    if name.endswith(UNPACKED_DIGEST):
        diff_id = parse_digest_span(name.removesuffix(f" {UNPACKED_DIGEST}"))
    elif name != DIGEST_UNKNOWN:
        digest = parse_digest_span(name)
    return Layer(digest=digest, diff_id=diff_id, **_fields(lines, _LAYER_FIELDS))


def parse_attestation(
    text: str, bullets: Bullets, subject: Digest | None
) -> Attestation:
    """The attestation of one inner item. Raises DamagedPage."""
    name, *lines = inner_lines(text, bullets)
    digest = parse_digest_span(name)
    media_type = _fields(lines, _ATTESTATION_FIELDS).get("media_type")
    if media_type is None:
        raise DamagedPage("", 1, "an attestation has a MIME")
    return Attestation(
        manifest=Descriptor(media_type, digest, None),
        platform=UNKNOWN_PLATFORM,
        subject_digest=subject,
    )


def parse_digest_span(text: str) -> Digest:
    """The digest in a code span, at line 1. Raises DamagedPage."""
    try:
        return parse_digest_text(text)
    except ValueError as exc:
        raise DamagedPage("", 1, str(exc)) from exc


def parse_digest_text(text: str) -> Digest:
    """The digest in a code span. Raises ValueError."""
    said = markup.parse_span(text)
    try:
        return Digest(said)
    except MalformedDigest as exc:
        raise ValueError(digest_problem(exc.text)) from exc


def digest_problem(text: str) -> str:
    """What is wrong with a digest, counted where counting helps."""
    algorithm, colon, digits = text.partition(":")
    expected = {"sha256": 64, "sha512": 128}.get(algorithm)
    if colon and expected is not None and len(digits) != expected:
        return f"a digest of {len(digits)} characters instead of {expected}: {text!r}"
    return f"{text!r} is not a digest"


def _fields(
    lines: list[str], known: dict[str, tuple[str, Callable[[str], Any]]]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, line in enumerate(lines, start=2):
        label, _, value = line.partition(": ")
        if label not in known or known[label][0] in found:
            problem = f"{line[:60]!r} does not belong here"
            raise DamagedPage("", number, problem)
        field, parse = known[label]
        try:
            found[field] = parse(value)
        except ValueError as exc:
            raise DamagedPage("", number, str(exc)) from exc
    return found
