"""Documents laid out for reading, token by token."""

import json

from hypothesis import given
from hypothesis import strategies as st

from tagledger.flows.json_text import laid_out

DIGEST = f"sha256:{'ab' * 32}"

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values, st.sampled_from([None, 1, "\t"]))
def test_the_document_stays_what_it_is(value: object, indent: int | str | None) -> None:
    """However it was laid out before, the tokens are the same document."""
    text = json.dumps(value, indent=indent)
    shown = "".join(token.text for token in laid_out(text))

    assert value == json.loads(shown)


def test_it_looks_like_this() -> None:
    """A member on each line; nothing is inside of what is empty."""
    text = '{"a":[1,2.50],"b":{},"c":"\\u0041","c":null}'
    shown = "".join(token.text for token in laid_out(text))

    assert shown == (
        '{\n  "a": [\n    1,\n    2.50\n  ],\n  "b": {},\n  "c": "\\u0041",\n  "c": null\n}'
    )


def test_digests_and_names_are_told_apart() -> None:
    """A digest is one as a value; as a name it is a name."""
    kinds = [
        (token.kind, token.text)
        for token in laid_out(f'{{"{DIGEST}":"{DIGEST}","n":"x"}}')
        if token.kind in {"name", "digest", "text"}
    ]

    assert [
        ("name", f'"{DIGEST}"'),
        ("digest", f'"{DIGEST}"'),
        ("name", '"n"'),
        ("text", '"x"'),
    ] == kinds


@given(st.text(max_size=200))
def test_what_is_no_json_loses_nothing(text: str) -> None:
    """All but white space is there, in its order."""
    shown = "".join(token.text for token in laid_out(text))

    assert "".join(text.split()) == "".join(shown.split())
