"""What a name was, and when: each state with what changed from the one before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from tagledger.errors import InvalidContent, NotFound, NotObserved
from tagledger.flows.stated_pages import StatedPages
from tagledger.ledger.answers import Observation, State
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.source import known_reference
from tagledger.ledger.statements import Statements
from tagledger.model.difference.compare import compare
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Wanted
from tagledger.reports.difference.words import difference_in_words


class Turn(StrEnum):
    """What a state is beside the one before it."""

    FIRST = "first"
    MOVED = "moved"
    MOVED_BACK = "moved back"
    """To a digest that the name had before: seldom meant."""
    GONE = "gone"
    CAME_BACK = "came back"


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """A state of a name, and how it came to it.

    `change` is what changed since the name last existed, in a line: None for the
    first state, for one that says that it is gone, and where the ledger does not hold
    enough to tell.
    """

    state: State
    turn: Turn
    change: str | None

    @property
    def lasted(self) -> timedelta:
        """From the first observation to the end; so far, where it has none."""
        end = self.state.ended_at or self.state.last_seen
        return end - self.state.first.observed_at


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The states of a name, oldest first."""

    reference: Reference
    episodes: tuple[Episode, ...]


async def history(
    ledger: Ledger,
    text: str,
    *,
    at: datetime | None = None,
    source: str | None = None,
    progress: Callable[[str, int, int | None], None] = lambda _what, _done, _all: None,
) -> History:
    """The history of a name; of one source alone, or the one state of a moment.

    Raises MalformedReference, or NotObserved where the ledger does not know the name,
    or not from so early.
    """
    reference = known_reference(ledger, text)
    states = ledger.history(reference, source=source)
    last = len(states)
    if at is not None:
        last = sum(state.first.observed_at <= at for state in states)
    if not last:
        raise NotObserved(reference.familiar, at if states else None)
    first = 0 if at is None else last - 1
    teller = _Teller(Statements(ledger, StatedPages()))
    episodes = []
    for position in range(first, last):
        change = await teller.change(states, position)
        turn = _turn(states, position)
        episodes.append(Episode(state=states[position], turn=turn, change=change))
        progress("states", position + 1 - first, last - first)
    return History(reference=reference, episodes=tuple(episodes))


class _Teller:
    """Tells what changed; a state is read once, though it stands in two changes."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._last: tuple[Observation, Snapshot | None] | None = None

    async def change(self, states: list[State], position: int) -> str | None:
        """What changed from the last state before in which there was something."""
        after = states[position].first
        before = next(
            (
                state.first
                for state in reversed(states[:position])
                if not state.first.is_absent
            ),
            None,
        )
        if before is None or after.is_absent:
            return None
        one = await self._snapshot(before)
        two = await self._snapshot(after)
        if one is None or two is None:
            return None
        return difference_in_words(compare(one, two))

    async def _snapshot(self, fact: Observation) -> Snapshot | None:
        if self._last is not None and self._last[0] == fact:
            return self._last[1]
        snapshot: Snapshot | None = None
        try:
            snapshot = await self._statements.snapshot(fact, Wanted())
        except (NotFound, InvalidContent):
            # Bytes that the ledger never got, or a page that no reader understands:
            # the state stands all the same.
            snapshot = None
        self._last = fact, snapshot
        return snapshot


def _turn(states: list[State], position: int) -> Turn:
    state = states[position]
    if state.first.is_absent:
        return Turn.GONE
    if position == 0:
        return Turn.FIRST
    was_there = not all(item.first.is_absent for item in states[:position])
    if states[position - 1].first.is_absent:
        return Turn.CAME_BACK if was_there else Turn.FIRST
    return Turn.MOVED if state.is_back_to is None else Turn.MOVED_BACK
