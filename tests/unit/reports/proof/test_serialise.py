import pytest

from tagledger.reports.proof.serialise import (
    GO_COMPACT,
    GO_INDENT_2,
    GO_INDENT_3,
    MOJO,
    Style,
    gap,
    serialise,
    unknown_size,
)

VALUE = {"b": ["<&>", "a/b"], "a": {}, "c": [], "é\u2028": 1}


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (
            GO_INDENT_3,
            (
                '{\n   "b": [\n      "\\u003c\\u0026\\u003e",\n      "a/b"\n   ],\n'
                '   "a": {},\n   "c": [],\n   "é\\u2028": 1\n}'
            ),
        ),
        (
            GO_INDENT_2,
            (
                '{\n  "b": [\n    "\\u003c\\u0026\\u003e",\n    "a/b"\n  ],\n'
                '  "a": {},\n  "c": [],\n  "é\\u2028": 1\n}'
            ),
        ),
        (
            GO_COMPACT,
            '{"b":["\\u003c\\u0026\\u003e","a/b"],"a":{},"c":[],"é\\u2028":1}',
        ),
        (MOJO, '{"a":{},"b":["<&>","a\\/b"],"c":[],"é\\u2028":1}'),
    ],
)
def test_each_style_is_written_as_its_tools_write_it(
    style: Style, expected: str
) -> None:
    """Indent, order of keys and escapes are those of encoding/json and Mojo::JSON."""
    assert expected.encode() == serialise(VALUE, style)


@pytest.mark.parametrize("style", [GO_INDENT_3, GO_INDENT_2, GO_COMPACT])
def test_a_gap_filled_is_the_document(style: Style) -> None:
    """The unknown size is the one number that is left out."""
    hidden = gap({"size": unknown_size(), "x": [{"size": 5}]}, style)

    expected = serialise({"size": 8159, "x": [{"size": 5}]}, style)
    assert expected == hidden.filled(8159)


def test_a_text_cannot_stand_for_the_unknown_size() -> None:
    """A media type made to look like the key is escaped, and the true gap is found."""
    forged = {"a": '"size":-1', "size": unknown_size()}

    expected = b'{"a":"\\"size\\":-1","size":7}'
    assert expected == gap(forged, GO_COMPACT).filled(7)


@pytest.mark.parametrize("value", [{}, {"size": -1, "x": {"size": -1}}])
def test_not_exactly_one_unknown_size_is_a_mistake(value: dict[str, object]) -> None:
    """Two unknown sizes, or none, would give a wrong document."""
    with pytest.raises(ValueError, match="exactly one"):
        gap(value, GO_COMPACT)
