"""An OCI layout, as `pull` and other tools write it: every name that it lists.

When its images were copied the change of its index tells; what they are, their bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tagledger.errors import PlaceNotFound, TagledgerError
from tagledger.flows.importing import Skipped
from tagledger.ledger.stated import Stated
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Progress, Wanted, no_progress
from tagledger.sources.layout import open_layout
from tagledger.sources.layout_index import INDEX_FILE, VERSION_FILE


def is_layout(folder: Path) -> bool:
    """Whether the folder is a layout, by the file that marks one."""
    return (folder / VERSION_FILE).is_file()


def images_of_layout(
    folder: Path, *, progress: Progress = no_progress
) -> Iterator[Stated | Skipped]:
    """What the layout says of each name; of its only image if that has none.

    Raises PlaceNotFound or InvalidContent where the layout cannot be opened.
    """
    return iter(asyncio.run(_observed(folder, progress)))


async def _observed(folder: Path, progress: Progress) -> list[Stated | Skipped]:
    try:
        changed = (folder / INDEX_FILE).stat().st_mtime
    except OSError as exc:
        raise PlaceNotFound(str(folder), f"{INDEX_FILE} cannot be read") from exc
    moment = datetime.fromtimestamp(changed, tz=UTC)
    source, name = open_layout(
        str(folder.resolve()), progress=progress, clock=lambda: moment
    )
    found: list[Stated | Skipped] = []
    try:
        tags = [tag async for tag in source.tags(name)]
        names = [msgspec.structs.replace(name, tag=tag) for tag in tags] or [name]
        for one in names:
            try:
                snapshot = await source.observe(one, Wanted(attestations=True))
            except TagledgerError as exc:
                found.append(Skipped(f"{folder}:{one.tag or ''}", exc))
                continue
            found.append(Stated(snapshot=_placed(snapshot, folder)))
    finally:
        await source.aclose()
    return found


def _placed(snapshot: Snapshot, folder: Path) -> Snapshot:
    return msgspec.structs.replace(snapshot, source=f"oci:{folder.resolve()}")
