"""What an address names: one image, or all that a page of all tags tells of."""

from __future__ import annotations

import msgspec

from tagledger.flows.open import Place
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Collection, Wanted


class Observed(msgspec.Struct, frozen=True):
    """The snapshot that was named, or those of all tags where the whole was named.

    `is_whole` is set for the latter, even where there is one tag alone.
    """

    snapshots: tuple[Snapshot, ...]
    is_whole: bool


async def observe_all(place: Place, wanted: Wanted) -> Observed:
    """Observe what the address names. Raises what the source raises."""
    source, name = place.source, place.name
    if isinstance(source, Collection) and source.names_all(name):
        return Observed(await source.observe_all(wanted), is_whole=True)
    return Observed((await source.observe(name, wanted),), is_whole=False)
