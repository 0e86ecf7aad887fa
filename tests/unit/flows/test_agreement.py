from datetime import UTC, datetime, timedelta

import pytest

from tagledger.flows.agreement import Agreement, agreements
from tagledger.ledger.answers import Observation, State
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.reference import parse_reference

NAME = parse_reference("python:3.6")
GONE = None
BEGAN = datetime(2017, 3, 1, tzinfo=UTC)


def state(
    source: str,
    version: str | None,
    first: int,
    last: int,
    ended: int | None = None,
    *,
    evidence: Evidence = Evidence.READ,
    statement: int | None = 1,
) -> State:
    """A state from day to day; `GONE` is one in which the name does not exist."""
    return State(
        first=Observation(
            reference=NAME,
            observed_at=BEGAN + timedelta(first),
            source=source,
            evidence=evidence,
            root=Digest.of(version.encode()) if version else None,
            root_media_type=None,
            is_absent=version is GONE,
            statement=statement,
        ),
        last_seen=BEGAN + timedelta(last),
        ended_at=None if ended is None else BEGAN + timedelta(ended),
        observations=1 if first == last else 2,
    )


SAME = [Agreement(same=(1,)), Agreement(same=(0,))]
OTHERWISE = [Agreement(otherwise=(1,)), Agreement(otherwise=(0,))]
NOTHING = [Agreement(), Agreement()]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (state("a", "x", 0, 0), state("b", "x", 900, 900), SAME),
        (state("a", "x", 0, 1, 5), state("b", "x", 4, 4), SAME),
        (state("a", "x", 0, 1, 5), state("b", "x", 5, 5), NOTHING),
        (state("a", "x", 0, 4), state("b", "y", 2, 2), OTHERWISE),
        (state("a", "x", 0, 4), state("b", "y", 4, 4), OTHERWISE),
        (state("a", "x", 0, 4, 9), state("b", "y", 5, 6), NOTHING),
        (state("a", "x", 0, 0), state("b", "y", 1, 1), NOTHING),
        (state("a", GONE, 0, 4), state("b", "y", 1, 1), OTHERWISE),
        (state("a", GONE, 0, 4), state("b", GONE, 1, 1), SAME),
        (
            state("a", "x", 0, 4),
            state("b", GONE, 1, 1, evidence=Evidence.REPORTED, statement=None),
            NOTHING,
        ),
        (state("a", "x", 0, 4), state("a", "y", 5, 5), NOTHING),
    ],
)
def test_who_says_the_same_and_who_says_otherwise(
    one: State, other: State, expected: list[Agreement]
) -> None:
    """The same, while both hold; otherwise, where both were seen to say so; a record that dropped a name says nothing."""
    assert expected == agreements([one, other])


@pytest.mark.parametrize(("statement", "expected"), [(1, SAME), (2, NOTHING)])
def test_without_a_digest_only_the_same_words_are_the_same(
    statement: int, expected: list[Agreement]
) -> None:
    """An archive knows no digest: what it says can be compared with nobody's digest."""
    one, other = state("a", "x", 0, 4), state("b", "y", 1, 1, statement=statement)
    told = [
        State(
            first=Observation(
                reference=NAME,
                observed_at=item.first.observed_at,
                source=item.first.source,
                evidence=Evidence.READ,
                root=None,
                root_media_type=None,
                is_absent=False,
                statement=item.first.statement,
            ),
            last_seen=item.last_seen,
            ended_at=None,
            observations=1,
        )
        for item in (one, other)
    ]

    assert expected == agreements(told)


def test_a_long_state_beside_many_short_ones() -> None:
    """All that overlap it are found, those before and after are not."""
    short = [state("b", "xy"[n % 2], n, n, n + 1) for n in range(10)]
    states = [short[0], short[1], state("a", "x", 2, 6, 7), *short[2:]]

    found = agreements(states)[2]

    assert Agreement(same=(3, 5, 7), otherwise=(4, 6)) == found
