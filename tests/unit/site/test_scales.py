from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagledger.site.charts.scales import size_scale, time_scale

BEGAN = datetime(2017, 3, 1, 12, tzinfo=UTC)


@given(st.lists(st.integers(0, 2**62), min_size=1, max_size=20))
def test_every_size_has_its_place_on_the_axis(sizes: list[int]) -> None:
    """No size lies outside, a larger one is never lower, and there are few ticks."""
    scale = size_scale(sizes)

    places = [scale.at(size) for size in sorted(sizes)]
    assert all(0 <= place <= 1 for place in places)
    assert places == sorted(places)
    assert 2 <= len(scale.ticks) <= 12
    assert [tick.at for tick in scale.ticks] == sorted(tick.at for tick in scale.ticks)


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ([10_000_000, 40_000_000], ["0 B", "10 MB", "20 MB", "30 MB", "40 MB"]),
        ([294_000_000, 301_000_000], ["294 MB", "296 MB", "298 MB", "300 MB", "302 MB"]),
        ([1_000, 400_000_000], ["1 KB", "100 KB", "10 MB", "1 GB"]),
        ([0], ["0 B", "1 B"]),
    ],
)  # fmt: skip
def test_ticks_are_round_sizes(sizes: list[int], said: list[str]) -> None:
    """From zero, from near what is there, or by powers of ten."""
    assert said == [tick.text for tick in size_scale(sizes).ticks]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, ["2 Mar 2017"]),
        (4, ["2 Mar 2017", "3 Mar 2017", "4 Mar 2017", "5 Mar 2017"]),
        (90, ["Apr 2017", "May 2017"]),
        (500, ["Apr 2017", "Jul 2017", "Oct 2017", "Jan 2018", "Apr 2018", "Jul 2018"]),
        (3_000, ["2018", "2020", "2022", "2024"]),
    ],
)
def test_ticks_are_round_dates(days: int, said: list[str]) -> None:
    """Days, months or years, as many as can be read."""
    scale = time_scale(BEGAN, BEGAN + timedelta(days=days))

    assert said == [tick.text for tick in scale.ticks]
    assert all(0 <= tick.at <= 1 for tick in scale.ticks)
