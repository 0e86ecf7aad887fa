import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagledger.sources.registry.challenges import Challenge, parse_challenges

BEARER = Challenge(
    "bearer",
    {
        "realm": "https://auth.example/token",
        "service": "s",
        "scope": "repository:a/b:pull",
    },
)


@pytest.mark.parametrize(
    "header",
    [
        'Bearer realm="https://auth.example/token",service="s",scope="repository:a/b:pull"',
        'bearer  realm = "https://auth.example/token" , service=s , scope="repository:a/b:pull"',
        'BEARER REALM="https://auth.example/token", Service="s", Scope="repository:a/b:pull"',
        'Bearer realm=https://auth.example/token,service="\\s",scope="repository:a/b:pull"',
        'Bearer realm="https://auth.example/token",service="s",scope="repository:a/b:pull",scope="x"',
    ],
)
def test_one_challenge_is_read_however_it_is_written(header: str) -> None:
    """Case, spaces, quotes, escapes and a second value of one name make no difference."""
    assert [BEARER] == parse_challenges([header])


def test_several_challenges_may_share_a_header() -> None:
    """Commas stand between challenges and between their parameters alike."""
    header = (
        'Basic realm="a, b", Negotiate YWJj==, Bearer realm="c",service="d", Digest'
    )

    assert [
        Challenge("basic", {"realm": "a, b"}),
        Challenge("negotiate"),
        Challenge("bearer", {"realm": "c", "service": "d"}),
        Challenge("digest"),
    ] == parse_challenges([header])


def test_several_headers_are_read_in_order() -> None:
    """Each header adds its challenges."""
    found = parse_challenges(['Basic realm="a"', 'Bearer realm="b"'])

    assert ["basic", "bearer"] == [challenge.scheme for challenge in found]


def test_a_header_that_is_too_long_is_left_out() -> None:
    """Nobody needs a challenge of megabytes."""
    assert [] == parse_challenges(['Basic realm="' + "a" * 10_000 + '"'])


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    """Nothing that a server sends makes the reader fail."""
    for challenge in parse_challenges([text, f"Bearer realm={text}"]):
        assert challenge.scheme == challenge.scheme.lower()
