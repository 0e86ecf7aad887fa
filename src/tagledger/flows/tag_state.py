"""What a tag is, or was at a moment: the fact, what it states, and how long it held."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from tagledger.errors import InvalidContent, NotFound, TagledgerError
from tagledger.flows.snapshots import Snapshots
from tagledger.ledger.answers import EntryRow, Observation, State
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.source import fact_about, known_reference, narrowed
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Snapshot


class TagState(msgspec.Struct, frozen=True, kw_only=True):
    """A name at a moment, None for now.

    `state` is the time in which its source said so, None where a digest was asked
    for. `snapshot` is None where the bytes behind it are not held or make no sense:
    `problem` says why, and `rows` are what the ledger wrote down of it. `earlier` and
    `later` are moments at which the tag was something else. `disputed_by` are sources
    that said otherwise meanwhile.
    """

    reference: Reference
    at: datetime | None
    fact: Observation
    state: State | None = None
    states: int = 0
    snapshot: Snapshot | None = None
    problem: TagledgerError | None = None
    rows: tuple[EntryRow, ...] = ()
    earlier: datetime | None = None
    later: datetime | None = None
    disputed_by: tuple[str, ...] = ()
    past: str | None = None

    @property
    def is_latest(self) -> bool:
        """Whether nothing newer is known."""
        return self.later is None


async def tag_state(
    ledger: Ledger, snapshots: Snapshots, text: str, *, at: datetime | None = None
) -> TagState:
    """The state of a name. Raises MalformedReference, NotObserved or LedgerError."""
    reference = known_reference(ledger, text)
    fact = fact_about(ledger, reference, at)
    state = TagState(reference=reference, at=at, fact=fact)
    if reference.digest is None:
        state = _placed(ledger, state)
    try:
        snapshot = await snapshots.snapshot(ledger, fact)
        if reference.digest is not None:
            snapshot = narrowed(snapshot, reference.digest)
    except (NotFound, InvalidContent) as problem:
        rows = () if fact.statement is None else tuple(ledger.entries(fact.statement))
        return msgspec.structs.replace(state, problem=problem, rows=rows)
    return msgspec.structs.replace(state, snapshot=snapshot)


def _placed(ledger: Ledger, known: TagState) -> TagState:
    """The same among the other states of the name."""
    fact = known.fact
    states = ledger.history(fact.reference)
    own = [state for state in states if state.first.source == fact.source]
    begun = [n for n, state in enumerate(own) if not _begins_after(state, fact)]
    if not begun:
        return known
    position = begun[-1]
    state = own[position]
    meanwhile = (
        other.first.source
        for other in states
        if other.first.source != fact.source
        and other.first.root != fact.root
        and other.first.root is not None
        and other.first.observed_at <= state.last_seen
        and other.last_seen >= state.first.observed_at
    )
    later = own[position + 1].first.observed_at if position + 1 < len(own) else None
    return msgspec.structs.replace(
        known,
        state=state,
        states=len(own),
        earlier=own[position - 1].last_seen if position else None,
        later=later,
        disputed_by=tuple(dict.fromkeys(meanwhile)),
        past=_past(state, known.at),
    )


def _begins_after(state: State, fact: Observation) -> bool:
    return state.first.observed_at > fact.observed_at


def _past(state: State, at: datetime | None) -> str | None:
    """How the registry of the past names a moment at which this state held.

    A day means its end; a state that ended on the day on which it was last seen is
    named by the minute after it was.
    """
    if state.first.is_absent:
        return None
    seen = state.last_seen if at is None else min(at, state.last_seen)
    seen = max(seen, state.first.observed_at).astimezone(UTC)
    end_of_day = seen.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
    if state.ended_at is None or state.ended_at >= end_of_day:
        return seen.date().isoformat()
    minute = seen.replace(second=0, microsecond=0)
    if minute < seen:
        minute += timedelta(minutes=1)
    if minute >= state.ended_at:
        return None
    return f"{minute:%Y-%m-%dt%H%Mz}"


_DAY = timedelta(days=1)
