"""Several programs on one ledger at once: readers see what was so at some moment, writers end with the facts of one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.facts import Facts, difference, facts_at
from support.images import random_image
from support.long_history import history
from support.page_history import absent_page, git
from support.program import Program, ended
from support.publishing import put_into
from support.registry import Registry
from support.tools import needs
from tagledger.ledger.opening import open_ledger

pytestmark = needs("git")

IMAGES = {f"1.{number:02}": random_image(seed=number) for number in range(12)}
PAGED = "python:3.7"


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history of two batches."""
    return history(tmp_path_factory.mktemp("history") / "reports")[0]


@pytest.fixture(scope="module")
def alone(reports: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger of one import of it."""
    home = tmp_path_factory.mktemp("home")
    done = Program(home).run("--ledger", "l.sqlite", "import", str(reports))
    assert 0 == done.code, done
    return home / "l.sqlite"


def without_notes(facts: Facts) -> Facts:
    """The facts, and not where imports stand."""
    return facts | {"note": facts["note"] - facts["note"]}


def test_imports_of_overlapping_histories_end_as_one(
    program: Program, address: str, reports: Path, alone: Path, tmp_path: Path
) -> None:
    """The whole, its first half and a copy as a bundle, all at the same time into a ledger that none of them has made."""
    half = tmp_path / "half.git"
    git(tmp_path, "clone", "-q", "--bare", str(reports), str(half))
    git(half, "update-ref", "refs/heads/main", "main~25")
    bundle = tmp_path / "reports.bundle"
    git(reports, "bundle", "create", "-q", str(bundle), "main")

    processes = [
        program.start("--ledger", address, "import", str(place))
        for place in (half, reports, bundle)
    ]
    done = [ended(process) for process in processes]

    assert [0, 0, 0] == [one.code for one in done], done
    # Who came first made it, and nobody else says so.
    assert 1 == sum(one.err.count("a new ledger") for one in done)
    assert {} == difference(
        without_notes(facts_at(str(alone))), without_notes(facts_at(address))
    )
    with open_ledger(address, create=False) as ledger:
        assert [] == [*ledger.check()]
    again = program.run("--ledger", address, "import", str(reports))
    assert b"nothing new\n" == again.out


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry with a dozen tags."""
    with Registry() as server:
        for tag, image in IMAGES.items():
            put_into(server, "a/b", image.published, tag)
        yield server


def states(out: bytes) -> list[tuple[Any, ...]]:
    """What `history --json` tells of each state: since when, and what."""
    return [
        (state["first_seen"], state["digest"], state["is_absent"])
        for state in json.loads(out)["states"]
    ]


def test_readers_see_what_was_so_at_some_moment(
    program: Program, address: str, reports: Path, alone: Path, registry: Registry
) -> None:
    """While an import and two recordings write: each answer is a beginning of the last one, and nothing is ever amiss."""
    last = states(program.output("--ledger", str(alone), "history", "--json", PAGED))
    name = f"{registry.address}/a/b"
    here = ("--ledger", address)
    assert 0 == program.run(*here, "record", f"{name}:1.00").code
    digest = IMAGES["1.00"].layers[0].blob.digest
    writers = [
        program.start(*here, "import", str(reports)),
        program.start(*here, "record", "--all-tags", name),
        program.start(*here, "record", "--all-tags", name),
    ]
    seen = []
    is_over = False
    while not is_over:
        is_over = all(writer.poll() is not None for writer in writers)
        told = program.run(*here, "history", "--json", PAGED)
        assert told.code in (0, 3), told
        seen.append(states(told.out) if told.code == 0 else [])
        assert 0 == program.run(*here, "check").code
        found = json.loads(program.output(*here, "find", "--json", digest))
        assert f"{name}:1.00" in [use["reference"] for use in found["uses"]]
        hits = program.run(*here, "find", "--json", "--text", "pip install")
        assert hits.code in (0, 3), hits
    done = [ended(writer) for writer in writers]

    assert [0, 0, 0] == [one.code for one in done], done
    for known in seen:
        assert known == last[: len(known)]
    assert sorted(seen, key=len) == seen
    assert last == seen[-1]
    with open_ledger(address, create=False) as ledger:
        counts = ledger.counts()
        assert [] == [*ledger.check()]
    assert 2_499 + 1 + 2 * len(IMAGES) == counts.observations


def test_many_writers_make_one_ledger(
    program: Program, address: str, tmp_path: Path
) -> None:
    """Six programs find none and begin: one makes it, all write to it."""
    pages = []
    for number in range(6):
        page = tmp_path / f"{number}.md"
        page.write_bytes(absent_page(f"3.{number}"))
        pages.append(page)

    processes = [
        program.start("--ledger", address, "import", str(page)) for page in pages
    ]
    done = [ended(process) for process in processes]

    assert [0] * 6 == [one.code for one in done], done
    assert 1 == sum(one.err.count("a new ledger") for one in done)
    assert 1 == sum(one.err.count(address.rpartition("@")[2]) for one in done)
    with open_ledger(address, create=False) as ledger:
        assert 6 == ledger.counts().observations
        assert [] == [*ledger.check()]
