"""The form of `history --json`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tagledger.flows.history import Episode, History, Turn
from tagledger.flows.json_forms.form import (
    CountField,
    DigestField,
    ReferenceField,
    SourceField,
    TimeField,
)
from tagledger.ledger.answers import State
from tagledger.model.evidence import Evidence


class OtherStateReport(msgspec.Struct, frozen=True, kw_only=True):
    """What another source said at the same time."""

    source: SourceField
    digest: DigestField | None
    is_absent: bool
    evidence: Evidence
    first_seen: TimeField
    last_seen: TimeField
    ended_at: TimeField | None
    observations: CountField


class StateReport(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which a name stayed what it was, as one source saw it."""

    digest: Annotated[
        DigestField | None,
        Meta(description="Of the index or manifest; null if none is known."),
    ]
    media_type: str | None
    is_absent: Annotated[bool, Meta(description="The name does not exist.")]
    source: SourceField
    evidence: Evidence
    first_seen: TimeField
    last_seen: TimeField
    ended_at: Annotated[
        TimeField | None,
        Meta(description="When the source first said otherwise; null while it lasts."),
    ]
    lasted_seconds: Annotated[float, Meta(description="So far, where it lasts.")]
    observations: CountField
    turn: Annotated[Turn, Meta(description="Beside the source's state before.")]
    is_back_to: Annotated[
        TimeField | None,
        Meta(description="When it was this before, and something else since."),
    ]
    change: Annotated[
        str | None, Meta(description="What changed from the one before, in a line.")
    ]
    same: Annotated[
        tuple[OtherStateReport, ...],
        Meta(description="Other sources that said so while this state held."),
    ]
    otherwise: Annotated[
        tuple[OtherStateReport, ...],
        Meta(description="Other sources seen to say something else meanwhile."),
    ]
    is_repeat: Annotated[
        bool, Meta(description="An earlier state, of another source, says all of this.")
    ]


class HistoryReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a name was, and when: the states that each source told, oldest first."""

    schema: Literal["tagledger.history/1"] = "tagledger.history/1"
    reference: ReferenceField
    sources: tuple[SourceField, ...]
    is_disputed: Annotated[
        bool, Meta(description="Sources said different things at the same time.")
    ]
    states: tuple[StateReport, ...]


def history_report(told: History) -> HistoryReport:
    """The report of a history."""
    return HistoryReport(
        reference=str(told.reference),
        sources=told.sources,
        is_disputed=told.is_disputed,
        states=tuple(map(_state, told.episodes)),
    )


def _state(episode: Episode) -> StateReport:
    state = episode.state
    fact = state.first
    return StateReport(
        digest=fact.root,
        media_type=fact.root_media_type,
        is_absent=fact.is_absent,
        source=fact.source,
        evidence=fact.evidence,
        first_seen=fact.observed_at,
        last_seen=state.last_seen,
        ended_at=state.ended_at,
        lasted_seconds=episode.lasted.total_seconds(),
        observations=state.observations,
        turn=episode.turn,
        is_back_to=state.is_back_to,
        change=episode.change,
        same=tuple(map(_other, episode.same)),
        otherwise=tuple(map(_other, episode.otherwise)),
        is_repeat=episode.is_repeat,
    )


def _other(state: State) -> OtherStateReport:
    fact = state.first
    return OtherStateReport(
        source=fact.source,
        digest=fact.root,
        is_absent=fact.is_absent,
        evidence=fact.evidence,
        first_seen=fact.observed_at,
        last_seen=state.last_seen,
        ended_at=state.ended_at,
        observations=state.observations,
    )
