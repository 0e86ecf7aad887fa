import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagledger.model.digest import Digest
from tagledger.reports.proof.serialise import Gap
from tagledger.reports.proof.trials import (
    MAX_CONFIG_BYTES,
    MAX_PREDICTED_BYTES,
    MIN_CONFIG_BYTES,
    Budget,
    far_sizes,
    find_number,
    near_sizes,
    nearest_first,
)

GAP = Gap(b'{"size":', b',"x":1}')
PLENTY = 10**12


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_the_number_is_found(algorithm: str) -> None:
    """The one number that gives the digest is returned, whatever the algorithm."""
    digest = Digest.of(GAP.filled(8159), algorithm)

    found = find_number(GAP, digest, range(8000, 9000), Budget(PLENTY))
    missing = find_number(GAP, digest, range(8160, 9000), Budget(PLENTY))

    assert (8159, None) == (found, missing)


@given(st.integers(-50, 150), st.integers(0, 60), st.integers(0, 60))
def test_every_number_comes_once_and_the_nearest_first(
    centre: int, low: int, span: int
) -> None:
    """Order by distance leaves none out, and repeats none."""
    numbers = list(nearest_first(centre, low, low + span))

    assert list(range(low, low + span + 1)) == sorted(numbers)
    start = min(max(centre, low), low + span)
    distances = [abs(number - start) for number in numbers]
    assert sorted(distances) == distances


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**40))
def test_near_and_far_are_all_sizes_once_whatever_is_predicted(predicted: int) -> None:
    """A page that makes any size likely gets the usual range, and a bounded window."""
    near, far = near_sizes(predicted), far_sizes(predicted)

    assert len(near) <= 513
    assert not {*near} & {*far}
    assert {*range(MIN_CONFIG_BYTES, MAX_CONFIG_BYTES + 1)} <= {*near, *far}
    assert max(near) <= MAX_PREDICTED_BYTES + 256


def test_a_spent_budget_ends_the_trials() -> None:
    """What is beyond the budget is not tried, and that is known afterwards."""
    gap = Gap(b"", b"x" * 1_000_000)
    digest = Digest.of(gap.filled(500))
    budget = Budget(max_bytes=100_000_000)

    assert find_number(gap, digest, range(1_000), budget) is None
    assert budget.is_spent


def test_only_trials_that_were_made_are_counted() -> None:
    """A number found at once leaves the budget for others."""
    budget = Budget(max_bytes=1_200_000)
    for number in range(300, 1_300):
        digest = Digest.of(GAP.filled(number))
        assert number == find_number(GAP, digest, [number], budget)

    assert not budget.is_spent
