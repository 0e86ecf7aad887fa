import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagledger.model.printable import printable, printable_line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("\x9b2J", "\\x9b2J"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u200bb", "a\\u200bb"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("a\rb", "a\\x0db"),
        ("a\tb\nc é 漢", "a\tb\nc é 漢"),
        ("\ud800", "\\ud800"),
    ],
)
def test_cve_2021_25743_controls_are_shown_not_sent(text: str, expected: str) -> None:
    """Escapes and bidirectional controls become visible; letters stay."""
    assert expected == printable(text)


@given(st.text())
def test_nothing_that_drives_a_terminal_is_left(text: str) -> None:
    """No control character but tab and newline, no bidirectional control."""
    left = printable(text)

    assert not [
        char
        for char in left
        if (unicodedata.category(char) in ("Cc", "Cs") and char not in "\t\n")
        or unicodedata.bidirectional(char) in ("LRE", "RLE", "LRO", "RLO", "PDF")
        or unicodedata.bidirectional(char) in ("LRI", "RLI", "FSI", "PDI")
    ]
    assert "\n" not in printable_line(text)
