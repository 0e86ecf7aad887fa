"""The published page, written from a snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tagledger.model.snapshot import (
    Artifact,
    Attestation,
    Entry,
    Image,
    Missing,
    Snapshot,
)
from tagledger.reports.known import root_evidence
from tagledger.reports.page import full as full_form
from tagledger.reports.page import markup
from tagledger.reports.page.bullets import attestation_lines, pull_block
from tagledger.reports.page.cache import BoundedCache
from tagledger.reports.page.form import Bullets, PageForm
from tagledger.reports.page.image_section import attestation_as_image, image_section
from tagledger.reports.page.local_page import LocalReport, write_local
from tagledger.reports.page.old_page import write_old
from tagledger.reports.page.other_section import artifact_section, missing_section
from tagledger.reports.page.platform_text import platform_text, safe_platform_text
from tagledger.reports.page.wording import (
    ABSENT,
    ARTIFACT,
    ATTESTATIONS,
    NO_DIGEST,
    NO_PLATFORMS,
)

MAX_CACHED_BYTES = 64 * 1024 * 1024
"""Text of written sections remembered: three years of 22 images have 24 MB."""

_Key = tuple[int, str | None, bool, str | None, str, Bullets]


def write_page(
    snapshot: Snapshot, *, form: PageForm | None = None, full: bool = False
) -> bytes:
    """The page of this snapshot, ending in a newline.

    Without a `form` it is the one that the snapshot was read from, errors included,
    or that of 2019. `full` adds what the record leaves out.
    """
    return PageWriter().write(snapshot, form=form, full=full)


class PageWriter:
    """Writes pages; a section that many of them share is written once."""

    def __init__(self, *, max_cached_bytes: int = MAX_CACHED_BYTES) -> None:
        # The entry is kept beside its text, so that its identity stays its own.
        self._sections: BoundedCache[_Key, tuple[Entry, bytes]] = BoundedCache(
            max_cached_bytes
        )

    def write(
        self, snapshot: Snapshot, *, form: PageForm | None = None, full: bool = False
    ) -> bytes:
        """As `write_page`."""
        own = snapshot.form
        if form is None and not full and isinstance(own, LocalReport):
            return write_local(own)
        if form is None:
            form = own if isinstance(own, PageForm) else PageForm()
        if full:
            form = PageForm(full=True, counts_platforms=form.counts_platforms)
        if form.old is not None:
            return write_old(snapshot, form.old).encode(form.encoding)
        separator = section_separator(snapshot)
        head = self.head(snapshot, form).encode(form.encoding)
        return separator.join((head, *self.sections(snapshot, form)))

    def head(self, snapshot: Snapshot, form: PageForm) -> str:
        """All that stands above the first section."""
        return "\n".join(_head(snapshot, form))

    def sections(self, snapshot: Snapshot, form: PageForm) -> Iterator[bytes]:
        """Each section as bytes, from its platform on."""
        name = snapshot.reference.familiar_name if snapshot.is_index else None
        for entry in snapshot.entries:
            if isinstance(entry, Attestation) and not form.as_published:
                continue
            spoken: tuple[Attestation, ...] = ()
            if isinstance(entry, Image) and not form.as_published:
                spoken = snapshot.attestations_of(entry)
            if form.full:
                how = [full_form.evidence_line(snapshot, entry)]
                text = _section(entry, form, name, spoken, how)
                yield text.encode(form.encoding)
            else:
                yield self.section(entry, form, pull_name=name, attestations=spoken)
        if form.as_published:
            return
        subjects = {image.digest for image in snapshot.images}
        loose = [
            attestation
            for attestation in snapshot.attestations
            if attestation.subject_digest not in subjects
            and attestation.manifest is not None
        ]
        if loose:
            yield self.loose_attestations(loose, form)

    def loose_attestations(
        self, attestations: Iterable[Attestation], form: PageForm
    ) -> bytes:
        """The section of those that speak of no image here, or do not say of which."""
        lines = attestation_lines(attestations, form)
        return "\n".join([ATTESTATIONS, "", *lines, ""]).encode(form.encoding)

    def section(
        self,
        entry: Entry,
        form: PageForm,
        *,
        pull_name: str | None,
        attestations: tuple[Attestation, ...] = (),
    ) -> bytes:
        """One section as bytes, from its platform on; for every form but the full."""
        if attestations:
            return _section(entry, form, pull_name, attestations).encode(form.encoding)
        key = (
            *(id(entry), pull_name, form.as_published),
            *(form.stated_manifest_type, form.encoding, form.bullets),
        )
        found = self._sections.get(key)
        if found is None:
            text = _section(entry, form, pull_name)
            found = entry, text.encode(form.encoding)
            self._sections.put(key, found, len(text))
        return found[1]


def section_separator(snapshot: Snapshot) -> bytes:
    """What stands between the parts of a page, up to the platform."""
    title = markup.code_span(snapshot.reference.title)
    return f"\n### {title} - ".encode()


def _head(snapshot: Snapshot, form: PageForm) -> Iterator[str]:
    yield f"## {markup.code_span(snapshot.reference.title)}\n"
    if snapshot.is_absent:
        yield f"{ABSENT}\n"
        return
    root = snapshot.root
    if root is not None and (snapshot.is_index or not snapshot.artifacts):
        yield pull_block(snapshot.reference.familiar_name, root.digest)
    elif root is None:
        yield f"{NO_DIGEST}\n"
    item, inner = form.bullets.item, form.bullets.inner
    lines = []
    if root is not None and snapshot.is_index:
        lines.append(f"{item}Manifest MIME: {markup.code_span(root.media_type)}")
    listed = [
        _heading(entry, form)
        for entry in snapshot.entries
        if isinstance(entry, Image | Missing)
        or (form.as_published and isinstance(entry, Attestation))
    ]
    if listed:
        count = f" {len(listed)}" if form.counts_platforms else ""
        lines.append(f"{item}Platforms:{count}")
        lines += [f"{inner}{text}" for text in listed]
    elif snapshot.is_index:
        lines.append(f"{item}Platforms: {NO_PLATFORMS}")
    if form.full and snapshot.is_index:
        lines.append(f"{item}Evidence: {root_evidence(snapshot)}")
    if lines:
        yield "\n".join([*lines, ""])


def _heading(entry: Entry, form: PageForm) -> str:
    if not isinstance(entry, Image | Missing | Attestation):
        return ARTIFACT
    if form.as_published and entry.platform is not None:
        return platform_text(entry.platform)
    return safe_platform_text(entry.platform)


def _section(
    entry: Entry,
    form: PageForm,
    pull_name: str | None,
    attestations: tuple[Attestation, ...] = (),
    evidence: Iterable[str] = (),
) -> str:
    if isinstance(entry, Artifact):
        body = artifact_section(entry, form, evidence)
    elif isinstance(entry, Missing):
        body = missing_section(entry, form, pull_name)
    elif isinstance(entry, Image | Attestation):
        body = image_section(
            attestation_as_image(entry) if isinstance(entry, Attestation) else entry,
            form,
            pull_name=pull_name,
            attestations=attestations,
            evidence=evidence,
        )
    else:
        raise TypeError(f"{type(entry).__name__} is no kind of entry")
    return f"{_heading(entry, form)}\n\n{body}"
