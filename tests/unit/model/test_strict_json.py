import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagledger.errors import MalformedDocument
from tagledger.model.digest import Digest
from tagledger.model.strict_json import (
    MAX_DEPTH,
    MAX_NUMBER_DIGITS,
    convert,
    decode_json,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=20,
)


@given(VALUES)
def test_ordinary_json_is_read_as_the_standard_library_reads_it(value: object) -> None:
    """Compact or indented, escaped or not."""
    assert value == decode_json(json.dumps(value).encode(), "it")
    assert value == decode_json(
        json.dumps(value, indent=3, ensure_ascii=False).encode(), "it"
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"a":1,"b":2,"a":1}', "stands twice"),
        (b'{"x":[{"a":1,"a":2}]}', "stands twice"),
        (b'{"a":NaN}', "NaN"),
        (b'{"a":-Infinity}', "Infinity"),
        (b'{"a":' + b"9" * 5000 + b"}", "digits"),
        (b'{"a":1e400}', "out of range"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "nested deeper"),
        (b'{"a":' * 100_000, "nested deeper"),
        (b'{"a":"\\ud800"}', "surrogate"),
        (b'{"a":"\xff"}', "UTF-8"),
        ('{"a":1}'.encode("utf-16"), "UTF-8"),
        (b'\xef\xbb\xbf{"a":1}', "not JSON"),
        (b'{"a":1} x', "not JSON"),
        (b'{"a":1', "not JSON"),
        (b"", "not JSON"),
    ],
)
def test_json_that_readers_could_take_differently_is_refused(
    content: bytes, problem: str
) -> None:
    """Each oddity has a clean error that names the document."""
    with pytest.raises(MalformedDocument, match=problem) as caught:
        decode_json(content, "the config")

    assert caught.value.document == "the config"


def test_brackets_inside_strings_are_not_nesting() -> None:
    """A long recipe full of brackets is a text like any other."""
    value = {"a": '[{"' * 500, "b": "\\" * 9}

    assert value == decode_json(json.dumps(value).encode(), "it")


@given(st.binary(max_size=60))
def test_any_bytes_are_json_or_a_clear_error(content: bytes) -> None:
    """No bytes make the reader fail in another way."""
    try:
        decode_json(content, "it")
    except MalformedDocument as exc:
        assert exc.document == "it"  # noqa: PT017 - either way out is right


class _Pair(msgspec.Struct):
    digest: Digest
    count: int


def test_a_wrong_type_names_its_field() -> None:
    """The path of the field comes out, not a trace."""
    with pytest.raises(MalformedDocument) as caught:
        convert([{"digest": Digest.of(b""), "count": "x"}], list[_Pair], "it")

    assert caught.value.field == "[0].count"


def test_a_wrong_digest_names_its_field() -> None:
    """A digest in a document is read by its grammar as well."""
    with pytest.raises(MalformedDocument) as caught:
        convert({"digest": "sha256:12", "count": 1}, _Pair, "it")

    assert caught.value.field == "digest"


@pytest.mark.parametrize("value", [None, 6, True, [], {"sha256": "12"}])
def test_a_digest_that_is_no_text_names_its_field(value: object) -> None:
    """Whatever stands in a digest's place, the error is a clean one."""
    with pytest.raises(MalformedDocument) as caught:
        convert({"digest": value, "count": 1}, _Pair, "it")

    assert caught.value.field == "digest"


def test_a_number_longer_than_any_size_is_refused() -> None:
    """Readers differ on what is left of it; Python alone would take it whole."""
    content = b'{"size":' + b"9" * (MAX_NUMBER_DIGITS + 1) + b"}"

    with pytest.raises(MalformedDocument, match="a number of 41 digits"):
        decode_json(content, "d")
