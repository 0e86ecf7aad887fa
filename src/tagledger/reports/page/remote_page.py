"""The page of one tag, read: its head and the sections that it announces.

What was read is written again and compared, section by section: a page that cannot
be written back as it was has not been understood, and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from tagledger.errors import DamagedPage
from tagledger.model import media_types
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import Attestation, Entry, Image, Snapshot
from tagledger.reports.page.cache import BoundedCache
from tagledger.reports.page.characters import decode_text
from tagledger.reports.page.form import TABS, PageForm
from tagledger.reports.page.head_reader import Head, read_head
from tagledger.reports.page.position import different
from tagledger.reports.page.section_reader import (
    SectionContent,
    SectionContext,
    SectionReader,
)
from tagledger.reports.page.wording import ARTIFACT, ATTESTATIONS
from tagledger.reports.page.writer import PageWriter

MAX_SECTIONS = 2_000
"""Most sections of one page: what is read from a registry has at most 1,000 entries,
each with an attestation."""

MAX_CACHED_BYTES = 64 * 1024 * 1024
"""Text of read sections remembered: three years of 22 images have 24 MB."""

MAX_FORMS = 1_000
"""Forms kept apart; pages by the thousand share a handful."""

_OPENING = re.compile(rb"\n(`{3,})dockerfile\n")


class _Section(msgspec.Struct, frozen=True):
    """A section that was read and, in one of the two ways, written back.

    `encoding` is None where the section is ASCII.
    """

    heading: str
    content: SectionContent
    is_as_published: bool
    encoding: str | None


class RemotePageReader:
    """Reads pages of one tag; a section that many of them share is read once."""

    def __init__(
        self, writer: PageWriter, *, max_cached_bytes: int = MAX_CACHED_BYTES
    ) -> None:
        self._writer = writer
        self._reader = SectionReader()
        self._forms: dict[PageForm, PageForm] = {}
        self._sections: BoundedCache[tuple[bytes, SectionContext], _Section] = (
            BoundedCache(max_cached_bytes)
        )

    def read(self, content: bytes, *, source: str, observed_at: datetime) -> Snapshot:
        """The snapshot of a page. Raises DamagedPage with the page's line."""
        separator = b"\n### " + content[3 : content.find(b"\n")] + b" - "
        head_bytes, *pieces = content.split(separator, MAX_SECTIONS + 1)
        if len(pieces) > MAX_SECTIONS:
            raise DamagedPage("", 1, f"more than {MAX_SECTIONS} sections")
        head_text, encoding = decode_text(head_bytes)
        head = read_head(head_text)
        first_line = head_bytes.count(b"\n") + 2
        context = SectionContext(
            pull_name=head.reference.familiar_name if head.media_type else None,
            root=None if head.media_type else head.digest,
            infers_types=head.media_type == media_types.OCI_INDEX,
        )
        sections = self._read_all(pieces, separator, context, first_line)
        if not _state_one_type(sections):
            context = msgspec.structs.replace(context, infers_types=False)
            sections = self._read_all(pieces, separator, context, first_line)
        _check_announced(head, sections)
        form = self._form(head, sections, encoding)
        snapshot = Snapshot(
            reference=head.reference,
            source=source,
            observed_at=observed_at,
            root=_root(head, sections),
            entries=_entries(sections),
            dates_evidence=Evidence.REPORTED,
            is_absent=head.is_absent,
            form=form,
        )
        if form.as_published:
            # The sections were compared one by one.
            written = self._writer.head(snapshot, form).encode(form.encoding)
            content = head_bytes
        else:
            written = self._writer.write(snapshot)
        if written != content:
            raise different(content, written)
        return snapshot

    def _read_all(
        self,
        pieces: Sequence[bytes],
        separator: bytes,
        context: SectionContext,
        line: int,
    ) -> list[_Section]:
        sections = []
        position = 0
        while position < len(pieces):
            piece = pieces[position]
            position += 1
            section = self._sections.get((piece, context))
            if section is None:
                end = _end_of_section(pieces, position - 1)
                piece = separator.join((piece, *pieces[position:end]))
                position = end
                try:
                    section = self._read_section(piece, context)
                except DamagedPage as exc:
                    raise exc.moved(line - 1) from exc
                self._sections.put((piece, context), section, len(piece))
            sections.append(section)
            line += piece.count(b"\n") + 1
        return sections

    def _read_section(self, piece: bytes, context: SectionContext) -> _Section:
        text, encoding = decode_text(piece)
        heading, blank, body = text.partition("\n\n")
        if not blank or "\n" in heading:
            raise DamagedPage("", 2, "a blank line was expected under the heading")
        try:
            content = self._reader.read(heading, body, context)
        except DamagedPage as exc:
            raise exc.moved(2) from exc
        mismatches = []
        ways = (True, False) if _can_be_theirs(content) else (False,)
        for as_published in ways:
            form = _form_of(content, as_published=as_published, encoding=encoding)
            written = self._write(content, form, context)
            if written == piece:
                return _Section(heading, content, as_published, encoding)
            mismatches.append(different(piece, written))
        raise max(mismatches, key=lambda mismatch: mismatch.line)

    def _write(
        self, content: SectionContent, form: PageForm, context: SectionContext
    ) -> bytes:
        if content.entry is None:
            return self._writer.loose_attestations(content.attestations, form)
        return self._writer.section(
            content.entry,
            form,
            pull_name=context.pull_name,
            attestations=() if form.as_published else content.attestations,
        )

    def _form(
        self, head: Head, sections: Sequence[_Section], encoding: str | None
    ) -> PageForm:
        encodings = {encoding, *(section.encoding for section in sections)} - {None}
        if len(encodings) > 1:
            raise DamagedPage("", 1, "parts of the page are in different encodings")
        drawn = {section.content.bullets for section in sections} | {head.bullets}
        if len(drawn - {None}) > 1:
            raise DamagedPage("", 1, "parts of the page draw their lists differently")
        form = PageForm(
            counts_platforms=head.is_counted,
            as_published=all(section.is_as_published for section in sections),
            bullets=next(iter(drawn - {None}), None) or TABS,
            stated_manifest_type=_constant(sections),
            encoding=next(iter(encodings - {None}), None) or "utf-8",
        )
        if len(self._forms) > MAX_FORMS:
            self._forms.clear()
        return self._forms.setdefault(form, form)


