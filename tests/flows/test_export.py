"""`export --pages`: the ledger as a tree of files that a user commits."""

import asyncio
import json
import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from support.images import index_of, random_image
from support.local_page import LOCAL_PAGE
from support.page_history import (
    Files,
    absent_page,
    git,
    moment,
    page,
    repository,
    root,
    tag_details,
)
from support.program import Program
from support.told import absent, served
from support.tools import needs
from tagledger.flows.export_pages import export_pages
from tagledger.flows.import_place import import_place
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.stated import Stated
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.reference import Reference, parse_reference
from tagledger.model.snapshot import Snapshot

pytestmark = needs("git")

REMOTE = "repos/python/remote"
DETAILS = "repos/python/tag-details.md"
COMMITS: list[Files] = [
    {f"{REMOTE}/3.6.md": page("3.6", 1), f"{REMOTE}/3.md": page("3", 1)},
    {f"{REMOTE}/3.6.md": page("3.6", 2), f"{REMOTE}/3.7.md": absent_page("3.7")},
    {f"{REMOTE}/3.md": None, f"{REMOTE}/3-slim.md": page("3-slim", 3)},
]
LATEST = {
    f"{REMOTE}/3.6.md": page("3.6", 2),
    f"{REMOTE}/3.7.md": absent_page("3.7"),
    f"{REMOTE}/3-slim.md": page("3-slim", 3),
    DETAILS: tag_details(page("3.6", 2), absent_page("3.7"), page("3-slim", 3)),
}
SERVED = index_of([random_image(seed=5), random_image(seed=6)])


@pytest.fixture
def asked(program: Program, tmp_path: Path) -> Program:
    """The program with a ledger of pages with a history."""
    mine = program.with_variables(TAGLEDGER_LEDGER=str(tmp_path / "ledger.sqlite"))
    folder = repository(tmp_path / "reports", COMMITS)
    imported(mine, folder)
    return mine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the tree is written."""
    return tmp_path / "tree"


def imported(program: Program, folder: Path) -> None:
    """Take the history of a repository into the program's ledger."""
    with open_ledger(program.environment["TAGLEDGER_LEDGER"]) as ledger:
        import_place(folder, ledger, environment=program.environment)


def record(program: Program, *facts: Stated) -> None:
    """Write these into the program's ledger."""
    with open_ledger(program.environment["TAGLEDGER_LEDGER"]) as ledger:
        ledger.record(facts)


def exported(program: Program, folder: Path, *arguments: str) -> dict[str, Any]:
    """What an export that goes well says."""
    done = program.run("export", "--pages", str(folder), "--json", *arguments)
    assert 0 == done.code, done
    said: dict[str, Any] = json.loads(done.out)
    return said


