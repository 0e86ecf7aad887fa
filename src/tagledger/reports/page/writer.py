"""The published page, written from a snapshot."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tagledger.model.snapshot import (
    Artifact,
    Attestation,
    Entry,
    Image,
    Missing,
    Snapshot,
)
from tagledger.reports.page import markup
from tagledger.reports.page.bullets import attestation_lines, pull_block
from tagledger.reports.page.form import PageForm
from tagledger.reports.page.image_section import image_section
from tagledger.reports.page.other_section import artifact_section, missing_section
from tagledger.reports.page.platform_text import safe_platform_text
from tagledger.reports.page.wording import ABSENT, ARTIFACT, ATTESTATIONS, NO_DIGEST


def write_page(
    snapshot: Snapshot, *, form: PageForm | None = None, full: bool = False
) -> bytes:
    """The page of this snapshot, ending in a newline.

    Without a `form` it is the one that the snapshot was read from, errors included,
    or that of 2019. `full` adds what the record leaves out.
    """
    if form is None and isinstance(snapshot.form, PageForm):
        form = snapshot.form
    form = form or PageForm()
    if full:
        form = msgspec.structs.replace(form, full=True, as_published=False)
    text = "\n".join(_parts(snapshot, form))
    return text.encode(form.encoding)


def _parts(snapshot: Snapshot, form: PageForm) -> Iterator[str]:
    title = markup.code_span(snapshot.reference.title)
    yield f"## {title}\n"
    yield from _head(snapshot, form)
    for heading, body in _sections(snapshot, form):
        yield f"### {title} - {heading}\n"
        yield body


def _head(snapshot: Snapshot, form: PageForm) -> Iterator[str]:
    if snapshot.is_absent:
        yield f"{ABSENT}\n"
        return
    root = snapshot.root
    if root is not None and (snapshot.is_index or snapshot.images):
        yield pull_block(snapshot.reference.familiar_name, root.digest)
    elif root is None:
        yield f"{NO_DIGEST}\n"
    item, inner = form.bullets.item, form.bullets.inner
    lines = []
    if root is not None and snapshot.is_index:
        lines.append(f"{item}Manifest MIME: {markup.code_span(root.media_type)}")
    listed = [
        safe_platform_text(entry.platform)
        for entry in snapshot.entries
        if _is_listed(entry, form) and isinstance(entry, Image | Missing | Attestation)
    ]
    if listed:
        count = f" {len(listed)}" if form.counts_platforms else ""
        lines.append(f"{item}Platforms:{count}")
        lines += [f"{inner}{text}" for text in listed]
    if lines:
        yield "\n".join([*lines, ""])


def _is_listed(entry: Entry, form: PageForm) -> bool:
    return isinstance(entry, Image | Missing) or (
        form.as_published and isinstance(entry, Attestation)
    )


def _sections(snapshot: Snapshot, form: PageForm) -> Iterator[tuple[str, str]]:
    for entry in snapshot.entries:
        if isinstance(entry, Image):
            heading = safe_platform_text(entry.platform)
            spoken = snapshot.attestations_of(entry)
            yield heading, image_section(snapshot, entry, form, spoken)
        elif isinstance(entry, Missing):
            heading = safe_platform_text(entry.platform)
            yield heading, missing_section(snapshot, entry, form)
        elif isinstance(entry, Artifact):
            yield ARTIFACT, artifact_section(entry, form)
    subjects = {image.digest for image in snapshot.images}
    loose = [
        item for item in snapshot.attestations if item.subject_digest not in subjects
    ]
    if lines := [*attestation_lines(loose, form)]:
        yield ATTESTATIONS, "\n".join([*lines, ""])
