"""Found words in a text: marked, and what is shown around them."""

from hypothesis import given
from hypothesis import strategies as st

from tagledger.flows.marking import MAX_SHOWN, marked


def test_words_are_marked_whatever_their_case() -> None:
    """Each run of letters and digits of what was said."""
    pieces = marked("RUN Apt-get\n  update", "apt update", None)

    assert (
        ("RUN ", False),
        ("Apt", True),
        ("-get ", False),
        ("update", True),
    ) == pieces


def test_an_exact_text_is_marked_whole() -> None:
    """Its signs are no pattern."""
    assert (("a", False), (".*(b", True), ("c", False)) == marked("a.*(bc", None, ".*(b")  # fmt: skip


def test_a_long_text_is_cut_around_most_of_the_words() -> None:
    """Not around the first, where the others stand together elsewhere."""
    text = "one " + "x" * 1_000 + " one two three " + "y" * 1_000
    pieces = marked(text, "one two three", None)

    assert ["one", "two", "three"] == [text for text, is_marked in pieces if is_marked]
    assert ("… ", " …") == (pieces[0][0], pieces[-1][0])


@given(st.text(max_size=2_000), st.text(max_size=20), st.none() | st.text(max_size=20))
def test_nothing_is_added_and_little_is_shown(
    text: str, words: str, exact: str | None
) -> None:
    """The pieces together are a part of the text."""
    pieces = marked(text, words, exact)
    shown = "".join(piece for piece, _ in pieces)
    inner = shown.removeprefix("… ").removesuffix(" …")

    assert len(inner) <= MAX_SHOWN + 2
    assert inner in " ".join(text.split()) or "…" in text or inner in text