def tree(folder: Path) -> Mapping[str, bytes]:
    """Every file below, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() or path.is_symlink()
    }


def test_pages_are_written_as_they_were_read(asked: Program, folder: Path) -> None:
    """Byte for byte, with the page of all tags; who is gone without a word has none."""
    said = exported(asked, folder)

    assert LATEST == tree(folder)
    assert sorted(LATEST) == sorted(said["written"])
    assert ([], [], [], []) == (
        said["removed"],
        said["kept"],
        said["left_out"],
        said["failures"],
    )


def test_only_what_changes_is_written(asked: Program, folder: Path) -> None:
    """A second run touches nothing; a third, one page and the page of all tags."""
    exported(asked, folder)
    for path in tree(folder):
        os.utime(folder / path, (1_000, 1_000))

    again = asked.output("export", "--pages", str(folder))

    assert b"0 files written, 4 unchanged, 0 removed\n" == again
    assert {1_000.0} == {(folder / path).stat().st_mtime for path in LATEST}
    record(asked, absent("python:3.6", moment(9)))
    said = exported(asked, folder)

    assert [f"{REMOTE}/3.6.md", DETAILS] == said["written"]
    assert absent_page("3.6") == tree(folder)[f"{REMOTE}/3.6.md"]


def test_the_tree_of_a_moment(asked: Program, folder: Path) -> None:
    """`--at` goes back as well: what was not yet known then is taken away again."""
    exported(asked, folder)
    said = exported(asked, folder, "--at", moment(0).isoformat())

    assert {
        f"{REMOTE}/3.6.md": page("3.6", 1),
        f"{REMOTE}/3.md": page("3", 1),
        DETAILS: tag_details(page("3", 1), page("3.6", 1)),
    } == tree(folder)
    assert [f"{REMOTE}/3.7.md", f"{REMOTE}/3-slim.md"] == said["removed"]
    exported(asked, folder)

    assert LATEST == tree(folder)


async def test_what_a_registry_served_is_written_as_a_report(
    asked: Program, folder: Path
) -> None:
    """The page that `report` writes, in either form; that there is none, in the record's words."""
    name = "ghcr.io/a/b"
    record(
        asked,
        await served(SERVED, f"{name}:1", moment(5), layer_dates=True),
        absent(f"{name}:2", moment(5)),
    )
    exported(asked, folder, "--repo", "ghcr.io/*")
    reported = asked.output("report", f"ledger:{name}:1")
    none = f"## `{name}:2`\n\n**does not exist** (yet?)\n".encode()

    places = "repos/ghcr.io/a/b"
    files = tree(folder)
    assert {
        f"{places}/remote/1.md": reported,
        f"{places}/remote/2.md": none,
        f"{places}/tag-details.md": files[f"{places}/tag-details.md"],
    } == files
    assert files[f"{places}/tag-details.md"].endswith(reported + b"\n" + none)
    exported(asked, folder, "--form", "2021", "--repo", "ghcr.io/*")

    assert (
        asked.output("report", "--form", "2021", f"ledger:{name}:1")
        == tree(folder)[f"{places}/remote/1.md"]
    )


async def test_what_was_written_is_read_again(
    asked: Program, folder: Path, tmp_path: Path
) -> None:
    """Committed and imported into another ledger, it says the same of every name."""
    record(
        asked,
        await served(SERVED, "ghcr.io/remote/remote:1", moment(5)),
        await served(SERVED, "localhost:5000/x.md:y", moment(5)),
        await served(SERVED, "grafana/grafana:latest", moment(5)),
    )
    exported(asked, folder)
    git(tmp_path, "init", "-q", str(folder))
    git(folder, "add", ".")
    who = ("-c", "user.name=r", "-c", "user.email=r@example.org")
    git(folder, *who, "commit", "-qm", "pages")
    other = asked.with_variables(TAGLEDGER_LEDGER=str(tmp_path / "other.sqlite"))
    imported(other, folder)

    with (
        open_ledger(asked.environment["TAGLEDGER_LEDGER"]) as one,
        open_ledger(other.environment["TAGLEDGER_LEDGER"]) as two,
    ):
        assert {
            str(name): fact.root
            for name in one.references()
            if (fact := one.at(name, moment(99))) and fact.statement is not None
        } == {
            str(name): fact.root
            for name in two.references()
            if (fact := two.at(name, moment(99_999)))
        }


def test_a_page_is_removed_only_if_it_can_be_written_again(
    asked: Program, folder: Path
) -> None:
    """One that somebody changed stays, and so does whatever the ledger never told of."""
    others = {
        f"{REMOTE}/3.md": page("3", 1) + b"\nA note of mine.\n",
        f"{REMOTE}/2.7.md": page("2.7", 1),
        f"{REMOTE}/notes.txt": b"notes",
        "repos/ruby/remote/2.md": page("2", 1),
        "README.md": b"# Mine\n",
    }
    for path, content in others.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)

    done = asked.run("export", "--pages", str(folder), "--json")

    assert LATEST | others == tree(folder)
    assert [f"{REMOTE}/3.md"] == json.loads(done.out)["kept"]
    assert f"left alone, none of ours: {REMOTE}/3.md" in done.err
    (folder / REMOTE / "3.md").write_bytes(page("3", 1))
    said = exported(asked, folder)

    assert [f"{REMOTE}/3.md"] == said["removed"]


