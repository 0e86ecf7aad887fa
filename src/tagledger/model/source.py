"""What every place that images are read from can do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Protocol, runtime_checkable

import msgspec

from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.platform import Platform, PlatformFilter
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Document, Snapshot

Progress = Callable[[str, int, int | None], None]
"""Called with what is being read, how much of it is done, and how much there is
(None while that is not known)."""


def no_progress(_what: str, _done: int, _total: int | None) -> None:
    """Say nothing."""


Held = Callable[[Digest], Document | None]
"""Gives a document whose bytes are at hand already, so that it is not fetched."""


def nothing_held(_digest: Digest) -> Document | None:
    """Everything has to be fetched."""
    return None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer needs; nothing more is fetched.

    No `platforms` means all; `host` chooses the one image that a host of that
    platform would run. Without `children` the root document alone is read. `configs`
    are needed for steps and settings, `layer_dates` for Last-Modified,
    `foreign_dates` for that of foreign layers too, `attestations` for what is inside
    the attestations.
    """

    platforms: tuple[PlatformFilter, ...] = ()
    host: Platform | None = None
    children: bool = True
    configs: bool = True
    layer_dates: bool = False
    foreign_dates: bool = True
    attestations: bool = False


class Source(Protocol):
    """A place where images, or statements about them, are kept."""

    async def observe(self, name: Reference, wanted: Wanted) -> Snapshot:
        """State what is published under `name`.

        Raises NotFound, Refused, Unreachable or InvalidContent.
        """
        ...

    async def content(self, name: Reference, descriptor: Descriptor) -> bytes:
        """The exact bytes of a manifest or config, verified against the descriptor.

        Raises ContentNotHeld where this kind of source has none.
        """
        ...

    def blob(
        self, name: Reference, descriptor: Descriptor, *, offset: int = 0
    ) -> AsyncIterator[bytes]:
        """A layer in chunks, from `offset` on.

        Whoever reads it from the start to the end gets DigestMismatch or
        SizeMismatch at the end if the bytes are not what the descriptor says; with an
        offset the caller hashes, for it alone has the beginning.
        """
        ...

    def tags(self, name: Reference) -> AsyncIterator[str]:
        """The tags of the repository, as the place lists them."""
        ...

    async def aclose(self) -> None:
        """Let go of connections and files."""
        ...


@runtime_checkable
class Collection(Protocol):
    """A source of which one name may stand for several images: a page of all tags."""

    def names_all(self, name: Reference) -> bool:
        """Whether this name stands for all that there is."""
        ...

    async def observe_all(self, wanted: Wanted) -> tuple[Snapshot, ...]:
        """What is published under each name, in the place's order.

        Raises PlatformNotFound where none has such a platform.
        """
        ...


class Received(msgspec.Struct, frozen=True):
    """A document as it came, not yet verified.

    `media_type` is what the place said it is; `digest` what the place said its
    digest is, if it said one.
    """

    content: bytes
    media_type: str | None = None
    digest: Digest | None = None


class BlobHeaders(msgspec.Struct, frozen=True):
    """What a place says of a blob without sending it."""

    last_modified: datetime | None = None
    size_bytes: int | None = None
    media_type: str | None = None


class Contents(Protocol):
    """What a source alone can know; `assembly` makes a snapshot of it.

    Nothing here is verified: the assembly hashes what comes, in one place.
    """

    async def root(self) -> Received:
        """The document that the name points to."""
        ...

    async def manifest(self, descriptor: Descriptor) -> Received:
        """A document that an index lists. Raises NotFound if it is not held."""
        ...

    async def config(self, descriptor: Descriptor) -> bytes:
        """The bytes of a config."""
        ...

    async def blob_headers(self, descriptor: Descriptor) -> BlobHeaders:
        """When a blob was last modified; all None where the place keeps no dates."""
        ...
