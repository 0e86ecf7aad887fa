import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagledger.endpoint.problems import Problem
from tagledger.endpoint.ranges import part_of

ETAG = b'"sha256:ab"'


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (b"bytes=0-0", (0, 1)),
        (b"bytes=2-4", (2, 5)),
        (b"bytes=5-", (5, 10)),
        (b"bytes=5-99", (5, 10)),
        (b"bytes=-3", (7, 10)),
        (b"bytes=-99", (0, 10)),
        (b"BYTES=0-9", (0, 10)),
        (b"bytes= 1-2 ", (1, 3)),
    ],
)
def test_one_range_is_a_part(asked: bytes, expected: tuple[int, int]) -> None:
    """From the first byte to the last, or so many of the end."""
    assert expected == part_of(10, asked, None, ETAG)


@pytest.mark.parametrize(
    "asked",
    [None, b"", b"bytes=", b"bytes=-", b"bytes=4-2", b"bytes=0-1,3-4", b"items=0-1", b"bytes=a-b", b"bytes=1", b"bytes=\0-1", b"bytes=" + b"9" * 50 + b"-"],
)  # fmt: skip
def test_anything_else_is_the_whole(asked: bytes | None) -> None:
    """Several ranges, other units and what is no range are not heeded."""
    assert part_of(10, asked, None, ETAG) is None


@pytest.mark.parametrize(
    "asked", [b"bytes=10-", b"bytes=99-100", b"bytes=-0", b"bytes=9999999999999999999-"]
)
def test_a_range_behind_the_end_cannot_be_had(asked: bytes) -> None:
    """The answer says how much there is."""
    with pytest.raises(Problem) as raised:
        part_of(10, asked, None, ETAG)

    assert 416 == raised.value.status
    assert ((b"content-range", b"bytes */10"),) == raised.value.headers


def test_a_part_of_something_else_is_the_whole() -> None:
    """If-Range names what the client has a part of."""
    assert part_of(10, b"bytes=2-4", b'"other"', ETAG) is None
    assert part_of(10, b"bytes=2-4", b"Wed, 20 Nov 2019 14:30:00 GMT", ETAG) is None
    assert part_of(10, b"bytes=2-4", ETAG, ETAG) == (2, 5)


@given(st.integers(0, 50), st.binary(max_size=40), st.sampled_from([b"", b"bytes="]))
def test_a_part_is_inside_of_the_whole(size: int, text: bytes, before: bytes) -> None:
    """Whatever is asked for."""
    status, start, end = 200, 0, 1
    try:
        if (part := part_of(size, before + text, None, ETAG)) is not None:
            start, end = part
            assert end <= size
    except Problem as problem:
        status = problem.status

    assert status in {200, 416}
    assert 0 <= start < end
