"""What an image's layers are worth: their bytes hashed as they are, and unpacked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from tagledger.errors import (
    InvalidContent,
    NotFound,
    NotSupported,
    Refused,
    TooLarge,
    Unreachable,
)
from tagledger.flows.unpacking import Unpacking
from tagledger.flows.verify_content import LayerCheck
from tagledger.model import media_types
from tagledger.model.assembly import gather
from tagledger.model.evidence import Evidence
from tagledger.model.reference import Reference
from tagledger.model.source import Progress, Source, no_progress
from tagledger.reports.proof.findings import Finding, Kind

SIDE_BY_SIDE = 4
"""How many layers are read at a time: more than cores, as some wait for the network."""


async def check_layers(
    source: Source,
    name: Reference,
    layers: Sequence[LayerCheck],
    *,
    progress: Progress = no_progress,
) -> list[Finding]:
    """Read each layer to its end: its digest, and its diff ID where one is known.

    Foreign layers that are not held and encrypted ones are said to be so. Raises what
    the source raises where it cannot be reached.
    """
    work = _Layers(source, name, layers, progress)
    return await gather(work.check(layer) for layer in layers)


class _Layers:
    """How far the reading is."""

    def __init__(
        self,
        source: Source,
        name: Reference,
        layers: Sequence[LayerCheck],
        progress: Progress,
    ) -> None:
        self._source = source
        self._name = name
        self._progress = progress
        self._slots = asyncio.Semaphore(SIDE_BY_SIDE)
        self._done_bytes = 0
        sizes = [layer.descriptor.size_bytes for layer in layers]
        is_known = None not in sizes
        self._total_bytes = sum(size or 0 for size in sizes) if is_known else None

    async def check(self, layer: LayerCheck) -> Finding:
        """What came of one layer."""
        is_foreign = media_types.is_foreign_layer(layer.descriptor.media_type)
        try:
            async with self._slots:
                evidence, reason = await self._read(layer)
        except NotFound:
            evidence = Evidence.REPORTED
            reason = "a foreign layer, not held here" if is_foreign else "not held here"
        except (Refused, Unreachable) as exc:
            if not is_foreign:
                raise
            # What a stranger's server answers says nothing of the registry.
            evidence, reason = Evidence.REPORTED, f"a foreign layer, not read: {exc}"
        except (TooLarge, NotSupported) as exc:
            evidence, reason = Evidence.REPORTED, f"not unpacked to its end: {exc}"
        except InvalidContent as exc:
            evidence, reason = Evidence.CONTRADICTED, str(exc)
        digest = layer.descriptor.digest
        return Finding(digest, Kind.LAYER, evidence, reason, layer.platform)

    async def _read(self, layer: LayerCheck) -> tuple[Evidence, str]:
        """Read a layer to its end; the source holds it against its digest."""
        descriptor = layer.descriptor
        is_encrypted = media_types.is_encrypted_layer(descriptor.media_type)
        unpacking = None
        if layer.diff_id is not None and not is_encrypted:
            unpacking = Unpacking(descriptor.digest, layer.diff_id.algorithm)
        size = 0
        chunks = self._source.blob(self._name, descriptor)
        try:
            async for chunk in chunks:
                size += len(chunk)
                if unpacking is not None:
                    await asyncio.to_thread(unpacking.take, chunk)
                self._done_bytes += len(chunk)
                self._progress("layers", self._done_bytes, self._total_bytes)
        finally:
            # A connection must not wait for the garbage collector.
            if isinstance(chunks, AsyncGenerator):
                await chunks.aclose()
        if unpacking is None:
            why = (
                "encrypted, so not unpacked" if is_encrypted else "no diff ID is known"
            )
            return Evidence.READ, f"{size} bytes hashed; {why}"
        found = unpacking.finish()
        if found != layer.diff_id:
            problem = f"unpacked it is {found}, its config says {layer.diff_id}"
            return Evidence.CONTRADICTED, problem
        unpacked = unpacking.size_bytes
        return Evidence.READ, f"{size} bytes hashed, and {unpacked} unpacked"
