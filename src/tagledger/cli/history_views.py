"""A history, as lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from tagledger.flows.history import Episode, History, Turn
from tagledger.ledger.answers import State
from tagledger.model.evidence import Evidence
from tagledger.model.printable import printable_line
from tagledger.reports.duration_text import duration_text
from tagledger.reports.terminal_values import date_text, minute_text

MAX_OTHERS = 5
"""States of other sources named beside one; `--json` has them all."""

_INDENT = "    "


def history_lines(told: History) -> Iterator[str]:
    """Each state: from when to when, its digest, and what changed; oldest first.

    What several sources say is told once, with all who say it.
    """
    yield printable_line(told.reference.familiar)
    if len(told.sources) > 1:
        yield f"told by {len(told.sources)} sources:"
        for source in told.sources:
            yield _INDENT + printable_line(source)
    if told.is_disputed:
        yield "! they do not always agree"
    for episode in told.episodes:
        if episode.is_repeat:
            continue
        yield ""
        yield _heading(episode)
        for line in _details(episode):
            yield _INDENT + printable_line(line)


def _heading(episode: Episode) -> str:
    state = episode.state
    begun = minute_text(state.first.observed_at)
    seen = f"seen {_times(state)}, last {minute_text(state.last_seen)}"
    if state.ended_at is not None:
        how_long = f"for {duration_text(episode.lasted)}"
        return f"{begun} to {minute_text(state.ended_at)}  {how_long}, {seen}"
    if state.observations == 1:
        return f"{begun}  seen once"
    return f"{begun} on  for {duration_text(episode.lasted)} so far, {seen}"


def _times(state: State) -> str:
    return "once" if state.observations == 1 else f"{state.observations:,} times"


def _details(episode: Episode) -> Iterator[str]:
    yield _statement(episode)
    yield from _listed(f"also from {_other(state)}" for state in episode.same)
    yield from _flags(episode)
    others = (
        f"! otherwise {_other(state)}: {_what(state)}" for state in episode.otherwise
    )
    yield from _listed(others)


def _statement(episode: Episode) -> str:
    fact = episode.state.first
    if fact.is_absent:
        return f"does not exist (said by {fact.source})"
    how = "" if fact.evidence is Evidence.READ else f", {fact.evidence.value}"
    return f"{_what(episode.state)} (from {fact.source}{how})"


def _what(state: State) -> str:
    if state.first.is_absent:
        return "does not exist"
    return state.first.root or "no digest is known"


def _other(state: State) -> str:
    fact = state.first
    begun, last = minute_text(fact.observed_at), minute_text(state.last_seen)
    how = "" if fact.evidence is Evidence.READ else f", {fact.evidence.value}"
    return f"{fact.source}{how}, {begun} to {last}, seen {_times(state)}"


def _listed(lines: Iterable[str]) -> Iterator[str]:
    """The first of them, and how many more there are."""
    yield from islice(all_lines := iter(lines), MAX_OTHERS)
    if more := sum(1 for _ in all_lines):
        yield f"and {more:,} more (--json)"


def _flags(episode: Episode) -> Iterator[str]:
    if episode.state.first.is_absent:
        return
    back_to = episode.state.is_back_to
    if back_to is not None:
        turn = "moved back" if episode.turn is Turn.MOVED_BACK else "came back"
        yield f"! {turn} to what it was on {date_text(back_to)}"
    elif episode.turn is Turn.CAME_BACK:
        yield "! came back, as something else"
    if episode.change is not None:
        yield episode.change
    elif episode.turn in (Turn.MOVED, Turn.MOVED_BACK):
        yield "what changed is not known: the ledger lacks bytes of it"
