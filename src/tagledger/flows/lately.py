"""What changed lately in the whole ledger, in few lines."""

from __future__ import annotations

import time
from datetime import datetime

import msgspec

from tagledger.flows.tellings import Tellings
from tagledger.ledger.answers import Change, RepositorySummary
from tagledger.ledger.protocol import Ledger
from tagledger.model.reference import Reference
from tagledger.model.tag_order import tag_key

TURNS = 12
"""How many groups are shown."""

TAGS = 8
"""How many tags of a group are named."""

MAX_CHANGES = 600
"""Most changes looked through: one import may move hundreds of tags at once."""

AT_ONCE = 100

REPOSITORIES = 24
"""How many repositories are named."""

TELLING_SECONDS = 0.25
"""How long the changes may take to be told in words; the rest stand without."""


class TurnOf(msgspec.Struct, frozen=True, kw_only=True):
    """Tags of a repository that changed at the same moment, as one source saw it.

    `words` say what changed in the first of `tags`, None where that cannot be told.
    """

    repository: Reference
    moment: datetime
    source: str
    tags: tuple[Change, ...]
    more: int
    words: str | None = None


class Lately(msgspec.Struct, frozen=True, kw_only=True):
    """The front of a ledger: the newest first, and the first repositories by name."""

    turns: tuple[TurnOf, ...]
    repositories: tuple[RepositorySummary, ...]


async def lately(ledger: Ledger, tellings: Tellings) -> Lately:
    """The latest changes, those of one repository and moment together."""
    groups: dict[tuple[Reference, datetime, str], list[Change]] = {}
    cursor: str | None = None
    for _ in range(MAX_CHANGES // AT_ONCE):
        page = ledger.changes(before=cursor, limit=AT_ONCE)
        for change in page.items:
            fact = change.observation
            repository = msgspec.structs.replace(fact.reference, tag=None, digest=None)
            key = repository, fact.observed_at, fact.source
            groups.setdefault(key, []).append(change)
        cursor = page.more
        if cursor is None or len(groups) > TURNS:
            break
    # Before anything is told: what runs out of time there is left untold.
    repositories = ledger.repositories(limit=REPOSITORIES).items
    deadline = time.monotonic() + TELLING_SECONDS
    turns = []
    for (repository, moment, source), changes in [*groups.items()][:TURNS]:
        changes.sort(key=lambda item: tag_key(item.observation.reference.tag or ""))
        words = None
        if time.monotonic() < deadline:
            words = await _words(ledger, tellings, changes[0])
        turns.append(
            TurnOf(
                repository=repository,
                moment=moment,
                source=source,
                tags=tuple(changes[:TAGS]),
                more=max(len(changes) - TAGS, 0),
                words=words,
            )
        )
    return Lately(turns=tuple(turns), repositories=repositories)


async def _words(ledger: Ledger, tellings: Tellings, change: Change) -> str | None:
    if change.before is None:
        return "gone" if change.observation.is_absent else "new here"
    return await tellings.change(ledger, change)
