from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagledger.model.digest import Digest
from tagledger.model.snapshot import Layer
from tagledger.reports.terminal_canvas import ASCII, UNICODE, Glyphs
from tagledger.reports.terminal_values import (
    bar_text,
    date_text,
    minute_text,
    moment_text,
    size_text,
    total_text,
)


@pytest.mark.parametrize(
    ("size_bytes", "expected"),
    [
        (0, "0 B"),
        (846, "846 B"),
        (999, "999 B"),
        (1000, "1.0 KB"),
        (1184, "1.2 KB"),
        (999_949, "999.9 KB"),
        (999_950, "1.0 MB"),
        (56_963_334, "57.0 MB"),
        (4_069_985_900, "4.1 GB"),
        (2**63 - 1, "9.2 EB"),
    ],
)
def test_sizes_are_decimal_with_one_digit(size_bytes: int, expected: str) -> None:
    """As registries count; a thousand of a unit is one of the next."""
    assert expected == size_text(size_bytes)


def test_moments_are_in_utc() -> None:
    """Whatever zone a time was written in, and years have four digits."""
    east = timezone(timedelta(hours=2))
    moment = datetime(2019, 11, 14, 1, 48, 55, tzinfo=east)

    assert "2019-11-13 23:48:55 UTC" == moment_text(moment)
    assert "2019-11-13 23:48" == minute_text(moment)
    assert "0001-01-01" == date_text(datetime(1, 1, 1, tzinfo=UTC))


def test_a_total_says_what_it_lacks() -> None:
    """A sum of all is a number, a sum of some has a plus, of none it is not known."""
    name = Digest.of(b"")
    known, unknown = Layer(name, size_bytes=1000), Layer(name)

    assert "2.0 KB" == total_text([known, known], "?")
    assert "1.0 KB+" == total_text([known, unknown], "?")
    assert "?" == total_text([unknown], "?")
    assert "0 B" == total_text([], "?")


@given(
    st.integers(0, 2**63),
    st.integers(0, 2**63),
    st.integers(8, 16),
    st.sampled_from([UNICODE, ASCII]),
    st.booleans(),
)
def test_bars_stay_in_their_cells(
    one: int,
    other: int,
    cells: int,
    glyphs: Glyphs,
    is_foreign: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    """The largest fills them, a smaller one is no longer, and what is not empty is seen."""
    small, large = sorted((one, other))

    bar = bar_text(small, large, cells, glyphs, is_foreign=is_foreign)
    full = bar_text(large, large, cells, glyphs, is_foreign=is_foreign)

    assert bool(small) == bool(bar)
    assert len(bar) <= len(full) == (cells if large else 0)