def test_a_repository_of_which_nothing_is_left(
    program: Program, folder: Path, tmp_path: Path
) -> None:
    """Its pages are removed, the one of all tags too, and its folders with them."""
    commits: list[Files] = [
        {f"{REMOTE}/3.md": page("3", 1), f"{REMOTE}/3.6.md": page("3.6", 1)},
        {f"{REMOTE}/3.md": None, f"{REMOTE}/3.6.md": None},
        {"repos/ruby/remote/2.md": absent_page("2").replace(b"python", b"ruby")},
    ]
    mine = program.with_variables(TAGLEDGER_LEDGER=str(tmp_path / "ledger.sqlite"))
    imported(mine, repository(tmp_path / "r", commits))
    exported(mine, folder, "--at", moment(0).isoformat())
    (folder / "repos" / "python" / "local").mkdir()
    said = exported(mine, folder, "--at", moment(1).isoformat())

    assert 3 == len(said["removed"])
    assert {} == tree(folder)
    assert ["repos", "repos/python", "repos/python/local"] == sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*")
    )
    for content in (b"# My tags\n", tag_details(page("3", 7)), b""):
        (folder / DETAILS).write_bytes(content)
        said = exported(mine, folder)

        assert [DETAILS] == said["kept"]
        assert content == (folder / DETAILS).read_bytes()


async def test_names_without_a_place_are_left_out(
    asked: Program, folder: Path, tmp_path: Path
) -> None:
    """Of no registry, a digest alone, or such as leads elsewhere: each is named with its reason."""
    one = await served(SERVED, "python:3.9", moment(5))
    names = [
        Reference("", "app", "1.0"),
        Reference("docker.io", "library/python", None, Digest.of(b"")),
        Reference("docker.io", "library/python", "../../../../elsewhere"),
        Reference("docker.io", "../elsewhere", "1"),
    ]
    record(asked, *(_renamed(one, name) for name in names))

    done = asked.run("export", "--pages", str(folder), "--json")

    said = json.loads(done.out)["left_out"]
    assert 0 == done.code
    assert sorted(name.title for name in names) == sorted(item["name"] for item in said)
    assert {"not-supported"} == {item["code"] for item in said}
    assert "left out: app:1.0: a name of no registry" in done.err
    assert LATEST == tree(folder)
    assert not list(tmp_path.rglob("elsewhere*"))


