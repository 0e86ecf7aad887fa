"""A tar that comes as a stream: looked through once, nothing of it written anywhere."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

from tagledger.errors import ContentNotHeld
from tagledger.model.source import Progress
from tagledger.sources.shelf import OpenFile
from tagledger.sources.tar_headers import (
    BLOCK_BYTES,
    Extension,
    Kind,
    Member,
    TarHeaders,
    cut_short,
    padded,
)
from tagledger.sources.tar_index import BEGINNING_BYTES, TarIndex


class TarStream:
    """The members of an archive, one after the other; what is not read is skipped.

    Raises MalformedDocument where the stream ends too early, UnsafeArchive.
    """

    def __init__(self, chunks: AsyncIterator[bytes], place: str) -> None:
        self._chunks = chunks
        self._place = place
        self._headers = TarHeaders(place)
        self._pending = b""
        self._used = 0
        self._left = 0
        self._padding = 0
        self.offset = 0

    async def next(self) -> Member | None:
        """The next member, None at the end mark."""
        await self._skip(self._left + self._padding)
        self._left = self._padding = 0
        while (found := self._headers.take(await self._take(BLOCK_BYTES))) is not None:
            size = found.size_bytes
            if isinstance(found, Extension):
                content = await self._take(padded(size))
                self._headers.extend(found, content[:size])
                continue
            self._left, self._padding = size, padded(size) - size
            return found
        return None

    async def read(self, size_bytes: int) -> bytes:
        """So many of the member's next bytes; fewer only at its end."""
        content = await self._take(min(size_bytes, self._left))
        self._left -= len(content)
        return content

    async def some(self) -> bytes:
        """The member's next bytes, as many as are at hand; none at its end."""
        if not self._left:
            return b""
        if not self._at_hand:
            await self._receive()
        return await self.read(self._at_hand)

    @property
    def _at_hand(self) -> int:
        return len(self._pending) - self._used

    async def _take(self, size_bytes: int) -> bytes:
        while self._at_hand < size_bytes:
            await self._receive()
        begin, self._used = self._used, self._used + size_bytes
        self.offset += size_bytes
        return self._pending[begin : self._used]

    async def _skip(self, size_bytes: int) -> None:
        while size_bytes > self._at_hand:
            size_bytes -= self._at_hand
            self.offset += self._at_hand
            self._used = len(self._pending)
            await self._receive()
        await self._take(size_bytes)

    async def _receive(self) -> None:
        chunk = await anext(self._chunks, None)
        if chunk is None:
            raise cut_short(self._place)
        self._pending = self._pending[self._used :] + chunk
        self._used = 0


class StreamShelf:
    """What a stream held: the documents, and of everything else how long it is."""

    def __init__(self, place: str, index: TarIndex) -> None:
        self._place = place
        self.index = index

    @property
    def place(self) -> str:
        """Where the stream came from."""
        return self._place

    def size_bytes(self, name: str) -> int | None:
        """How long the file was; None if there was none."""
        extent = self.index.files.get(name)
        return None if extent is None else extent.size_bytes

    def beginning(self, name: str) -> bytes:
        """The first six bytes of a file that was there."""
        return self.index.files[name].beginning

    def plain_name(self, name: str) -> str:
        """The name under which the bytes themselves stand, if this is a link."""
        return self.index.plain_name(name)

    def open(self, name: str) -> OpenFile:
        """A document. Raises ContentNotHeld for anything else."""
        if (content := self.index.held.get(name)) is None:
            raise ContentNotHeld(f"{self._place}: {name}")
        return io.BytesIO(content)

    def close(self) -> None:
        """Nothing is held open."""


async def look_through(
    chunks: AsyncIterator[bytes], place: str, progress: Progress
) -> StreamShelf:
    """Read a whole archive, and keep its documents."""
    index = TarIndex(place, follows_links=True, holds=True)
    stream = TarStream(_told(chunks, place, progress), place)
    while (member := await stream.next()) is not None:
        index.add(member, stream.offset)
        if member.kind is Kind.FILE and member.size_bytes:
            content = await stream.read(BEGINNING_BYTES)
            if index.begin(member, content):
                index.hold(member, content + await stream.read(member.size_bytes))
    index.finish()
    return StreamShelf(place, index)


async def _told(
    chunks: AsyncIterator[bytes], place: str, progress: Progress
) -> AsyncIterator[bytes]:
    done = 0
    async for chunk in chunks:
        done += len(chunk)
        progress(f"bytes of {place}", done, None)
        yield chunk
