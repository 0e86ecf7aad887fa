from support.differing import image, layer, snapshot, steps
from tagledger.model.difference.compare import compare
from tagledger.model.difference.values import ImageDifference, TextPiece
from tagledger.site.pages.diff_rows import MAX_ROWS, layer_groups, step_groups
from tagledger.site.pages.diff_text import (
    EDGE,
    MAX_PIECES,
    MAX_TEXT,
    Allowance,
    text_pieces,
)


def difference(before: list[str], after: list[str]) -> ImageDifference:
    """What became of an image that had these steps, each of which made a layer."""
    one, two = (
        snapshot(image(name, layers=[layer(text) for text in texts], steps=steps(*texts)))
        for name, texts in (("one", before), ("two", after))
    )  # fmt: skip
    (found,) = compare(one, two).images
    return found


def test_what_is_the_same_is_folded_and_what_is_not_is_shown() -> None:
    """Runs of the same steps and layers stand under words that count them."""
    found = difference(["RUN a", "RUN b", "RUN c"], ["RUN a", "RUN b", "COPY d e"])

    groups, left = step_groups(found, Allowance())
    layers, layers_left = layer_groups(found.layers)
    assert [group.folded for group in groups] == ["2 steps the same", None]
    assert [row.kind for group in groups for row in group.rows] == ["same", "same", "removed", "added"]  # fmt: skip
    assert [group.folded for group in layers] == ["2 layers shared", None]
    assert (left, layers_left) == (0, 0)


def test_rows_beyond_the_page_are_counted() -> None:
    """Every step is shown, folded or counted, and never more than a page has."""
    before = [f"RUN make {number}" for number in range(MAX_ROWS)]
    found = difference(before, [f"RUN build {number}" for number in range(MAX_ROWS)])

    groups, left = step_groups(found, Allowance())
    assert sum(len(group.rows) for group in groups) == MAX_ROWS
    assert left == len(found.steps) - MAX_ROWS
    assert left > 0


def test_a_text_is_cut_where_the_page_ends() -> None:
    """What is shown and what is left out is all of it, on every page."""
    allowance = Allowance(characters=MAX_TEXT + 10)
    pieces = (TextPiece(before="x" * 50_000, after=""),)

    first, second = (
        [*text_pieces(pieces, allowance, is_before=True, is_code=False)]
        for _ in range(2)
    )
    assert [len(piece.text) for piece in (*first, *second)] == [MAX_TEXT, 10]
    assert [piece.left_out for piece in (*first, *second)] == [50_000 - MAX_TEXT, 49_990]  # fmt: skip


def test_a_long_stretch_that_is_the_same_keeps_its_ends() -> None:
    """The change stands between what is near it."""
    same = "s" * 5_000
    pieces = (
        TextPiece(before=same, after=same),
        TextPiece(before="old", after="new"),
    )

    found = [*text_pieces(pieces, Allowance(), is_before=False, is_code=False)]
    assert [(piece.text, piece.is_marked, piece.left_out) for piece in found] == [
        ("s" * EDGE, False, 5_000 - 2 * EDGE),
        ("s" * EDGE, False, 0),
        ("new", True, 0),
    ]


def test_marks_have_a_limit() -> None:
    """A text of very many changes ends in a count of what is left."""
    pieces = tuple(
        TextPiece(before=f"{at}", after="" if at % 2 else f"{at}")
        for at in range(3 * MAX_PIECES)
    )

    found = [*text_pieces(pieces, Allowance(), is_before=True, is_code=False)]
    assert len(found) == MAX_PIECES + 1
    assert found[-1].left_out == sum(len(piece.before) for piece in pieces[MAX_PIECES:])


def test_a_step_has_the_line_breaks_of_its_dockerfile() -> None:
    """Docker keeps the tabs of a broken line: they become the break again."""
    pieces = (TextPiece(before="RUN a \t\t&& b", after="RUN a \t\t&& b"),)

    (piece,) = text_pieces(pieces, Allowance(), is_before=True, is_code=True)
    assert piece.text == "RUN a \n    && b"
