import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tagledger.model.difference.alignment import (
    MAX_CELLS,
    MAX_WORDS,
    align,
    compare_texts,
    words_of,
)

words = st.lists(st.sampled_from("abcde"), max_size=12)
texts = st.text("ab-. \n=é", max_size=20)


@given(words, words)
def test_what_is_aligned_is_the_same_and_rises(
    before: list[str], after: list[str]
) -> None:
    """No pair joins two different things, and no two pairs cross."""
    pairs = align(before, after)

    assert all(before[one] == after[two] for one, two in pairs)
    assert pairs == sorted(pairs)
    assert (
        len(pairs) == len({one for one, _ in pairs}) == len({two for _, two in pairs})
    )
    assert [two for _, two in pairs] == sorted(two for _, two in pairs)


@given(words, words)
def test_the_order_of_the_sides_decides_nothing(
    before: list[str], after: list[str]
) -> None:
    """Compared the other way round, the same things belong together."""
    mirrored = [(one, two) for two, one in align(after, before)]

    assert mirrored == align(before, after)


@given(words, words)
def test_nothing_longer_is_common(before: list[str], after: list[str]) -> None:
    """Short sequences get their longest common subsequence."""
    lengths = [[0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for one, left in enumerate(before):
        for two, right in enumerate(after):
            lengths[one + 1][two + 1] = (
                lengths[one][two] + 1
                if left == right
                else max(lengths[one][two + 1], lengths[one + 1][two])
            )

    assert lengths[-1][-1] == len(align(before, after))


def test_long_sequences_are_aligned_by_what_occurs_once() -> None:
    """Beyond the table's limit whatever is unique on both sides still finds its place."""
    count = int(MAX_CELLS**0.5) * 3
    before = [f"step {number}" for number in range(count)]
    after = [*before[:50], "new", *before[60:200], "new", "other", *before[200:]]
    after[0], before[-1] = "first", "last"

    found = align(before, after)

    assert {(before[one], after[two]) for one, two in found} == {
        (word, word) for word in {*before} & {*after}
    }


def test_a_hostile_sequence_takes_no_time() -> None:
    """Tens of thousands of elements that are neither unique nor the same end in seconds."""
    before = ["a", *(["x", "y"] * 40_000), "b"]
    after = ["c", *(["y", "x", "x"] * 30_000), "d"]
    started = time.monotonic()

    align(before, after)

    assert time.monotonic() - started < 30


@given(texts, texts)
def test_the_pieces_are_the_two_texts(before: str, after: str) -> None:
    """Put together, each side's pieces are its text; no two changes stand side by side."""
    pieces = compare_texts(before, after)

    assert before == "".join(piece.before for piece in pieces)
    assert after == "".join(piece.after for piece in pieces)
    kinds = [piece.is_same for piece in pieces]
    assert all(one != two for one, two in pairwise(kinds))


def test_words_are_what_people_would_call_words() -> None:
    """Versions, names and file names stay whole; marks stand alone."""
    expected = ["ENV", " ", "A_B", "=", "3.8.0-rc1", "\n\t", "/", "x.tar.gz"]

    assert expected == words_of("ENV A_B=3.8.0-rc1\n\t/x.tar.gz")


def test_a_changed_word_is_found_in_its_text() -> None:
    """Only the version is changed, not the line."""
    pieces = compare_texts("ENV VERSION=3.8.0 X=1", "ENV VERSION=3.8.1 X=1")

    assert [
        ("ENV VERSION=", "ENV VERSION="),
        ("3.8.0", "3.8.1"),
        (" X=1", " X=1"),
    ] == [(piece.before, piece.after) for piece in pieces]


def test_texts_beyond_the_limit_are_replaced_as_a_whole() -> None:
    """A text of megabytes is not looked through word by word."""
    before, after = " a" * (MAX_WORDS + 1), " b" * (MAX_WORDS + 1)

    (start, piece) = compare_texts(f"RUN{before}", f"RUN{after}")

    assert "RUN " == start.before
    assert (before[1:], after[1:]) == (piece.before, piece.after)
