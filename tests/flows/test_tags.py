"""All tags of a repository, however many pages they come on."""

import json
from collections.abc import Iterator

import pytest

from support import faults
from support.images import random_image
from support.program import Program
from support.publishing import put_into
from support.registry import Registry

TAGS = ("1.9", "1.10", "1.10-rc1", "2.0", "2.0-slim", "latest", "nightly", "v0.9")
NEWEST_FIRST = [
    "latest",
    "2.0",
    "2.0-slim",
    "1.10",
    "1.10-rc1",
    "1.9",
    "v0.9",
    "nightly",
]


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry that gives three tags on a page."""
    with Registry(page_size=3) as server:
        for tag in TAGS:
            put_into(server, "a/b", random_image(layers=1).published, tag)
        yield server


def test_versions_stand_in_their_order(program: Program, registry: Registry) -> None:
    """`latest`, then the newest first, after the last page has come: 1.10 is newer than 1.9."""
    listed = program.output("tags", f"{registry.address}/a/b").decode().splitlines()

    assert NEWEST_FIRST == listed
    assert len(registry.asked("GET", "*/tags/list")) == 3


def test_unsorted_is_the_registry_s_order(program: Program, registry: Registry) -> None:
    """As they come."""
    words = ("tags", "--unsorted", f"{registry.address}/a/b")

    assert sorted(TAGS) == program.output(*words).decode().splitlines()


def test_unsorted_does_not_wait_for_the_last_page(
    program: Program, registry: Registry
) -> None:
    """What has come is printed while the next page is awaited."""
    registry.on("GET", "*/tags/list", faults.after(1, faults.slow_start(30)))
    with program.start("tags", "--unsorted", f"{registry.address}/a/b") as process:
        assert process.stdout is not None
        first = [process.stdout.readline() for _ in range(3)]
        process.kill()

    assert [f"{tag}\n".encode() for tag in sorted(TAGS)[:3]] == first


@pytest.mark.parametrize(
    ("options", "expected"), [((), NEWEST_FIRST), (("--unsorted",), sorted(TAGS))]
)
def test_tags_as_json(
    program: Program, registry: Registry, options: tuple[str, ...], expected: list[str]
) -> None:
    """One document, in either order."""
    ref = f"{registry.address}/a/b"

    listing = json.loads(program.output("tags", "--json", *options, ref))

    assert {"repository": ref, "tags": expected} == listing


def test_a_next_page_elsewhere_is_not_asked(
    program: Program, registry: Registry
) -> None:
    """A registry cannot send us, with our credentials, to another host for more tags (CVE-2026-85732)."""
    with Registry() as other:
        registry.on("GET", "*/tags/list", faults.link(f"{other.url}/v2/a/b/tags/list"))

        done = program.run("tags", f"{registry.address}/a/b")

        assert done.code in {4, 6}
        assert b"" == done.out
        assert [] == other.requests


def test_pages_that_go_round_end(program: Program, registry: Registry) -> None:
    """A page that names itself as the next one is an error, not an endless loop."""
    registry.on("GET", "*/tags/list", faults.link("/v2/a/b/tags/list"))

    done = program.run("tags", f"{registry.address}/a/b")

    assert (6, b"") == (done.code, done.out)
