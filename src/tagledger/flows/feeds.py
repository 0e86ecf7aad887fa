"""What happened lately, a page at a time: of a tag, a repository, all, or a search."""

from __future__ import annotations

import time
from datetime import datetime

import msgspec

from tagledger.errors import MalformedCursor, NotObserved
from tagledger.flows.find import find_images
from tagledger.flows.history import Episode, Turn, history
from tagledger.flows.tellings import Tellings
from tagledger.ledger.answers import Change, Hit, Search
from tagledger.ledger.protocol import Ledger
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.reference import Reference

ON_A_PAGE = 50
"""Most items of a page."""

MAX_HITS = 500
"""Most results of a search that are put in the order of time."""

TELLING_SECONDS = 0.5
"""How long the items of a page may take to be told in words; the rest stand without."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a name.

    `words` say what changed, None where that cannot be told; `before` is when it was
    what it was compared with. `digest` is of the index or manifest. `step` is the text
    that a search found, and `platform` that of the image.
    """

    reference: Reference
    moment: datetime
    turn: Turn
    digest: Digest | None
    source: str | None = None
    evidence: Evidence | None = None
    words: str | None = None
    before: datetime | None = None
    is_back_to: datetime | None = None
    step: str | None = None
    platform: str | None = None


class Items(msgspec.Struct, frozen=True, kw_only=True):
    """A page of items, the newest first; `more` asks for the next, None at the end.

    `name` is what they are of, as the ledger has it, where that is one tag.
    """

    items: tuple[Item, ...]
    name: Reference | None = None
    more: str | None = None


async def items_of_tag(
    ledger: Ledger, tellings: Tellings, name: str, *, before: str | None = None
) -> Items:
    """What a name was, without what a second source says alike.

    `before` is the `more` of the page before, as below. Raises MalformedReference,
    NotObserved or MalformedCursor.
    """
    end = None if before is None else _number(before)
    start = 0

    def part(states: int) -> range:
        nonlocal start
        last = states if end is None else min(end, states)
        start = max(last - ON_A_PAGE, 0)
        return range(start, last)

    found = await history(ledger, name, part=part, tellings=tellings)
    told = [
        _of_episode(found.reference, episode)
        for episode in found.episodes
        if not episode.is_repeat
    ]
    told.sort(key=lambda item: item.moment, reverse=True)
    more = str(start) if start else None
    return Items(items=tuple(told), name=found.reference, more=more)


async def items_of_changes(
    ledger: Ledger,
    tellings: Tellings,
    repository: Reference | None = None,
    *,
    before: str | None = None,
) -> Items:
    """What changed in a repository, or in the whole ledger.

    Raises NotObserved for a repository that is not known, and MalformedCursor.
    """
    page = ledger.changes(repository, before=before, limit=ON_A_PAGE)
    if repository is not None and not page.items and before is None:
        raise NotObserved(repository.familiar_name)
    deadline = time.monotonic() + TELLING_SECONDS
    items = []
    for change in page.items:
        item = _of_change(change)
        if item.turn in (Turn.MOVED, Turn.MOVED_BACK) and time.monotonic() < deadline:
            words = await tellings.change(ledger, change)
            item = msgspec.structs.replace(item, words=words)
        items.append(item)
    return Items(items=tuple(items), more=page.more)


def items_of_search(
    ledger: Ledger, search: Search, *, before: str | None = None
) -> Items:
    """The images that fit, those that were first seen last at the beginning.

    Raises MalformedPlatform or MalformedCursor.
    """
    start = 0 if before is None else _number(before)
    hits = find_images(ledger, search, limit=MAX_HITS).hits
    found = sorted(map(_of_hit, hits), key=lambda item: item.moment, reverse=True)
    end = start + ON_A_PAGE
    more = str(end) if len(found) > end else None
    return Items(items=tuple(found[start:end]), more=more)


def _number(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and 0 < len(cursor) < 9):
        raise MalformedCursor(cursor[:60])
    return int(cursor)


def _of_episode(name: Reference, episode: Episode) -> Item:
    first = episode.state.first
    before = None if episode.before is None else episode.before.first.observed_at
    return Item(
        reference=name,
        moment=first.observed_at,
        turn=episode.turn,
        digest=first.root,
        source=first.source,
        evidence=first.evidence,
        words=episode.change,
        before=None if first.is_absent else before,
        is_back_to=episode.state.is_back_to,
    )


def _of_change(change: Change) -> Item:
    fact, before = change.observation, change.before
    turn = _turn(change)
    is_told = turn in (Turn.MOVED, Turn.MOVED_BACK) and before is not None
    return Item(
        reference=fact.reference,
        moment=fact.observed_at,
        turn=turn,
        digest=fact.root,
        source=fact.source,
        evidence=fact.evidence,
        before=before.observed_at if is_told and before is not None else None,
        is_back_to=change.is_back_to,
    )


def _turn(change: Change) -> Turn:
    if change.observation.is_absent:
        return Turn.GONE
    if change.before is None:
        return Turn.FIRST
    if change.before.is_absent:
        return Turn.CAME_BACK
    return Turn.MOVED if change.is_back_to is None else Turn.MOVED_BACK


def _of_hit(hit: Hit) -> Item:
    return Item(
        reference=hit.reference,
        moment=hit.first_seen,
        turn=Turn.FIRST,
        digest=hit.manifest or hit.config,
        step=hit.step,
        platform=hit.platform,
    )
