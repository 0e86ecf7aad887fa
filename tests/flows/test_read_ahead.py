"""Long histories are read in a process of their own: what comes of it is the same, whatever becomes of that process."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from support.facts import difference, facts_at
from support.page_history import git, page, repository
from support.program import Program, ended
from support.tools import needs
from tagledger.errors import InvalidContent
from tagledger.flows.import_history import HistoryImport
from tagledger.flows.import_place import LONG_HISTORY
from tagledger.flows.importing import Reached, Skipped, write_all
from tagledger.flows.read_ahead import read_ahead
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.stated import Stated
from tagledger.sources.git_repository import GitRepository, opened_repository

pytestmark = [
    needs("git"),
    pytest.mark.skipif(
        sys.platform != "linux", reason="which processes there are, Linux alone tells"
    ),
]

COMMITS = 2 * LONG_HISTORY


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose history is long enough: pages that change, one that is damaged, one that goes."""
    commits: list[dict[str, bytes | None]] = []
    for number in range(COMMITS):
        path = f"repos/python/remote/3.{number % 7}.md"
        content = page(f"3.{number % 7}", number)
        commits.append({path: None if number % 97 == 96 else content})
    commits[30] = {"repos/python/remote/3.1.md": b"## `python:3.1`\n\nnot a page"}
    return repository(tmp_path_factory.mktemp("long") / "reports", commits)


@pytest.fixture
def opened(folder: Path) -> Iterator[GitRepository]:
    """The same, opened."""
    with opened_repository(folder, {"PATH": os.environ["PATH"]}) as found:
        yield found


def told(item: Stated | Skipped | Reached) -> object:
    """What an item says: errors are not equal to their like."""
    if isinstance(item, Skipped):
        return item.where, type(item.problem), str(item.problem), vars(item.problem)
    return item


def children(process: int | None = None) -> set[int]:
    """The processes that one has started and that are still there."""
    number = process or os.getpid()
    found: list[str] = []
    with suppress(FileNotFoundError):
        found = Path(f"/proc/{number}/task/{number}/children").read_text().split()
    return {int(number) for number in found}


def is_reader(process: int) -> bool:
    """Whether a process is one that reads ahead."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return b"read_ahead" in Path(f"/proc/{process}/cmdline").read_bytes()
    return False


def test_an_import_of_a_long_history_is_that_of_a_short_one(
    program: Program, folder: Path, opened: GitRepository, tmp_path: Path
) -> None:
    """What the program writes is what this process writes by itself."""
    theirs, ours = str(tmp_path / "theirs.sqlite"), str(tmp_path / "ours.sqlite")
    process = program.start("--ledger", theirs, "import", str(folder), "--no-proof")
    was_there = False
    while not was_there and process.poll() is None:
        was_there = any(map(is_reader, children(process.pid)))
    done = ended(process)
    with open_ledger(ours) as ledger:
        imported = write_all(HistoryImport(opened).statements(None), ledger)
    between = difference(facts_at(ours), facts_at(theirs))

    assert was_there or (os.cpu_count() or 1) == 1
    assert 0 == done.code, done
    (skipped,) = imported.skipped
    assert skipped.where in done.err
    # That all of it was imported is noted by who does that.
    assert {"note"} == between.keys()
    assert [] == between["note"][0]


def test_where_the_reader_is_killed_the_rest_is_read_here(
    opened: GitRepository,
) -> None:
    """Each item comes once and in order, though the reader got no further than what is in the pipe."""
    expected = [told(item) for item in HistoryImport(opened).statements(None)]
    before = children()
    reading = read_ahead(opened, None)
    found = [told(next(reading)) for _ in range(3)]
    (reader,) = children() - before
    os.kill(reader, signal.SIGKILL)
    found += [told(item) for item in reading]

    assert expected == found
    assert before == children()


def test_who_stops_leaves_no_reader_behind(opened: GitRepository) -> None:
    """It is gone as soon as nobody asks it."""
    before = children()
    reading = read_ahead(opened, None)
    next(reading)
    there = children() - before
    reading.close()

    assert 1 == len(there)
    assert before == children()


def test_a_damaged_repository_is_said_by_the_reader_as_here(
    folder: Path, tmp_path: Path
) -> None:
    """The same error, with the same words and facts."""
    copy = tmp_path / "copy"
    git(tmp_path, "clone", "-q", "--no-hardlinks", str(folder), str(copy))
    blob = git(copy, "rev-parse", "HEAD:repos/python/remote/3.1.md").decode().strip()
    pack = next((copy / ".git/objects/pack").glob("*.pack"))
    content = pack.read_bytes()
    pack.unlink()
    pack.with_suffix(".idx").unlink()
    git(copy, "unpack-objects", "-q", stdin=content)
    (copy / ".git/objects" / blob[:2] / blob[2:]).unlink()
    said = []
    with opened_repository(copy, {"PATH": os.environ["PATH"]}) as damaged:
        for items in (
            HistoryImport(damaged).statements(None),
            read_ahead(damaged, None),
        ):
            with pytest.raises(
                InvalidContent, match="the repository is damaged"
            ) as caught:
                list(items)
            said.append((type(caught.value), str(caught.value), vars(caught.value)))

    assert said[0] == said[1]
