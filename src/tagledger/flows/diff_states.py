"""What changed between two states of names that a ledger knows: now, or at a moment."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tagledger.flows.stated_pages import StatedPages
from tagledger.ledger.answers import State
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.source import LedgerSource, known_reference
from tagledger.model.difference.compare import compare
from tagledger.model.difference.values import Difference
from tagledger.model.platform import PlatformFilter
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Wanted


class Moment(msgspec.Struct, frozen=True):
    """A name as a person writes it, and when: None is now."""

    text: str
    at: datetime | None = None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What changed, and the states among which the two that were compared stand.

    `before` and `after` are the names as the ledger knows them.
    """

    difference: Difference
    before: Reference
    after: Reference
    before_states: tuple[State, ...]
    after_states: tuple[State, ...]


async def diff_states(
    ledger: Ledger,
    before: Moment,
    after: Moment,
    *,
    platforms: tuple[PlatformFilter, ...] = (),
) -> Comparison:
    """Compare what the two names were at their moments.

    Raises MalformedReference, NotObserved, ContentNotHeld or PlatformNotFound.
    """
    wanted = Wanted(platforms=platforms)
    reading = StatedPages()
    one = known_reference(ledger, before.text)
    two = known_reference(ledger, after.text)
    first = await _snapshot(ledger, one, before.at, wanted, reading)
    second = await _snapshot(ledger, two, after.at, wanted, reading)
    before_states = tuple(ledger.history(one))
    return Comparison(
        difference=compare(first, second, is_partial=bool(platforms)),
        before=one,
        after=two,
        before_states=before_states,
        after_states=before_states if one == two else tuple(ledger.history(two)),
    )


async def _snapshot(
    ledger: Ledger,
    name: Reference,
    moment: datetime | None,
    wanted: Wanted,
    reading: StatedPages,
) -> Snapshot:
    source = LedgerSource(ledger, read_page=reading, at=moment)
    return await source.observe(name, wanted)
