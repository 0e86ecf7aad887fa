"""What a name was, and when: each state with what changed from the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from tagledger.errors import LedgerTooSlow, MalformedReference, NotObserved
from tagledger.flows.agreement import agreements
from tagledger.flows.snapshots import Snapshots
from tagledger.flows.stated_pages import StatedPages
from tagledger.flows.tellings import Tellings
from tagledger.ledger.answers import State
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.source import SCHEME, known_reference
from tagledger.model.reference import Reference, parse_reference


class Turn(StrEnum):
    """What a state is beside the one before it."""

    FIRST = "first"
    MOVED = "moved"
    MOVED_BACK = "moved back"
    """To a digest that the name had before: seldom meant."""
    GONE = "gone"
    CAME_BACK = "came back"


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """A state of a name, and how its source came to it.

    `change` is what changed since the name last existed, in a line: None for the
    first state, for one that says that it is gone, and where the ledger does not hold
    enough to tell. `same` and `otherwise` are what other sources said at the same
    time. `is_repeat` tells that an earlier episode, of another source, says all that
    this one does: whoever shows that one with its `same` may leave this one out.
    `before` is the last state before in which there was something. `is_untold` where
    the time ran out before it was known what changed.
    """

    state: State
    turn: Turn
    change: str | None
    same: tuple[State, ...] = ()
    otherwise: tuple[State, ...] = ()
    is_repeat: bool = False
    before: State | None = None
    is_untold: bool = False

    @property
    def lasted(self) -> timedelta:
        """From the first observation to the end; so far, where it has none."""
        end = self.state.ended_at or self.state.last_seen
        return end - self.state.first.observed_at


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The states of a name as each source told them, oldest first.

    `states` are all that there are, `episodes` those of them that were asked for.
    """

    reference: Reference
    episodes: tuple[Episode, ...]
    states: tuple[State, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources of these states, in the order in which they began to tell."""
        names = (episode.state.first.source for episode in self.episodes)
        return tuple(dict.fromkeys(names))

    @property
    def is_disputed(self) -> bool:
        """Whether sources said different things at the same time."""
        return any(episode.otherwise for episode in self.episodes)


async def history(
    ledger: Ledger,
    text: str,
    *,
    at: datetime | None = None,
    source: str | None = None,
    part: Callable[[int], range] | None = None,
    tellings: Tellings | None = None,
    progress: Callable[[str, int, int | None], None] = lambda _what, _done, _all: None,
) -> History:
    """The history of a name; of one source alone, or the one state of a moment.

    Of a moment, that is the state which the latest fact before it belongs to. `part`
    says which of so many states are told, by position; `tellings` may remember what
    changed. Where the ledger may take only so long, that is told as far as the time
    goes. Raises MalformedReference, or NotObserved where the ledger does not know the
    name, or not from so early.
    """
    reference, states = _states(ledger, text, source)
    chosen = [*range(len(states))]
    if at is not None:
        chosen = _at(ledger, reference, states, at)
    if not chosen:
        raise NotObserved(reference.familiar, at if states else None)
    if part is not None:
        chosen = [chosen[position] for position in part(len(chosen))]
    meanwhile = agreements(states)
    tellings = tellings or Tellings(Snapshots(pages=StatedPages()))
    tellers = {
        name: _Teller(
            ledger, tellings, [item for item in states if item.first.source == name]
        )
        for name in {states[position].first.source for position in chosen}
    }
    for name, teller in tellers.items():
        own = (states[position] for position in chosen)
        teller.look_at([state for state in own if state.first.source == name])
    told: dict[int, Episode] = {}
    for done, position in enumerate(chosen, start=1):
        state = states[position]
        teller = tellers[state.first.source]
        same = meanwhile[position].same
        change, is_untold = await _told_in_time(teller, state)
        episode = Episode(
            state=state,
            turn=teller.turn(state),
            change=change,
            is_untold=is_untold,
            before=teller.before(state),
            same=tuple(states[other] for other in same),
            otherwise=tuple(states[other] for other in meanwhile[position].otherwise),
        )
        earlier = [told[other] for other in same if other in told]
        is_repeat = any(_is_repeat(episode, one) for one in earlier)
        told[position] = msgspec.structs.replace(episode, is_repeat=is_repeat)
        progress("states", done, len(chosen))
    return History(
        reference=reference, episodes=tuple(told.values()), states=tuple(states)
    )


def _states(
    ledger: Ledger, text: str, source: str | None
) -> tuple[Reference, list[State]]:
    """The name that is meant, and its states."""
    with suppress(MalformedReference):
        reference = parse_reference(text.removeprefix(SCHEME))
        # What has states is known: one question less.
        if states := ledger.history(reference, source=source):
            return reference, states
    reference = known_reference(ledger, text)
    return reference, ledger.history(reference, source=source)


async def _told_in_time(teller: _Teller, state: State) -> tuple[str | None, bool]:
    """What changed, and whether it is left untold for want of time."""
    try:
        return await teller.change(state), False
    except LedgerTooSlow:
        return None, teller.before(state) is not None and not state.first.is_absent


def _at(
    ledger: Ledger, reference: Reference, states: list[State], moment: datetime
) -> list[int]:
    """Where the state of that moment is; nothing where all begin later."""
    begun = [n for n, state in enumerate(states) if state.first.observed_at <= moment]
    sources = {states[position].first.source for position in begun}
    if len(sources) > 1:
        fact = ledger.at(reference, moment)
        sources = set() if fact is None else {fact.source}
    return [n for n in begun if states[n].first.source in sources][-1:]


def _is_repeat(episode: Episode, earlier: Episode) -> bool:
    """Whether the earlier one says the same, with all that there is to flag."""
    return (
        not earlier.is_repeat
        and (episode.change is None or earlier.change is not None)
        and (episode.state.is_back_to is None or earlier.turn is episode.turn)
        and {*map(_key, episode.otherwise)} <= {*map(_key, earlier.otherwise)}
    )


def _key(state: State) -> tuple[str, datetime]:
    return state.first.source, state.first.observed_at


class _Teller:
    """Tells how one source came to each of its states."""

    def __init__(self, ledger: Ledger, tellings: Tellings, states: list[State]) -> None:
        self._ledger = ledger
        self._tellings = tellings
        self._states = states
        self._positions = {_key(state): at for at, state in enumerate(states)}
        self._readable: set[int] | None = None

    def look_at(self, states: Sequence[State]) -> None:
        """See of which of these it can be read what they were, all in one question.

        Where there is no time for it, each is tried.
        """
        both = (item for state in states for item in (self.before(state), state))
        found = {item.first.statement for item in both if item is not None}
        wanted = sorted(statement for statement in found if statement is not None)
        with suppress(LedgerTooSlow):
            self._readable = self._ledger.readable(wanted)

    def turn(self, state: State) -> Turn:
        """What the state is beside the one before it."""
        if state.first.is_absent:
            return Turn.GONE
        position = self._positions[_key(state)]
        if position == 0:
            return Turn.FIRST
        if self._states[position - 1].first.is_absent:
            was_there = self.before(state) is not None
            return Turn.CAME_BACK if was_there else Turn.FIRST
        return Turn.MOVED if state.is_back_to is None else Turn.MOVED_BACK

    async def change(self, state: State) -> str | None:
        """What changed from the last state before in which there was something."""
        before = self.before(state)
        if before is None or state.first.is_absent:
            return None
        both = {before.first.statement, state.first.statement}
        if self._readable is not None and not both <= self._readable:
            return None
        return await self._tellings.words(self._ledger, before.first, state.first)

    def before(self, state: State) -> State | None:
        """The last state before in which there was something."""
        position = self._positions[_key(state)]
        while position:
            position -= 1
            if not self._states[position].first.is_absent:
                return self._states[position]
        return None
