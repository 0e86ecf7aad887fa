"""What changed between two things that were published, wherever they are."""

from __future__ import annotations

from tagledger.flows.open import Place
from tagledger.model.difference.compare import compare
from tagledger.model.difference.values import Difference
from tagledger.model.source import Wanted


async def diff(
    before: Place, after: Place, *, wanted: Wanted, wanted_after: Wanted | None = None
) -> Difference:
    """Read both and compare them.

    `wanted_after` is what is wanted of the second where that is something else: the
    image for another platform. Raises NotFound, Refused, Unreachable, InvalidContent.
    """
    chosen = wanted if wanted_after is None else wanted_after
    first = await before.source.observe(before.name, wanted)
    second = await after.source.observe(after.name, chosen)
    is_partial = any(
        side.platforms or side.host is not None for side in (wanted, chosen)
    )
    return compare(first, second, is_partial=is_partial)
