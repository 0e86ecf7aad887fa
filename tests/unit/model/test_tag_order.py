"""Orders that people expect, and the laws that make them one order."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagledger.model.tag_order import newest_first, tag_key

ORDERS = {
    "numbers, not letters": ["3.10", "3.9.18", "3.9", "3.8.0", "3.8.0rc1", "3", "2.7"],
    "a patch before its minor version": ["3.8.20", "3.8.1", "3.8.0", "3.8"],
    "stages": [
        *("1.0.0.post1", "1.0.0", "1.0.0-rc.2", "1.0.0rc1", "1.0.0-preview"),
        *("1.0.0-m1", "1.0.0-beta.2", "1.0.0b1", "1.0.0-alpha.10"),
        *("1.0.0-alpha.9", "1.0.0-alpha", "1.0.0-SNAPSHOT", "0.9"),
    ],
    "variants stand under their version": [
        *("3.8.0", "3.8.0-alpine", "3.8.0-alpine3.18", "3.8.0-alpine3.9"),
        *("3.8.0-slim", "3.8.0-slim-bookworm", "3.8.0-slim-bullseye"),
        *("3.8.0rc1", "3.8.0rc1-slim", "3.7.9"),
    ],
    "a variant is no stage": ["3-alpine", "2", "2-alpine", "2-amd64", "2-bookworm"],
    "revisions": [
        "1.2.3",
        "1.2.3-2",
        "1.2.3-1",
        "1.2.3-debian-12-r10",
        "1.2.3-debian-12-r9",
    ],
    "a leading v": ["v1.10.0", "v1.9", "1.8", "v1.7"],
    "kinds": [
        *("latest", "3.19", "v1", "20240131", "2023-12-19", "alpine", "alpine3.18"),
        *("alpine3.9", "bookworm", "latest-alpine", "ltsc2022", "ltsc2019", "stable"),
        *("1a2b3c4d", "sha-0a1b2c3"),
        f"sha256-{'ab' * 32}.sig",
    ],
    "calendar versions are versions": ["2024.10.1", "2024.9.30", "24.04", "22.04"],
    "moments of a day": ["20240201", "20240131", "20240131120000", "20231219-1"],
}


@pytest.mark.parametrize("name", ORDERS)
def test_tags_come_in_the_order_that_people_expect(name: str) -> None:
    """The newest version comes first, whatever the order in which tags were listed."""
    expected = ORDERS[name]
    shuffled = random.Random(name).sample(expected, len(expected))  # noqa: S311 - no secret

    assert expected == newest_first(shuffled)


_LIKE_TAGS = st.from_regex(
    r"\A(v?[0-9]{1,3}(\.[0-9]{1,2}){0,3}([.-]?(rc|a|b|dev|ea)[0-9]?)?)?"
    r"([._-]?(alpine|slim|[a-f0-9]{7}|ltsc)?[0-9]{0,8}){0,2}\Z"
)
_TAGS = _LIKE_TAGS | st.text(max_size=20)


@given(st.lists(_TAGS), st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_the_listing(
    tags: list[str], chance: random.Random
) -> None:
    """Any listing of the same tags gives the same order, and loses and adds none."""
    shuffled = chance.sample(tags, len(tags))

    assert newest_first(tags) == newest_first(shuffled)
    assert sorted(tags) == sorted(newest_first(tags))


@given(_TAGS, _TAGS)
def test_of_two_tags_exactly_one_comes_first(one: str, other: str) -> None:
    """Different tags never rank alike, and equal ones always do."""
    before, after = tag_key(one) < tag_key(other), tag_key(one) > tag_key(other)

    assert (one != other) == (before != after)


@given(_TAGS, _TAGS, _TAGS)
def test_the_order_is_transitive(first: str, second: str, third: str) -> None:
    """What comes before a tag also comes before all that follow it."""
    keys = sorted(map(tag_key, (first, second, third)))

    assert keys[0] <= keys[1] <= keys[2]
    assert keys[0] <= keys[2]


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_versions_compare_as_numbers(one: int, other: int) -> None:
    """Of two minor versions the greater number comes first."""
    expected = [f"1.{number}" for number in sorted((one, other), reverse=True)]

    assert expected == newest_first([f"1.{one}", f"1.{other}"])


def test_a_number_of_thousands_of_digits_is_no_trouble() -> None:
    """A place that lists absurd names gets them sorted, not an error."""
    absurd = ["9" * 6000, "1." * 3000 + "1", "a" + "1" * 6000, "2024" * 2000]

    assert len(absurd) == len(newest_first(absurd))
