"""A history, as lines for people and as JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

from tagledger.flows.history import Episode, History, Turn
from tagledger.model.evidence import Evidence
from tagledger.model.printable import printable_line
from tagledger.model.times import rfc3339
from tagledger.reports.terminal_values import date_text, minute_text

_INDENT = "    "


def history_lines(told: History) -> Iterator[str]:
    """Each state: from when to when, its digest, and what changed; oldest first."""
    yield printable_line(told.reference.familiar)
    for episode in told.episodes:
        yield ""
        yield _heading(episode)
        for line in _details(episode):
            yield _INDENT + printable_line(line)


def _heading(episode: Episode) -> str:
    state = episode.state
    begun = minute_text(state.first.observed_at)
    times = "once" if state.observations == 1 else f"{state.observations} times"
    seen = f"seen {times}, last {minute_text(state.last_seen)}"
    if state.ended_at is not None:
        how_long = f"for {duration_text(episode.lasted)}"
        return f"{begun} to {minute_text(state.ended_at)}  {how_long}, {seen}"
    if state.observations == 1:
        return f"{begun}  seen once"
    return f"{begun} on  for {duration_text(episode.lasted)} so far, {seen}"


def _details(episode: Episode) -> Iterator[str]:
    fact = episode.state.first
    if fact.is_absent:
        yield f"does not exist (said by {fact.source})"
        return
    how = "" if fact.evidence is Evidence.READ else f", {fact.evidence.value}"
    yield f"{fact.root or 'no digest is known'} (from {fact.source}{how})"
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


def history_json(told: History) -> str:
    """All states; times are RFC 3339, in UTC."""
    return (
        json.dumps(
            {
                "schema": "tagledger.history/1",
                "reference": str(told.reference),
                "states": [_state_object(episode) for episode in told.episodes],
            },
            indent=2,
        )
        + "\n"
    )


def _state_object(episode: Episode) -> dict[str, object]:
    state = episode.state
    fact = state.first
    return {
        "digest": fact.root,
        "media_type": fact.root_media_type,
        "is_absent": fact.is_absent,
        "source": fact.source,
        "evidence": fact.evidence.value,
        "first_seen": rfc3339(fact.observed_at),
        "last_seen": rfc3339(state.last_seen),
        "ended_at": None if state.ended_at is None else rfc3339(state.ended_at),
        "lasted_seconds": episode.lasted.total_seconds(),
        "observations": state.observations,
        "turn": episode.turn.value,
        "is_back_to": None if state.is_back_to is None else rfc3339(state.is_back_to),
        "change": episode.change,
    }


def duration_text(lasted: timedelta) -> str:
    """``12 days``, ``3 hours``, ``5 minutes``, ``20 seconds``: the largest unit."""
    seconds = int(lasted.total_seconds())
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
