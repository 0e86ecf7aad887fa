"""Which sources said the same of a name at the same time, and which said otherwise.

Two states *agree* where they are the same and the times in which they held overlap: a
state holds until its source says otherwise. They *disagree* where each source was seen
to say its own while the other did: between the first and the last observation of both.
One that merely was not asked again yet disagrees with nobody, and neither does a record
that no longer tells of the name.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from tagledger.ledger.answers import State
from tagledger.model.evidence import Evidence

_NEVER = datetime.max.replace(tzinfo=UTC)


class Agreement(msgspec.Struct, frozen=True):
    """Positions of the other sources' states: those that agree, those that do not."""

    same: tuple[int, ...] = ()
    otherwise: tuple[int, ...] = ()


def agreements(states: Sequence[State]) -> list[Agreement]:
    """For each state what the other sources said meanwhile; in the same order.

    The states of each source are in the order of time.
    """
    told: dict[str, list[int]] = {}
    for position, state in enumerate(states):
        told.setdefault(state.first.source, []).append(position)
    if len(told) < 2:
        return [Agreement() for _ in states]
    accounts = {
        source: _Account(states, positions) for source, positions in told.items()
    }
    found = []
    for state in states:
        same: list[int] = []
        otherwise: list[int] = []
        for source, account in accounts.items():
            if source == state.first.source:
                continue
            for position in account.meanwhile(state):
                if _agree(state, states[position]):
                    same.append(position)
                elif _disagree(state, states[position]):
                    otherwise.append(position)
        found.append(Agreement(tuple(sorted(same)), tuple(sorted(otherwise))))
    return found


class _Account:
    """What one source said, to be looked up by time."""

    def __init__(self, states: Sequence[State], positions: Sequence[int]) -> None:
        self._positions = positions
        self._begins = [states[position].first.observed_at for position in positions]
        self._ends = [_end(states[position]) for position in positions]

    def meanwhile(self, state: State) -> Iterator[int]:
        """The positions of the states that overlap this one."""
        start = bisect_right(self._ends, state.first.observed_at)
        yield from self._positions[start : bisect_left(self._begins, _end(state))]


def _end(state: State) -> datetime:
    return state.ended_at or _NEVER


def _says_nothing(state: State) -> bool:
    """Whether a record dropped the name, without a word about it."""
    fact = state.first
    return fact.statement is None and fact.evidence is Evidence.REPORTED


def _agree(one: State, other: State) -> bool:
    if _says_nothing(one) or _says_nothing(other):
        return False
    if one.first.is_absent or other.first.is_absent:
        return one.first.is_absent and other.first.is_absent
    if one.first.root is None or other.first.root is None:
        # Without a digest only the very same words are the same.
        return one.first.statement == other.first.statement
    return one.first.root == other.first.root


def _disagree(one: State, other: State) -> bool:
    """Whether both are known to have said it at one time, and it is not the same."""
    if _says_nothing(one) or _says_nothing(other):
        return False
    is_there = not (one.first.is_absent or other.first.is_absent)
    if is_there and (one.first.root is None or other.first.root is None):
        return False
    return (
        one.first.observed_at <= other.last_seen
        and other.first.observed_at <= one.last_seen
    )
