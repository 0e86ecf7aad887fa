"""``/v2/<name>/blobs/<digest>``: configs from the ledger, layers from elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import msgspec

from tagledger.endpoint import problems
from tagledger.endpoint.asgi import answer
from tagledger.endpoint.prepared import (
    FIXED,
    Prepared,
    PreparedAnswers,
    content_range,
    forever,
    is_matched,
)
from tagledger.endpoint.problems import Problem
from tagledger.endpoint.ranges import part_of
from tagledger.endpoint.request import Request, path_of
from tagledger.endpoint.streams import after, close, in_thread, stream
from tagledger.errors import BlobNotFound, ContentNotHeld, DigestMismatch
from tagledger.flows.past.blobs import PastBlob, blob
from tagledger.flows.past.elsewhere import Redirects, Upstreams, where_it_lives
from tagledger.model.descriptor import Descriptor
from tagledger.model.media_types import OCTET_STREAM
from tagledger.sources.blob_folders import BlobFolders, FolderBlob

MAX_FETCHED_AT_ONCE = 64
"""Layers fetched through side by side in a worker."""

THREADS = 4
"""Threads that read and hash files."""


_A = TypeVar("_A")
_T = TypeVar("_T")


class Layers(msgspec.Struct, frozen=True):
    """Where bytes may be had that no ledger holds."""

    folders: BlobFolders
    upstreams: Upstreams
    redirects: Redirects


class Blobs:
    """Answers for blobs that the repository had."""

    def __init__(self, answers: PreparedAnswers, layers: Layers) -> None:
        self._answers = answers
        self._layers = layers
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="blobs")
        self._fetched = 0

    async def answer(self, request: Request) -> None:
        """Send the blob, or where it is. Raises Problem or a TagledgerError."""
        request.refuse_what_is_kept_from()
        asked = request.asked
        question = partial(
            blob, repository=asked.repository, digest=asked.digest, by=asked.by
        )
        found: PastBlob = await request.ask(question)
        if found.document is not None:
            prepared = Prepared.of(asked.digest, found.document, has_ranges=True)
            self._answers.keep(request.visitor, path_of(request.scope), prepared)
            caching = forever(request.visitor)
            await prepared.send(request.scope, request.send, caching)
        elif not await self._from_folder(request):
            await self._from_elsewhere(request, found.descriptor)

    async def aclose(self) -> None:
        """Let go of connections and threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        await self._layers.upstreams.aclose()

    async def _from_folder(self, request: Request) -> bool:
        """Send it from a folder that has it; whether one does."""
        folders, digest = self._layers.folders, request.asked.digest
        file = await self._threaded(folders.find, digest)
        if file is None:
            return False
        asked = _Conditions.of(request)
        etag = f'"{digest}"'.encode()
        headers = [*_headers(request), (b"accept-ranges", b"bytes")]
        if asked.none_match is not None and is_matched(asked.none_match, etag):
            await answer(request.send, 304, headers)
            return True
        size = file.size_bytes
        part = None
        if request.sends:
            part = part_of(size, asked.range, asked.if_range, etag)
        if part is not None:
            # Nobody could check a part by itself.
            if not await self._threaded(folders.verify, file):
                return False
            headers.append(content_range(*part, size))
        start, end = part or (0, size)
        headers.append((b"content-length", b"%d" % (end - start)))
        if not request.sends:
            await answer(request.send, 200, headers)
            return True
        status = 200 if part is None else 206
        chunks = self._read(file, start, end)
        try:
            await stream(request.receive, request.send, status, headers, chunks)
        except (DigestMismatch, OSError):
            return False
        return True

    def _read(self, file: FolderBlob, start: int, end: int) -> AsyncIterator[bytes]:
        chunks = self._layers.folders.chunks(file, start, end)
        return in_thread(self._threads, chunks)

    async def _threaded(self, work: Callable[[_A], _T], argument: _A) -> _T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, work, argument)

    async def _from_elsewhere(self, request: Request, descriptor: Descriptor) -> None:
        repository = request.asked.repository
        if descriptor.urls:
            target = self._layers.redirects.target(descriptor)
            if target is None:
                hint = (
                    f"it is a foreign layer, published at {where_it_lives(descriptor)}"
                )
                raise ContentNotHeld(descriptor.digest, hint=hint)
            location = [
                *FIXED,
                (b"location", target.encode()),
                (b"content-length", b"0"),
            ]
            await answer(request.send, 307, location, sends=False)
            return
        if not self._layers.upstreams.allows(repository):
            hint = f"it was published in {repository.name}, which is not asked for it"
            raise ContentNotHeld(descriptor.digest, hint=hint)
        await self._fetched_through(request, descriptor)

    async def _fetched_through(self, request: Request, descriptor: Descriptor) -> None:
        """Send what the registry gives, hashed on the way and kept nowhere."""
        if self._fetched >= MAX_FETCHED_AT_ONCE:
            said = "too many layers are being fetched"
            later = [(b"retry-after", b"%d" % problems.RETRY_SECONDS)]
            raise Problem(429, problems.TOOMANYREQUESTS, said, headers=later)
        self._fetched += 1
        try:
            repository = request.asked.repository
            chunks = self._layers.upstreams.blob(repository, descriptor)
            try:
                # What it says is heard before anything is promised.
                first = await anext(chunks, None)
            except BlobNotFound as exc:
                hint = f"{repository.name} has it no more"
                raise ContentNotHeld(descriptor.digest, hint=hint) from exc
            headers = _headers(request)
            if descriptor.size_bytes is not None:
                headers.append((b"content-length", b"%d" % descriptor.size_bytes))
            if request.sends:
                whole = after(first, chunks)
                await stream(request.receive, request.send, 200, headers, whole)
            else:
                await close(chunks)
                await answer(request.send, 200, headers)
        finally:
            self._fetched -= 1


class _Conditions(msgspec.Struct, frozen=True):
    """The headers on which it depends what of a blob is sent."""

    none_match: bytes | None
    range: bytes | None
    if_range: bytes | None

    @classmethod
    def of(cls, request: Request) -> _Conditions:
        """Those of a request, the last of each name."""
        headers: dict[bytes, bytes] = dict(request.scope["headers"])
        return cls(
            headers.get(b"if-none-match"),
            headers.get(b"range"),
            headers.get(b"if-range"),
        )


def _headers(request: Request) -> list[tuple[bytes, bytes]]:
    digest = request.asked.digest
    return [
        (b"content-type", OCTET_STREAM.encode()),
        (b"docker-content-digest", digest.encode()),
        (b"etag", f'"{digest}"'.encode()),
        (b"cache-control", forever(request.visitor)),
        *FIXED,
    ]
