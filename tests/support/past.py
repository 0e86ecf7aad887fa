"""Ledgers with a past: what was published, recorded as if it had been observed on certain days."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from support.blobs import Published
from support.memory_contents import snapshot_of
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.stated import Stated
from tagledger.model.reference import parse_reference
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Wanted


class Fact(msgspec.Struct, frozen=True):
    """What a registry had under a name at a moment; None where the name was gone."""

    name: str
    published: Published | None
    moment: datetime


def record_facts(path: Path, facts: Iterable[Fact]) -> Path:
    """Write them into the ledger at this path, with all their bytes but the layers'."""
    with open_ledger(str(path)) as ledger:
        ledger.record([asyncio.run(_stated(fact)) for fact in facts])
    return path


async def _stated(fact: Fact) -> Stated:
    reference = parse_reference(fact.name)
    source = f"docker://{reference.familiar}"
    if fact.published is None:
        gone = Snapshot(
            reference=reference,
            source=source,
            observed_at=fact.moment,
            root=None,
            is_absent=True,
        )
        return Stated(snapshot=gone)
    snapshot = await snapshot_of(fact.published, wanted=Wanted(attestations=True))
    return Stated(
        snapshot=msgspec.structs.replace(
            snapshot, reference=reference, source=source, observed_at=fact.moment
        )
    )


def write_blobs(folder: Path, *published: Published) -> Path:
    """Keep the configs and layers in a folder, each under the digits of its digest."""
    folder.mkdir(parents=True, exist_ok=True)
    for item in published:
        for blob in item.blobs:
            (folder / blob.digest.partition(":")[2]).write_bytes(blob.content)
    return folder
