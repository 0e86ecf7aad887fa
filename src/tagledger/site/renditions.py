"""An image, or a difference, as JSON or Markdown: the same for pages and the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tagledger.errors import NotObserved
from tagledger.flows.diff_states import Moment, diff_states, in_part
from tagledger.flows.tag_state import TagState, tag_state
from tagledger.ledger.protocol import Ledger
from tagledger.model.platform import PlatformFilter
from tagledger.model.snapshot import Snapshot
from tagledger.reports.difference.json_report import encode_difference
from tagledger.reports.difference.markdown import write_difference
from tagledger.reports.json_report import encode_report
from tagledger.reports.page.writer import write_page
from tagledger.site.asked import Asked
from tagledger.site.kept import Kept


async def image_text(
    asked: Asked,
    kept: Kept,
    name: str,
    *,
    at: datetime | None,
    is_json: bool,
    platforms: Sequence[PlatformFilter] = (),
) -> bytes:
    """What `tagledger report ledger:NAME` prints: JSON, or the page.

    The page is the one that was published, where the image comes from one whole.
    Raises MalformedReference, NotObserved, ContentNotHeld or PlatformNotFound.
    """

    async def written(ledger: Ledger) -> bytes:
        state = await tag_state(ledger, kept.snapshots, name, at=at)
        snapshot = _known(state)
        if platforms:
            snapshot = in_part(snapshot, platforms)
        if is_json:
            return encode_report(snapshot)
        page = None if platforms else _published(ledger, state)
        return write_page(snapshot) if page is None else page

    return await asked.follow(written)


def _known(state: TagState) -> Snapshot:
    if state.snapshot is None:
        raise state.problem or NotObserved(state.reference.familiar, state.at)
    return state.snapshot


def _published(ledger: Ledger, state: TagState) -> bytes | None:
    statement = state.fact.statement
    if statement is None or state.reference.digest is not None:
        return None
    return ledger.page(statement)


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared with what, and of which platforms: all where none is named."""

    before: Moment
    after: Moment
    platforms: tuple[PlatformFilter, ...] = ()
    other_platforms: tuple[PlatformFilter, ...] = ()


async def difference_text(
    asked: Asked, kept: Kept, sides: Sides, *, is_json: bool, is_full: bool = False
) -> bytes:
    """What `tagledger diff` prints with `--json`, or with `--markdown`.

    Raises MalformedReference, NotObserved, ContentNotHeld or PlatformNotFound.
    """

    async def compared(ledger: Ledger) -> bytes:
        found = await diff_states(
            ledger,
            kept.snapshots,
            sides.before,
            sides.after,
            platforms=sides.platforms,
            other_platforms=sides.other_platforms,
        )
        if is_json:
            return encode_difference(found.difference)
        return write_difference(found.difference, full=is_full).encode()

    return await asked.follow(compared)
