"""Facts for a ledger from images that were really built: as a registry served them, and as a page told of them."""

from datetime import datetime

import msgspec

from support.blobs import Published
from support.memory_contents import snapshot_of
from support.stated import stated
from tagledger.ledger.stated import Stated
from tagledger.model.evidence import Evidence
from tagledger.model.reference import parse_reference
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Wanted
from tagledger.reports.page.parts import cut_page
from tagledger.reports.page.reader import read_page
from tagledger.reports.page.writer import write_page


async def served(
    published: Published, name: str, moment: datetime, *, layer_dates: bool = False
) -> Stated:
    """What a registry served under that name at that moment, with all its bytes."""
    wanted = Wanted(attestations=True, layer_dates=layer_dates)
    snapshot = await snapshot_of(published, wanted=wanted)
    return Stated(
        snapshot=msgspec.structs.replace(
            snapshot,
            reference=parse_reference(name),
            source=f"docker://{name}",
            observed_at=moment,
        )
    )


async def told(published: Published, name: str, moment: datetime) -> Stated:
    """What a page told of it."""
    page = write_page(await stated(published, name=name))
    read = read_page(page, place="pages", observed_at=moment).snapshots[0]
    parts, separator = cut_page(page)
    return Stated(
        snapshot=read, parts=parts, separator=separator, evidence=Evidence.REPORTED
    )


def absent(name: str, moment: datetime) -> Stated:
    """That a registry had no such tag at that moment."""
    return Stated(
        snapshot=Snapshot(
            reference=parse_reference(name),
            source=f"docker://{name}",
            observed_at=moment,
            root=None,
            is_absent=True,
        )
    )
