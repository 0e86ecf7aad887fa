"""Layers, streamed: never held whole, continued where a connection broke."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from multidict import CIMultiDict
from yarl import URL

from tagledger.errors import (
    BlobNotFound,
    DigestMismatch,
    InvalidAnswer,
    RateLimited,
    SizeMismatch,
    TagledgerError,
    Unreachable,
)
from tagledger.model.descriptor import Descriptor
from tagledger.sources.registry.addresses import Purpose
from tagledger.sources.registry.answers import refusal
from tagledger.sources.registry.client import RegistryClient
from tagledger.sources.registry.connections import Opened
from tagledger.sources.registry.named_urls import parse_named_url
from tagledger.sources.registry.repository import Repository

PROGRESS_BYTES = 1024 * 1024
"""What has to come between two broken connections for patience to begin anew."""

_PART = re.compile(r"bytes (\d{1,18})-\d{1,18}/(?:\d{1,18}|\*)", re.ASCII)


async def stream_layer(
    client: RegistryClient,
    repository: Repository,
    descriptor: Descriptor,
    offset: int,
) -> AsyncIterator[bytes]:
    """The blob's bytes from `offset` on.

    From the start to the end they are verified: DigestMismatch or SizeMismatch come
    with the end. More bytes than the descriptor says are never passed on.
    """
    hasher = descriptor.digest.hasher() if offset == 0 else None
    size = descriptor.size_bytes
    position = patient_from = offset
    failures = 0
    while size is None or position < size or position == 0:
        try:
            part = _part(client, repository, descriptor, position)
            async with aclosing(part):
                async for chunk in part:
                    position += len(chunk)
                    if size is not None and position > size:
                        raise SizeMismatch(descriptor.digest, size, position)
                    if hasher is not None:
                        hasher.update(chunk)
                    yield chunk
            break
        except Unreachable as exc:
            if position - patient_from >= PROGRESS_BYTES:
                failures, patient_from = 0, position
            failures += 1
            retry_at = exc.retry_at if isinstance(exc, RateLimited) else None
            await client.retries.pause(failures, exc, retry_at)
    if size is not None and position != size:
        raise SizeMismatch(descriptor.digest, size, position)
    if hasher is not None and hasher.hexdigest() != descriptor.digest.encoded:
        received = f"{descriptor.digest.algorithm}:{hasher.hexdigest()}"
        raise DigestMismatch(descriptor.digest, received)


async def _part(
    client: RegistryClient,
    repository: Repository,
    descriptor: Descriptor,
    position: int,
) -> AsyncGenerator[bytes, None]:
    """The bytes from `position` on, as far as one connection carries."""
    response = await _opened(client, repository, descriptor, position)
    try:
        if response.status == 416:
            _check_end(response, position)
            return
        skipped = _bytes_to_skip(response, position)
        async for chunk in client.connections.chunks(response):
            if skipped >= len(chunk):
                skipped -= len(chunk)
                continue
            yield chunk[skipped:] if skipped else chunk
            skipped = 0
    finally:
        response.release()


async def _opened(
    client: RegistryClient,
    repository: Repository,
    descriptor: Descriptor,
    position: int,
) -> Opened:
    """The blob in the registry or, where that has none, at one of its URLs."""
    headers = CIMultiDict(Accept="*/*")
    if position:
        headers["Range"] = f"bytes={position}-"
    response = await client.open(repository, f"blobs/{descriptor.digest}", headers)
    if response.status in (200, 206, 416):
        return response
    answer = await client.answer(response)
    if answer.status != 404:
        raise refusal(answer, repository.name)
    failure: TagledgerError = BlobNotFound(repository.name, descriptor.digest)
    for text in descriptor.urls:
        try:
            url = parse_named_url(text, URL())
            response = await client.open_elsewhere(url, headers, Purpose.FOREIGN)
        except TagledgerError as exc:
            failure = exc
            continue
        if response.status in (200, 206, 416):
            return response
        response.release()
    raise failure


def _bytes_to_skip(response: Opened, position: int) -> int:
    """How much of the answer comes before `position`: all, where Range is ignored."""
    if response.status == 200:
        return position
    part = _PART.fullmatch(response.headers.get("Content-Range", "").strip())
    if part is None or int(part[1]) != position:
        problem = f"the answer is not the part from byte {position} on"
        raise InvalidAnswer(str(response.url), problem)
    return 0


def _check_end(response: Opened, position: int) -> None:
    """A part that begins at the very end is empty; past the end there is none."""
    size = response.headers.get("Content-Range", "").rpartition("/")[2]
    if size != str(position):
        problem = f"there is no byte {position} in this blob"
        raise InvalidAnswer(str(response.url), problem)