def test_no_link_leads_out_of_the_tree(
    asked: Program, folder: Path, tmp_path: Path
) -> None:
    """It is named, and what it leads to stays as it is."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder / "repos").mkdir(parents=True)
    (folder / "repos" / "python").symlink_to(outside)

    done = asked.run("export", "--pages", str(folder))

    assert (5, b"") == (done.code, done.out)
    assert "repos/python" in done.err
    assert "move it away" in done.err
    assert [] == [*outside.iterdir()]


def test_a_link_where_no_page_belongs_is_let_be(
    asked: Program, folder: Path, tmp_path: Path
) -> None:
    """It is not ours."""
    (folder / REMOTE).mkdir(parents=True)
    (folder / REMOTE / "3.md").symlink_to(tmp_path / "reports" / REMOTE / "3.6.md")

    said = exported(asked, folder)

    assert [f"{REMOTE}/3.md"] == said["kept"]
    assert (folder / REMOTE / "3.md").is_symlink()


async def test_bytes_that_the_ledger_lacks_are_said(
    asked: Program, folder: Path
) -> None:
    """What stood there for the name is left alone, the page of all tags too; the rest is written."""
    exported(asked, folder, "--at", moment(0).isoformat())
    before = tree(folder)
    lost = Snapshot(
        reference=parse_reference("python:3.6"),
        source="docker://python:3.6",
        observed_at=moment(9),
        root=Descriptor("application/vnd.oci.image.manifest.v1+json", root(9), 7),
    )
    record(asked, Stated(snapshot=lost))

    done = asked.run("export", "--pages", str(folder), "--json")

    failures = json.loads(done.out)["failures"]
    after = tree(folder)
    assert 3 == done.code
    assert [("python:3.6", "content-not-held")] == [
        (item["name"], item["code"]) for item in failures
    ]
    assert "no page: python:3.6" in done.err
    assert (before[f"{REMOTE}/3.6.md"], before[DETAILS]) == (
        after[f"{REMOTE}/3.6.md"],
        after[DETAILS],
    )
    assert page("3-slim", 3) == after[f"{REMOTE}/3-slim.md"]


def test_a_page_of_packages_says_nothing_of_the_registry(
    asked: Program, folder: Path, tmp_path: Path
) -> None:
    """What was known of the name before stays its page."""
    file = tmp_path / "local.md"
    file.write_text(LOCAL_PAGE.replace("`example:1.0`", "`python:3.6`"))
    asked.output("record", f"report:{file}")

    exported(asked, folder)

    assert LATEST == tree(folder)


async def test_too_many_tags_for_one_page(asked: Program, folder: Path) -> None:
    """No reader would take it: it is not written, and the one that stood there is removed."""
    with open_ledger(asked.environment["TAGLEDGER_LEDGER"]) as ledger:
        await export_pages(ledger, folder, max_tags=3)
        ledger.record([absent("python:2.7", moment(9))])
        result = await export_pages(ledger, folder, max_tags=3)

    assert [f"{REMOTE}/2.7.md"] == result.written
    assert [DETAILS] == result.removed
    assert ["python"] == [item.name for item in result.left_out]
    assert LATEST.keys() - {DETAILS} | {f"{REMOTE}/2.7.md"} == tree(folder).keys()


@pytest.fixture
def hears_ctrl_c() -> Iterator[None]:
    """A test that runs in the background is deaf to it otherwise."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("hears_ctrl_c")
@pytest.mark.parametrize("stop", range(1, 5))
def test_an_export_that_was_interrupted_goes_on(
    stop: int, asked: Program, folder: Path
) -> None:
    """Ctrl-C after any page: there are only whole files, and the next run does the rest."""

    def interrupt(_what: str, done: int, total: int | None) -> None:
        assert 4 == total
        if done == stop:
            os.kill(os.getpid(), signal.SIGINT)

    with (
        open_ledger(asked.environment["TAGLEDGER_LEDGER"]) as ledger,
        pytest.raises(KeyboardInterrupt),
        asyncio.Runner() as runner,
    ):
        runner.run(export_pages(ledger, folder, progress=interrupt))

    assert tree(folder).items() < LATEST.items()
    assert DETAILS not in tree(folder)
    exported(asked, folder)

    assert LATEST == tree(folder)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "--pages"),
        (("--pages", "x", "--at", "yesterday"), 2, "2017-12-01"),
        (("--pages", "x", "--form", "2020"), 2, "2019"),
        (("--pages", "x", "--repo", "none/*"), 3, "none/*"),
        (("--pages", "x", "--at", "2001-01-01"), 3, "2001-01-01"),
    ],
)
def test_what_cannot_be_exported_is_said(
    asked: Program, arguments: tuple[str, ...], code: int, words: str
) -> None:
    """Nothing is written, and above all nothing removed."""
    exported(asked, asked.home / "x")
    before = tree(asked.home)

    done = asked.run("export", *arguments)

    assert (code, b"", True) == (done.code, done.out, words in done.err)
    assert before == tree(asked.home)


def test_there_has_to_be_a_ledger(program: Program) -> None:
    """Who only asks makes none, and no folder either."""
    done = program.run("export", "--pages", "x")

    assert 5 == done.code
    assert [] == [*program.home.iterdir()]


def _renamed(stated: Stated, name: Reference) -> Stated:
    snapshot = msgspec.structs.replace(stated.snapshot, reference=name)
    return msgspec.structs.replace(stated, snapshot=snapshot)
