"""What stands where in a tar, found in one pass; nothing is ever unpacked."""

from __future__ import annotations

import posixpath
from typing import BinaryIO

import msgspec

from tagledger.errors import TooLarge, UnsafeArchive
from tagledger.model.source import Progress
from tagledger.sources.tar_headers import (
    BLOCK_BYTES,
    Extension,
    Kind,
    Member,
    TarHeaders,
    cut_short,
    padded,
)

MAX_MEMBERS = 100_000
"""Most members taken; an image has a few hundred."""

BEGINNING_BYTES = 6
"""Enough to tell a document from a layer, and how that is compressed."""

MAX_HELD_DOCUMENT_BYTES = 8 * 1024 * 1024
MAX_HELD_BYTES = 64 * 1024 * 1024
"""What is kept of documents where going back to them is dear, each and in all."""


class Extent(msgspec.Struct, frozen=True):
    """Where a file's bytes stand in the archive, and how they begin."""

    offset: int
    size_bytes: int
    beginning: bytes = b""


class TarIndex:
    """The files of an archive by name.

    `held` are the documents (what begins as JSON does) that were kept on the way,
    which is done for archives that cannot be read at random. Symbolic links are
    refused unless `follows_links`: `docker save` used to write a layer that two
    images share as a link from one to the other.
    """

    def __init__(self, place: str, *, follows_links: bool, holds: bool) -> None:
        self._place = place
        self._follows_links = follows_links
        self._holds = holds
        self._held_bytes = 0
        self._kinds: dict[str, Kind] = {}
        self._links: dict[str, str] = {}
        self.files: dict[str, Extent] = {}
        self.held: dict[str, bytes] = {}

    def add(self, member: Member, offset: int) -> None:
        """One more member, before it is read. Raises UnsafeArchive or TooLarge."""
        before = self._kinds.get(member.name)
        if before is not None and not before == member.kind == Kind.FOLDER:
            raise UnsafeArchive(self._place, member.name, "is there twice")
        if len(self._kinds) >= MAX_MEMBERS:
            raise TooLarge(self._place, MAX_MEMBERS, "members")
        self._kinds[member.name] = member.kind
        if member.kind is Kind.FILE:
            self.files[member.name] = Extent(offset, member.size_bytes)
        elif member.kind is Kind.SYMLINK:
            if not self._follows_links:
                raise UnsafeArchive(self._place, member.name, "a symbolic link")
            self._links[member.name] = member.link

    def begin(self, member: Member, beginning: bytes) -> bool:
        """Take the first bytes of a file; whether the rest is worth holding."""
        extent = self.files[member.name]
        self.files[member.name] = msgspec.structs.replace(extent, beginning=beginning)
        return (
            self._holds
            and beginning[:1] in (b"{", b"[")
            and member.size_bytes <= MAX_HELD_DOCUMENT_BYTES
            and self._held_bytes + member.size_bytes <= MAX_HELD_BYTES
        )

    def hold(self, member: Member, content: bytes) -> None:
        """Keep a document."""
        self._held_bytes += len(content)
        self.held[member.name] = content

    def plain_name(self, name: str) -> str:
        """The name of the file that a link leads to; any other name as it is."""
        return self._links.get(name, name)

    def finish(self) -> None:
        """Resolve the links, each to a file of this archive. Raises UnsafeArchive."""
        plain = dict(self.files)
        for name, link in self._links.items():
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), link))
            if link.startswith("/") or target.startswith("../"):
                raise UnsafeArchive(self._place, name, "a link out of the archive")
            if target not in plain:
                raise UnsafeArchive(self._place, name, "a link to no file in here")
            self.files[name] = plain[target]
            self._links[name] = target
            if target in self.held:
                self.held[name] = self.held[target]


def index_file(
    archive: BinaryIO,
    index: TarIndex,
    place: str,
    *,
    limit: int,
    progress: Progress,
) -> None:
    """Read the headers of a seekable archive into the index.

    `limit` is how long the archive may be at most. Raises MalformedDocument for one
    that is cut short, UnsafeArchive, TooLarge.
    """
    headers = TarHeaders(place)
    offset = 0
    while (found := headers.take(archive.read(BLOCK_BYTES))) is not None:
        offset += BLOCK_BYTES
        if isinstance(found, Extension):
            content = archive.read(padded(found.size_bytes))
            if len(content) != padded(found.size_bytes):
                raise cut_short(place)
            headers.extend(found, content[: found.size_bytes])
            offset += len(content)
            continue
        after = offset + padded(found.size_bytes)
        index.add(found, offset)
        if found.kind is Kind.FILE and found.size_bytes:
            content = archive.read(min(BEGINNING_BYTES, found.size_bytes))
            if index.begin(found, content):
                content += archive.read(found.size_bytes - len(content))
                if len(content) != found.size_bytes:
                    raise cut_short(place)
                index.hold(found, content)
        if after > limit:
            raise TooLarge(f"{place}, unpacked", limit)
        if archive.seek(after) != after:
            raise cut_short(place)
        offset = after
        progress(f"bytes of {place}", offset, None)
    index.finish()
