"""The small texts that pages are made of: sizes, code spans, JSON lists and platforms."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.page_snapshots import platforms
from tagledger.model.platform import Platform
from tagledger.model.printable import printable_line
from tagledger.reports.page.markup import (
    bare,
    code_span,
    json_list,
    parse_bare,
    parse_json_list,
    parse_span,
)
from tagledger.reports.page.platform_text import (
    MAX_PLATFORM_LENGTH,
    parse_platform_text,
    safe_platform_text,
)
from tagledger.reports.page.size_text import parse_size_text, size_text


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0.0 B"),
        (32, "32.0 B"),
        (1_000, "1000.0 B"),
        (1_001, "1.0 KB (1001 bytes)"),
        (1_184, "1.2 KB (1184 bytes)"),
        (1_000_999, "1001.0 KB (1000999 bytes)"),
        (1_001_000, "1.0 MB (1001000 bytes)"),
        (56_963_334, "57.0 MB (56963334 bytes)"),
        (4_069_985_900, "4.1 GB (4069985900 bytes)"),
        (2**63 - 1, "9223372.0 TB (9223372036854775807 bytes)"),
    ],
)
def test_sizes_are_written_as_the_record_wrote_them(size_bytes: int, text: str) -> None:
    """The unit goes up above 1000, and the exact count stands beside it."""
    assert text == size_text(size_bytes)


@given(st.integers(0, 2**70))
def test_a_size_is_read_as_it_was_written(size_bytes: int) -> None:
    """Two directions."""
    assert size_bytes == parse_size_text(size_text(size_bytes))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 B",
        "1.0 KB",
        "0.5 B",
        "1.0 KB (1000 bytes)",
        "2.0 KB (1001 bytes)",
        "\u0661.0 B",
    ],
)
def test_a_size_that_contradicts_itself_is_refused(text: str) -> None:
    """Rounded text and exact count must agree."""
    with pytest.raises(ValueError, match="size"):
        parse_size_text(text)


@given(st.text(max_size=20))
def test_a_code_span_says_what_was_put_in(text: str) -> None:
    """Only what is not safe to look at is changed, and blanks alone may lose a blank."""
    shown = printable_line(text)

    assert (shown or " ") == parse_span(code_span(text))
    assert (shown or " ") == parse_bare(bare(text))


@pytest.mark.parametrize("text", ["", "a", "`a", "``a`", "`a`b`", "``", "`a` `b`"])
def test_what_is_no_code_span_is_refused(text: str) -> None:
    """It begins and ends with the same run, which is not inside."""
    with pytest.raises(ValueError, match="code span"):
        parse_span(text)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8)))
def test_a_json_list_is_json_and_says_the_same(words: list[str]) -> None:
    """Escapes change nothing of the value."""
    text = json_list(words)

    assert words == json.loads(text) == list(parse_json_list(text))


@given(st.none() | platforms)
def test_a_platform_is_written_again_as_it_was(platform: Platform | None) -> None:
    """Ambiguous names are read as one name."""
    text = safe_platform_text(platform)
    if len(text) <= MAX_PLATFORM_LENGTH:
        again = parse_platform_text(text)

        assert text == safe_platform_text(again)


def test_an_endless_platform_is_refused() -> None:
    """The time that a pattern takes has a bound."""
    with pytest.raises(ValueError, match="characters"):
        parse_platform_text("a version " * MAX_PLATFORM_LENGTH)
