"""The snapshot of an image with the seed's facts, layer dates included."""

from __future__ import annotations

from datetime import UTC, datetime

from support.blobs import Published
from support.memory_contents import MemoryContents
from support.seed import TAG, SeedImage, build_seed
from tagledger.model.assembly import assemble
from tagledger.model.descriptor import Descriptor
from tagledger.model.reference import parse_reference
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import BlobHeaders, Wanted


class _SeedContents(MemoryContents):
    """Says of each layer what the seed page says."""

    def __init__(self, image: SeedImage) -> None:
        manifests = (image.root, *(platform.manifest for platform in image.platforms))
        configs = tuple(platform.config for platform in image.platforms)
        super().__init__(Published(image.root, manifests, configs))
        self._modified = {
            layer.digest: layer.last_modified
            for platform in image.platforms
            for layer in platform.layers
        }

    async def blob_headers(self, descriptor: Descriptor) -> BlobHeaders:
        """When the seed page says that the layer was last modified."""
        return BlobHeaders(last_modified=self._modified[descriptor.digest])


async def seed_snapshot() -> Snapshot:
    """Three Windows versions of python:3.8.0-windowsservercore."""
    return await assemble(
        _SeedContents(build_seed()),
        parse_reference(f"python:{TAG}"),
        Wanted(layer_dates=True),
        source=f"docker://python:{TAG}",
        observed_at=datetime(2019, 11, 20, 14, 30, tzinfo=UTC),
    )
