"""The states of a name, told from the facts about it: those of each source apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tagledger.ledger.answers import Observation, State
from tagledger.ledger.contents import digest_of
from tagledger.ledger.engine import Engine, Row
from tagledger.ledger.evidence import EVIDENCE
from tagledger.ledger.keys import microseconds, moment_of
from tagledger.ledger.names import repository_name, tag_name
from tagledger.model.reference import Reference

_SOURCE = 1
_ROOT = 4
_ABSENT = 6
_STATEMENT = 7


def history(engine: Engine, reference: Reference, source: str | None) -> list[State]:
    """As `Ledger.history`."""
    rows = engine.query(
        "observations",
        repository=repository_name(reference),
        tag=tag_name(reference),
    )
    told: dict[str, list[Row]] = {}
    for row in rows:
        if source in (None, row[_SOURCE]):
            told.setdefault(row[_SOURCE], []).append(row)
    states = [state for facts in told.values() for state in _states(reference, facts)]
    # Of one moment, those of the source that was there first come first.
    return sorted(states, key=lambda state: state.first.observed_at)


def _states(reference: Reference, facts: list[Row]) -> Iterator[State]:
    """The states that the facts of one source make, oldest first."""
    runs: list[list[Row]] = []
    for row in facts:
        if runs and _identity(runs[-1][0]) == _identity(row):
            runs[-1].append(row)
        else:
            runs.append([row])
    seen: dict[object, datetime] = {}
    for position, run in enumerate(runs):
        ended = runs[position + 1][0][0] if position + 1 < len(runs) else None
        known = _identity(run[0])
        yield State(
            first=observation_of(reference, run[0]),
            last_seen=moment_of(run[-1][0]),
            ended_at=None if ended is None else moment_of(ended),
            observations=len(run),
            is_back_to=seen.get(known),
        )
        seen.setdefault(known, moment_of(run[0][0]))


def at(engine: Engine, reference: Reference, moment: datetime) -> Observation | None:
    """As `Ledger.at`."""
    rows = engine.query(
        "observation_at",
        repository=repository_name(reference),
        tag=tag_name(reference),
        moment=microseconds(moment),
    )
    return observation_of(reference, rows[0]) if rows else None


def observation_of(reference: Reference, row: Row) -> Observation:
    """The fact that this row tells."""
    observed_at, source, evidence, algorithm, raw, media_type, absent, said = row
    return Observation(
        reference=reference,
        observed_at=moment_of(observed_at),
        source=source,
        evidence=EVIDENCE[evidence],
        root=None if raw is None else digest_of(algorithm, raw),
        root_media_type=media_type,
        is_absent=bool(absent),
        statement=said,
    )


def _identity(row: Row) -> object:
    """What makes a state: the digest, or the words where there is none."""
    if row[_ABSENT]:
        return None
    return row[_STATEMENT] if row[_ROOT] is None else bytes(row[_ROOT])
