"""Any published page, read: which kind it is, and what it says."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from tagledger.errors import DamagedPage, DegeneratePage, TooLarge
from tagledger.model.snapshot import Snapshot
from tagledger.reports.page.cache import BoundedCache
from tagledger.reports.page.local_reader import read_local
from tagledger.reports.page.old_reader import OldPageReader, is_old
from tagledger.reports.page.remote_page import RemotePageReader
from tagledger.reports.page.tag_details import split_tags, write_tag_details
from tagledger.reports.page.writer import PageWriter

MAX_PAGE_BYTES = 32 * 1024 * 1024
"""Largest page taken; the largest of the record has 4 MB."""

MAX_LINES = 1_000_000
"""Most lines taken; the longest page of the record has 59,000."""

MAX_CACHED_TAGS_BYTES = 64 * 1024 * 1024
"""Text of the tags of `tag-details` pages remembered: one version repeats the last."""

_CONFLICTS = (b"\n<<<<<<< ", b"\n>>>>>>> ")
"""The first and the last line of a conflict; the one between may be a command's."""
_FULL = b"\n-\tEvidence: "
_OPENINGS = (b"## ", b"# `", b"<!-- THIS FILE IS GENERATED VIA ")
_ELSEWHERE = (
    (
        re.compile(rb"\s{0,99}<(?:!doctype|html|head|body|\?xml)", re.IGNORECASE),
        "HTML, not a published page: an error answer?",
    ),
    (re.compile(rb"\s{0,99}[{\[]"), "JSON, not a published page: an error answer?"),
    (
        re.compile(rb".{257}ustar|\x1f\x8b|\x28\xb5\x2f\xfd", re.DOTALL),
        "an archive, not a published page: docker-archive:FILE or oci-archive:FILE?",
    ),
)


class PublishedPage(msgspec.Struct, frozen=True):
    """What a page says: one snapshot for each tag on it.

    `is_tag_details` is set for a page of all tags.
    """

    snapshots: tuple[Snapshot, ...]
    is_tag_details: bool = False


def read_page(content: bytes, *, place: str, observed_at: datetime) -> PublishedPage:
    """Read a published page of any kind and era.

    `place` is named in errors and as the source of the snapshots. Raises DamagedPage
    with the line, DegeneratePage for a page without content, TooLarge.
    """
    return PageReader().read(content, place=place, observed_at=observed_at)


def write_published(page: PublishedPage, *, writer: PageWriter | None = None) -> bytes:
    """The page as it was read."""
    writer = writer or PageWriter()
    if page.is_tag_details:
        return write_tag_details(page.snapshots, writer=writer)
    return writer.write(page.snapshots[0])


class PageReader:
    """Reads many pages; what they share is read once.

    Give it the `writer` that will write them again: neither then works twice.
    """

    def __init__(self, writer: PageWriter | None = None) -> None:
        self._remote = RemotePageReader(writer or PageWriter())
        self._old = OldPageReader()
        self._tags: BoundedCache[bytes, Snapshot] = BoundedCache(MAX_CACHED_TAGS_BYTES)

    def read(
        self, content: bytes, *, place: str, observed_at: datetime
    ) -> PublishedPage:
        """As `read_page`."""
        try:
            _refuse_elsewhere(content)
            if len(content) > MAX_PAGE_BYTES:
                raise TooLarge(place, MAX_PAGE_BYTES)
            _refuse_foreign(content)
            if content.startswith(b"<!-- "):
                return self._tag_details(content, place, observed_at)
            if content.startswith(b"# `"):
                snapshot = read_local(content, source=place, observed_at=observed_at)
            else:
                snapshot = self._one(content, place, observed_at)
                _refuse_cut(snapshot, is_last=True)
            return PublishedPage((snapshot,))
        except DamagedPage as exc:
            at = content.find(_FULL)
            if at >= 0 and exc.line <= content.count(b"\n", 0, at) + 2:
                problem = "a page in the full form, which is not read back"
                exc = DamagedPage("", content.count(b"\n", 0, at) + 2, problem)
            raise exc.moved(0, place) from exc

    def read_piece(
        self, content: bytes, *, place: str, observed_at: datetime
    ) -> Snapshot:
        """The page of one tag as it may have stood among others on a page of all tags.

        There an image's listing may break off, and the next tag follow: such a piece
        is taken alone as well. Raises DamagedPage.
        """
        try:
            _refuse_foreign(content)
            return self._one(content, place, observed_at)
        except DamagedPage as exc:
            raise exc.moved(0, place) from exc

    def _one(self, content: bytes, place: str, observed_at: datetime) -> Snapshot:
        if is_old(content):
            return self._old.read(content, source=place, observed_at=observed_at)
        return self._remote.read(content, source=place, observed_at=observed_at)

    def _tag_details(
        self, content: bytes, place: str, observed_at: datetime
    ) -> PublishedPage:
        details = split_tags(content)
        snapshots = []
        for start, end in details.places:
            page = content[start:end]
            snapshot = self._tags.get(page)
            if snapshot is None:
                try:
                    snapshot = self._one(page, place, observed_at)
                except DamagedPage as exc:
                    raise exc.moved(content.count(b"\n", 0, start)) from exc
                self._tags.put(page, snapshot, len(page))
            _refuse_cut(snapshot, is_last=end == len(content))
            form = snapshot.form
            if form.generator != details.generator:
                form = msgspec.structs.replace(form, generator=details.generator)
            snapshots.append(
                msgspec.structs.replace(
                    snapshot, source=place, observed_at=observed_at, form=form
                )
            )
        return PublishedPage(tuple(snapshots), is_tag_details=True)


def _refuse_elsewhere(content: bytes) -> None:
    """Refuse what begins as something else does, however large it is."""
    for pattern, problem in _ELSEWHERE:
        if pattern.match(content):
            raise DamagedPage("", 1, problem)


def _refuse_foreign(content: bytes) -> None:
    """Refuse what is no page of the record, whole and as it was written."""
    if not content.strip():
        raise DegeneratePage("", 1, "the page is empty")
    for mark in _CONFLICTS:
        at = content.find(mark)
        if at >= 0 or content.startswith(mark[1:]):
            line = content.count(b"\n", 0, at + 1) + 1
            raise DamagedPage("", line, "a merge conflict was left in the page")
    if not content.startswith(_OPENINGS):
        problem = "no title of a published page: other Markdown?"
        raise DamagedPage("", 1, problem)
    if content.count(b"\n") > MAX_LINES:
        raise DamagedPage("", 1, f"more than {MAX_LINES} lines")
    if not content.endswith(b"\n"):
        line = content.count(b"\n") + 1
        raise DamagedPage("", line, "the last line does not end: page cut?")


def _refuse_cut(snapshot: Snapshot, *, is_last: bool) -> None:
    """Refuse an image whose listing ends early because the page does.

    Where other tags follow, it was the page's writer that broke off, and went on.
    """
    form = snapshot.form
    if is_last and form.old is not None and form.old.fragment is not None:
        announced = form.old.announced[0]
        listed = len(form.old.layers)
        problem = f"{announced} layers are announced, {listed} follow: page cut?"
        raise DamagedPage("", 1, problem)