def _end_of_section(pieces: Sequence[bytes], position: int) -> int:
    """Where the section ends that begins here: usually with this piece.

    What looks like a heading may be a line of a command, so a section goes on until
    its code block is closed.
    """
    opening = _OPENING.search(pieces[position])
    if opening is None:
        return position + 1
    closing = b"\n" + opening[1] + b"\n\n"
    part = pieces[position][opening.end() - 1 :]
    for end in range(position + 1, len(pieces)):
        if closing in part:
            return end
        part = pieces[end]
    return len(pieces) if closing in part else position + 1


def _can_be_theirs(content: SectionContent) -> bool:
    """Whether the record has such sections; the others only we write."""
    return isinstance(content.entry, Image | Attestation) and not content.attestations


def _form_of(
    content: SectionContent, *, as_published: bool, encoding: str | None
) -> PageForm:
    return PageForm(
        as_published=as_published,
        bullets=content.bullets or TABS,
        stated_manifest_type=_stated_apart(content),
        encoding=encoding or "utf-8",
    )


def _stated_apart(content: SectionContent) -> str | None:
    """The media type that the section states, if it is not the manifest's own."""
    entry = content.entry
    if not isinstance(entry, Image | Attestation) or entry.manifest is None:
        return None
    is_own = content.stated_type == entry.manifest.media_type
    return None if is_own else content.stated_type


def _state_one_type(sections: Sequence[_Section]) -> bool:
    """Whether what is written can be the one type that upstream wrote for all."""
    if not any(_stated_apart(section.content) for section in sections):
        return True
    stated = {section.content.stated_type for section in sections}
    return len(stated) == 1


def _constant(sections: Sequence[_Section]) -> str | None:
    apart = (_stated_apart(section.content) for section in sections)
    return next((stated for stated in apart if stated is not None), None)


def _check_announced(head: Head, sections: Sequence[_Section]) -> None:
    """Refuse a page whose sections are not those that its head lists."""
    found = [
        section.heading
        for section in sections
        if section.heading not in (ARTIFACT, ATTESTATIONS)
    ]
    if found != list(head.listed):
        problem = f"{len(head.listed)} platforms are listed here, {len(found)} follow"
        if len(found) == len(head.listed):
            problem = "the sections that follow are not in the order of this list"
        raise DamagedPage("", head.line, problem)
    if head.is_absent and sections:
        raise DamagedPage("", 1, "what does not exist has sections")


def _root(head: Head, sections: Sequence[_Section]) -> Descriptor | None:
    if head.media_type is not None and head.digest is not None:
        return Descriptor(head.media_type, head.digest, None)
    if head.media_type is not None:
        raise DamagedPage("", head.line, "a list without a digest")
    if head.is_absent:
        return None
    entry = sections[0].content.entry if len(sections) == 1 else None
    if entry is None:
        raise DamagedPage("", 1, "a page without a list is of one image")
    return entry.manifest


def _entries(sections: Sequence[_Section]) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    seen: set[tuple[Digest | None, Digest | None]] = set()
    for section in sections:
        if section.content.entry is not None:
            entries.append(section.content.entry)
        # One that speaks of two entries stands under both.
        for attestation in section.content.attestations:
            key = attestation.digest, attestation.subject_digest
            if key not in seen:
                entries.append(attestation)
            seen.add(key)
    return tuple(entries)
