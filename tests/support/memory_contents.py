"""What was published, held in memory: for tests of the assembly alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

from support.blobs import Published
from tagledger.errors import BlobNotFound, ManifestNotFound
from tagledger.model.assembly import assemble
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import BlobHeaders, Received, Wanted

MOMENT = datetime(2019, 11, 20, 14, 30, tzinfo=UTC)


class MemoryContents:
    """The `Contents` of one published thing; counts what is asked of it.

    `replaced` puts other bytes behind a digest, as a hostile place would.
    """

    def __init__(
        self,
        published: Published,
        *,
        replaced: Mapping[str, bytes] | None = None,
        root: Received | None = None,
    ) -> None:
        self._root = root or Received(
            published.root.content,
            published.root.media_type,
            Digest(published.digest),
        )
        self._held = {
            blob.digest: (blob.content, blob.media_type)
            for blob in (*published.manifests, *published.blobs)
        }
        for digest, content in (replaced or {}).items():
            self._held[digest] = (content, self._held[digest][1])
        self.asked: Counter[str] = Counter()

    async def root(self) -> Received:
        """The document that the name points to."""
        self.asked["root"] += 1
        return self._root

    async def manifest(self, descriptor: Descriptor) -> Received:
        """A listed document."""
        self.asked[descriptor.digest] += 1
        if descriptor.digest not in self._held:
            raise ManifestNotFound("memory", descriptor.digest)
        return Received(*self._held[descriptor.digest])

    async def config(self, descriptor: Descriptor) -> bytes:
        """A config."""
        self.asked[descriptor.digest] += 1
        if descriptor.digest not in self._held:
            raise BlobNotFound("memory", descriptor.digest)
        return self._held[descriptor.digest][0]

    async def blob_headers(self, descriptor: Descriptor) -> BlobHeaders:
        """Every blob was last modified at one moment."""
        self.asked[descriptor.digest] += 1
        return BlobHeaders(last_modified=MOMENT)


async def snapshot_of(
    published: Published,
    *,
    wanted: Wanted | None = None,
    contents: MemoryContents | None = None,
    digest: str | None = None,
) -> Snapshot:
    """The snapshot of what was published, as `example:1.0`."""
    asked = None if digest is None else Digest(digest)
    return await assemble(
        contents or MemoryContents(published),
        Reference("", "example", "1.0", asked),
        wanted or Wanted(),
        source="memory:example:1.0",
        observed_at=MOMENT,
    )
