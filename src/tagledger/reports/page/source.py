"""A published page as a place to read from: ``report:FILE.md[:tag][@digest]``.

A page of all tags needs no tag: its whole is then named, and `observe_all` gives it.
"""

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
    PlatformNotFound,
    TagNotFound,
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
from tagledger.reports.proof.trials import Budget

STANDARD_INPUT = "-"
"""Stands for the page that is piped in."""

_HINT = "a page tells of an image and holds no bytes of it; a registry may still do"
_TAG_HINT = "a page of all tags: name one behind the file, as in report:FILE.md:TAG"


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
    name = source.reference(path, tag, digest)
    return source, name if digest is None else name.with_digest(digest)


class PageSource:
    """The `Source` of a page: what it says, and the bytes that this proves."""

    def __init__(self, page: PublishedPage, *, budget: Budget | None = None) -> None:
        self._page = page
        self._proven: dict[int, Snapshot] = {}
        self._learned = Learned()
        self._budget = budget or Budget()

    def reference(
        self, place: str, tag: str | None, digest: Digest | None = None
    ) -> Reference:
        """What the page calls its image, or the one of this tag or this digest.

        Of a page of all tags, without either, it is the name that all of them share.
        Raises TagNotFound.
        """
        snapshots = self._page.snapshots
        if tag is None and self._page.is_tag_details:
            held = (item for item in snapshots if digest and _tells_of(item, digest))
            whole = msgspec.structs.replace(snapshots[0].reference, tag=None)
            return next((item.reference for item in held), whole)
        for snapshot in snapshots:
            if tag in (None, snapshot.reference.tag):
                return snapshot.reference
        raise TagNotFound(f"{place}:{tag}", available=self._tags())

    def names_all(self, name: Reference) -> bool:
        """Whether this is the name of a whole page of all tags."""
        is_bare = name.tag is None and name.digest is None
        return is_bare and self._page.is_tag_details

    async def observe_all(self, wanted: Wanted) -> tuple[Snapshot, ...]:
        """What the page says of each tag, in its order.

        Raises PlatformNotFound where no tag has such a platform.
        """
        found: list[Snapshot] = []
        problem: PlatformNotFound | None = None
        for position in range(len(self._page.snapshots)):
            try:
                found.append(_chosen(self._with_proof(position), wanted))
            except PlatformNotFound as exc:
                problem = exc
        if problem is not None and not any(snapshot.entries for snapshot in found):
            raise problem
        return tuple(found)

    async def observe(self, name: Reference, wanted: Wanted) -> Snapshot:
        """What the page says of `name`.

        Raises TagNotFound, ManifestNotFound or PlatformNotFound.
        """
        snapshot = self._snapshot(name)
        if name.digest is not None:
            snapshot = _narrowed(snapshot, name.digest)
        return _chosen(snapshot, wanted)

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
        snapshots = self._page.snapshots
        for position, snapshot in enumerate(snapshots):
            if snapshot.reference.with_digest(None) == asked:
                return self._with_proof(position)
        if not self.names_all(asked):
            raise TagNotFound(name.title, available=self._tags())
        if len(snapshots) == 1:
            return self._with_proof(0)
        if name.digest is not None:
            raise ManifestNotFound(snapshots[0].source, name.digest)
        shown = f"{snapshots[0].source} without a tag"
        raise TagNotFound(shown, available=self._tags(), hint=_TAG_HINT)

    def _with_proof(self, position: int) -> Snapshot:
        if position not in self._proven:
            snapshot = self._page.snapshots[position]
            proof = prove(snapshot, learned=self._learned, budget=self._budget)
            self._proven[position] = proof.snapshot
        return self._proven[position]

    def _tags(self) -> tuple[str, ...]:
        references = (snapshot.reference for snapshot in self._page.snapshots)
        return tuple(name.tag or name.title for name in references)


def _chosen(snapshot: Snapshot, wanted: Wanted) -> Snapshot:
    """The snapshot with what is wanted of it. Raises PlatformNotFound."""
    found = matching(snapshot.entries, wanted) if wanted.children else []
    if wanted.children and snapshot.entries and not found:
        raise no_match(wanted, published_platforms(snapshot.entries))
    return msgspec.structs.replace(snapshot, entries=tuple(found))


def _tells_of(snapshot: Snapshot, digest: Digest) -> bool:
    """Whether the digest names its list, or one of its manifests."""
    is_root = snapshot.root is not None and snapshot.root.digest == digest
    return is_root or any(entry.digest == digest for entry in snapshot.entries)


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
    """The bytes of a page's file, up to one more than a page may have.

    Raises PlaceNotFound.
    """
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
    return content
