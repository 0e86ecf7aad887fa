"""A published page as a place to read from: ``report:FILE.md[:tag][@digest]``."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tagledger.errors import (
    ContentNotHeld,
    MalformedDigest,
    ManifestNotFound,
    PlaceNotFound,
    TagNotFound,
    TooLarge,
    UnknownAddress,
)
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.reference import Reference
from tagledger.model.selection import matching, no_match, published_platforms
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Progress, Wanted, no_progress
from tagledger.reports.page.reader import MAX_PAGE_BYTES, PublishedPage, read_page
from tagledger.reports.proof.learned import Learned
from tagledger.reports.proof.prove import prove

STANDARD_INPUT = "-"
"""Stands for the page that is piped in."""

_HINT = "a page tells of an image and holds no bytes of it; a registry may still do"


def utc_now() -> datetime:
    """The time of an observation."""
    return datetime.now(UTC)


def read_standard_input() -> bytes:
    """What is piped in, up to a byte more than a page may have."""
    return sys.stdin.buffer.read(MAX_PAGE_BYTES + 1)


def open_page(
    rest: str,
    *,
    progress: Progress = no_progress,
    clock: Callable[[], datetime] = utc_now,
    standard_input: Callable[[], bytes] = read_standard_input,
) -> tuple[PageSource, Reference]:
    """Open ``FILE[:tag][@digest]``, or ``-`` in the place of the file.

    Raises PlaceNotFound, TagNotFound, or DamagedPage for what is no page.
    """
    path, tag, digest = _parsed(rest)
    progress("page", 0, None)
    content = standard_input() if path == STANDARD_INPUT else load_page(Path(path))
    page = read_page(content, place=f"report:{path}", observed_at=clock())
    source = PageSource(page)
    name = source.reference(path, tag)
    return source, name if digest is None else name.with_digest(digest)


class PageSource:
    """The `Source` of a page: what it says, and the bytes that this proves."""

    def __init__(self, page: PublishedPage) -> None:
        self._page = page
        self._proven: dict[Reference, Snapshot] = {}
        self._learned = Learned()

    def reference(self, place: str, tag: str | None) -> Reference:
        """What the page calls its image, or the one of this tag. Raises TagNotFound."""
        references = [snapshot.reference for snapshot in self._page.snapshots]
        chosen = [name for name in references if tag in (None, name.tag)]
        if len(chosen) == 1 or (chosen and tag is not None):
            return chosen[0]
        asked = f"{place}:{tag}" if tag is not None else f"{place} without a tag"
        available = tuple(name.tag or name.title for name in references)
        raise TagNotFound(asked, available=available)

    async def observe(self, name: Reference, wanted: Wanted) -> Snapshot:
        """What the page says of `name`.

        Raises TagNotFound, ManifestNotFound or PlatformNotFound.
        """
        snapshot = self._snapshot(name)
        if name.digest is not None:
            snapshot = _narrowed(snapshot, name.digest)
        found = matching(snapshot.entries, wanted) if wanted.children else []
        if wanted.children and snapshot.entries and not found:
            raise no_match(wanted, published_platforms(snapshot.entries))
        return msgspec.structs.replace(snapshot, entries=tuple(found))

    async def content(self, name: Reference, descriptor: Descriptor) -> bytes:
        """The bytes of a document where they could be proven.

        Raises ContentNotHeld for all others.
        """
        document = self._snapshot(name).documents.get(descriptor.digest)
        if document is None:
            raise ContentNotHeld(descriptor.digest, hint=_HINT)
        return document.content

    async def blob(
        self, name: Reference, descriptor: Descriptor, *, offset: int = 0
    ) -> AsyncIterator[bytes]:
        """Never anything: raises ContentNotHeld."""
        _ = name, offset
        for digest in (descriptor.digest,):
            raise ContentNotHeld(digest, hint=_HINT)
        yield b""

    async def tags(self, name: Reference) -> AsyncIterator[str]:
        """The tags that the page tells of, in its order."""
        _ = name
        for snapshot in self._page.snapshots:
            if snapshot.reference.tag is not None and not snapshot.is_absent:
                yield snapshot.reference.tag

    async def aclose(self) -> None:
        """Nothing is kept open."""

    def _snapshot(self, name: Reference) -> Snapshot:
        """What the page says of `name`, joined with what can be proven of it."""
        asked = name.with_digest(None)
        if (proven := self._proven.get(asked)) is not None:
            return proven
        for snapshot in self._page.snapshots:
            if snapshot.reference.with_digest(None) == asked:
                proven = prove(snapshot, learned=self._learned).snapshot
                self._proven[asked] = proven
                return proven
        available = tuple(item.reference.title for item in self._page.snapshots)
        raise TagNotFound(name.title, available=available)


def _narrowed(snapshot: Snapshot, digest: Digest) -> Snapshot:
    """The snapshot of what this digest names: the whole page, or one of its images."""
    if snapshot.root is not None and snapshot.root.digest == digest:
        return snapshot
    for entry in snapshot.entries:
        if entry.manifest is not None and entry.digest == digest:
            return msgspec.structs.replace(
                snapshot,
                reference=snapshot.reference.with_digest(digest),
                root=entry.manifest,
                entries=(entry,),
            )
    raise ManifestNotFound(snapshot.reference.title, digest)


def _parsed(rest: str) -> tuple[str, str | None, Digest | None]:
    """File, tag and digest; a file's name may hold colons of its own."""
    path, digest = rest, None
    before, at, after = rest.rpartition("@")
    if at and after.startswith(("sha256:", "sha512:")):
        try:
            path, digest = before, Digest(after)
        except MalformedDigest as exc:
            raise UnknownAddress(f"report:{rest}", str(exc)) from exc
    if not path:
        raise UnknownAddress(f"report:{rest}", "the file is missing")
    if not _is_there(path):
        file, colon, tag = path.rpartition(":")
        if colon and _is_there(file):
            return file, tag, digest
    return path, None, digest


def _is_there(path: str) -> bool:
    try:
        return path == STANDARD_INPUT or Path(path).exists()
    except (OSError, ValueError):  # a name too long, or with a NUL in it
        return False


def load_page(path: Path) -> bytes:
    """The bytes of a page's file. Raises PlaceNotFound or TooLarge."""
    try:
        with path.open("rb") as page:
            content = page.read(MAX_PAGE_BYTES + 1)
    except FileNotFoundError as exc:
        raise PlaceNotFound(str(path), "no such file") from exc
    except IsADirectoryError as exc:
        raise PlaceNotFound(str(path), "a folder, not a page") from exc
    except (OSError, ValueError) as exc:
        reason = getattr(exc, "strerror", None) or "not a file's name"
        raise PlaceNotFound(str(path), reason) from exc
    if len(content) > MAX_PAGE_BYTES:
        raise TooLarge(str(path), MAX_PAGE_BYTES)
    return content
