"""Repositories and folders as they should not be: each is imported as far as it can be, and what cannot be is said."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest

from support.page_history import absent_page, git, moment, page, root, tag_details
from support.program import Program
from support.tools import needs
from tagledger.errors import DamagedPage, PlaceNotFound
from tagledger.flows.import_place import import_place
from tagledger.flows.importing import Imported
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.protocol import Ledger
from tagledger.model.reference import parse_reference

pytestmark = needs("git")

REMOTE = "repos/python/remote"
FILE, LINK, SUBMODULE = b"100644", b"120000", b"160000"


class Commit(msgspec.Struct, frozen=True):
    """A commit for `git fast-import`: what each path becomes, None for nothing; `mark` is its own number from 1 on."""

    files: dict[bytes, bytes | None]
    date: str | None = None
    modes: dict[bytes, bytes] = {}
    branch: str = "main"
    parent: int | None = None
    merges: int | None = None


def written(folder: Path, *commits: Commit) -> Path:
    """A bare repository with these commits."""
    git(folder.parent, "init", "-q", "--bare", "--initial-branch=main", str(folder))
    stream = b"".join(
        _told(number, commit) for number, commit in enumerate(commits, start=1)
    )
    git(folder, "fast-import", "--quiet", stdin=stream)
    return folder


def _told(number: int, commit: Commit) -> bytes:
    date = commit.date or f"{int(moment(number - 1).timestamp())} +0000"
    lines = [
        f"commit refs/heads/{commit.branch}\nmark :{number}\n".encode(),
        f"committer Record <record@example.org> {date}\ndata 6\nupdate\n".encode(),
    ]
    if commit.parent is not None:
        lines.append(b"from :%d\n" % commit.parent)
    if commit.merges is not None:
        lines.append(b"merge :%d\n" % commit.merges)
    for path, content in commit.files.items():
        mode = commit.modes.get(path, FILE)
        if content is None:
            lines.append(b"D %s\n" % path)
        elif mode == SUBMODULE:
            lines.append(b"M %s %s %s\n" % (mode, content, path))
        else:
            lines.append(
                b"M %s inline %s\ndata %d\n%s\n" % (mode, path, len(content), content)
            )
    return b"".join(lines)


def path(name: str) -> bytes:
    """Where the page of a tag stands."""
    return f"{REMOTE}/{name}.md".encode()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A new ledger in a file."""
    with open_ledger(str(tmp_path / "ledger.sqlite")) as opened:
        yield opened


def imported(place: Path, ledger: Ledger) -> Imported:
    """What an import comes to."""
    return import_place(place, ledger, environment={"PATH": os.environ["PATH"]})


def facts(ledger: Ledger, tag: str = "3.6") -> list[tuple[datetime, object]]:
    """Each state of a tag: from when, and which digest."""
    states = ledger.history(parse_reference(f"python:{tag}"))
    return [(state.first.observed_at, state.first.root) for state in states]


def test_of_a_merge_the_main_line_counts(tmp_path: Path, ledger: Ledger) -> None:
    """What a branch brought is observed when it was merged, and not when it was written."""
    folder = written(
        tmp_path / "reports",
        Commit({path("3.6"): page("3.6", 1)}),
        Commit({path("3.7"): page("3.7", 5)}, branch="side", parent=1),
        Commit({path("3.6"): page("3.6", 2)}, parent=1),
        Commit({path("3.7"): page("3.7", 5)}, merges=2),
    )

    result = imported(folder, ledger)

    assert 3 == result.recorded.observations
    assert [(moment(0), root(1)), (moment(2), root(2))] == facts(ledger)
    assert [(moment(3), root(5))] == facts(ledger, "3.7")


def test_a_page_that_moves_is_not_gone(tmp_path: Path, ledger: Ledger) -> None:
    """Renamed in one commit, or copied in one and taken away in another: somebody tells of the name all the time."""
    other = b"repos/other/remote/anything.md"
    folder = written(
        tmp_path / "reports",
        Commit({path("3.6"): page("3.6", 1), path("3.7"): page("3.7", 1)}),
        Commit({path("3.6"): None, path("moved"): page("3.6", 1)}),
        Commit({other: page("3.6", 1)}),
        Commit({path("moved"): None}),
        Commit({other: None, path("3.7"): None}),
    )

    result = imported(folder, ledger)

    assert 2 == result.gone
    assert [(moment(0), root(1)), (moment(4), None)] == facts(ledger)
    assert [(moment(0), root(1)), (moment(4), None)] == facts(ledger, "3.7")


def test_a_page_that_moved_before_an_import_went_on_is_not_gone(
    tmp_path: Path, ledger: Ledger
) -> None:
    """The second import reads no page of the first one's commits, and knows of the copy all the same."""
    commits = (
        Commit({path("3.6"): page("3.6", 1)}),
        Commit({path("copy"): page("3.6", 1)}),
        Commit({path("3.6"): None}),
    )
    imported(written(tmp_path / "shorter", *commits[:2]), ledger)

    result = imported(written(tmp_path / "longer", *commits), ledger)

    assert (0, 0) == (result.gone, result.recorded.observations)


def test_what_is_no_file_is_no_page(tmp_path: Path, ledger: Ledger) -> None:
    """A page that becomes a link or a submodule is gone; its target is not followed."""
    commit = b"1" * 40
    folder = written(
        tmp_path / "reports",
        Commit({path("3.6"): page("3.6", 1), path("3.7"): page("3.7", 1)}),
        Commit(
            {
                path("3.6"): b"3.7.md",
                path("3.7"): commit,
                path("3.8"): b"/etc/passwd",
            },
            modes={path("3.6"): LINK, path("3.7"): SUBMODULE, path("3.8"): LINK},
        ),
    )

    result = imported(folder, ledger)

    assert (2, 2, ()) == (result.pages, result.gone, result.skipped)
    assert [(moment(0), root(1)), (moment(1), None)] == facts(ledger)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("0 +0000", datetime(1970, 1, 1, tzinfo=UTC)),
        ("4102444800 +0000", datetime(2100, 1, 1, tzinfo=UTC)),
        (
            "1483228800 +0900",
            datetime(2017, 1, 1, 9, tzinfo=timezone(timedelta(hours=9))),
        ),
        ("1483228800 -1130", datetime(2017, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_date_is_a_moment_whatever_its_zone(
    tmp_path: Path, ledger: Ledger, date: str, expected: datetime
) -> None:
    """Seconds since 1970 as git has them: the zone is where the committer sat."""
    imported(
        written(tmp_path / "reports", Commit({path("3.6"): page("3.6", 1)}, date)),
        ledger,
    )

    assert [(expected, root(1))] == facts(ledger)


def test_dates_out_of_order_are_facts_as_they_are(
    tmp_path: Path, ledger: Ledger
) -> None:
    """A clock that went back: history is told in the order of the moments, and an import goes on all the same."""
    commits = (
        Commit({path("3.6"): page("3.6", 1)}, "1483315200 +0000"),
        Commit({path("3.6"): page("3.6", 2)}, "1483228800 +0000"),
        Commit({path("3.6"): page("3.6", 3)}, "1483315200 +0000"),
        Commit({path("3.6"): page("3.6", 4)}, "1483228800 +0000"),
    )
    imported(written(tmp_path / "shorter", *commits[:3]), ledger)
    imported(written(tmp_path / "longer", *commits), ledger)

    assert [root(2), root(4), root(1), root(3)] == [
        digest for _, digest in facts(ledger)
    ]


@pytest.mark.parametrize(
    "date",
    ["99999999999999999", "9999999999999999999999", "253402300800", "-5", "soon"],
)
def test_a_commit_without_a_date_is_listed(
    tmp_path: Path, ledger: Ledger, date: str
) -> None:
    """When it was so nobody can tell; what stands before and behind it is imported."""
    folder = written(
        tmp_path / "reports",
        Commit({path("3.6"): page("3.6", 1), path("3.7"): page("3.7", 1)}),
    )
    changed = written(
        tmp_path / "changed",
        Commit({path("3.6"): page("3.6", 2), path("3.8"): page("3.8", 2)}),
    )
    git(folder, "fetch", "-q", str(changed), "main")
    tree = git(folder, "rev-parse", "FETCH_HEAD^{tree}").decode().strip()
    first = git(folder, "rev-parse", "main").decode().strip()
    damaged = (
        f"tree {tree}\nparent {first}\nauthor R <r@example.org> {date} +0000\n"
        f"committer R <r@example.org> {date} +0000\n\nupdate\n"
    )
    name = git(
        folder,
        *("hash-object", "--literally", "-t", "commit", "-w", "--stdin"),
        stdin=damaged.encode(),
    )
    later = (
        f"commit refs/heads/main\ncommitter R <r@example.org> 1600000000 +0000\n"
        f"data 1\nx\nfrom {name.decode().strip()}\n"
        f"M 100644 inline {REMOTE}/3.6.md\ndata {len(page('3.6', 3))}\n"
    )
    git(
        folder,
        "fast-import",
        "--quiet",
        "--force",
        stdin=later.encode() + page("3.6", 3),
    )

    result = imported(folder, ledger)

    assert 3 == len(result.skipped)
    assert all("no date" in str(skipped.problem) for skipped in result.skipped)
    assert [root(1), root(3)] == [digest for _, digest in facts(ledger)]


def test_pages_that_contradict_each_other_are_told(
    tmp_path: Path, ledger: Ledger
) -> None:
    """Two files of one commit with one name, as where their paths differ in case alone: the first counts, the other is listed."""
    folder = written(
        tmp_path / "reports",
        Commit(
            {
                b"repos/Python/remote/3.6.md": page("3.6", 1),
                b"repos/python/remote/3.6.md": page("3.6", 2),
                b"repos/pythoN/remote/3.6.md": page("3.6", 1),
            }
        ),
    )

    result = imported(folder, ledger)

    assert [(moment(0), root(1))] == facts(ledger)
    (skipped,) = result.skipped
    assert "repos/python/remote/3.6.md" in skipped.where
    assert "something else of the same name" in str(skipped.problem)


NAMES = {
    "not UTF-8": b"repos/x/remote/\xff\xfe.md",
    "quotation mark": b'repos/x/remote/a"b.md',
    "backslash": b"repos/x/remote/a\\b.md",
    "tab": b"repos/x/remote/a\tb.md",
    "line break": b"repos/x/remote/a\nb.md",
    "escape": b"repos/x/remote/\x1b[31m.md",
    "umlaut": "repos/x/remote/ä.md".encode(),
    "blank": b"repos/x/remote/ .md",
}


@pytest.mark.parametrize("kind", NAMES)
def test_a_page_is_read_whatever_its_file_is_called(
    tmp_path: Path, program: Program, kind: str
) -> None:
    """From a repository and from a folder; one that is damaged is named in words and in JSON, harmlessly."""
    name = NAMES[kind]
    folder = tmp_path / "pages"
    file = Path(os.fsdecode(os.fsencode(folder) + b"/" + name))
    file.parent.mkdir(parents=True)
    git(tmp_path, "init", "-q", str(folder))
    who = ("-c", "user.name=r", "-c", "user.email=r@example.org")
    for number, content in enumerate((page("3.6", 1), page("3.6", 2)[:5_000])):
        file.write_bytes(content)
        git(folder, "add", "-A")
        git(folder, *who, "commit", "-qm", f"{number}")

    of_history = program.run("import", "--no-proof", "--json", str(folder))
    (folder / ".git").rename(tmp_path / "put-away")
    of_folder = program.run("import", "--no-proof", "--json", str(folder))

    for done, pages in ((of_history, 1), (of_folder, 0)):
        said = json.loads(done.out)
        assert (0, pages) == (done.code, said["pages"])
        assert ["damaged-page"] == [item["code"] for item in said["skipped"]]
        assert "not read" in done.err
        assert "\x1b[31m" not in done.err


def test_a_history_without_a_page_is_nothing_new(
    tmp_path: Path, program: Program
) -> None:
    """Commits without any file, and other Markdown."""
    folder = written(
        tmp_path / "reports",
        Commit({}),
        Commit({b"README.md": b"# Words\n"}),
        Commit({}),
    )

    assert b"nothing new\n" in program.run("import", str(folder)).out
    assert b"nothing new\n" == program.run("import", str(folder)).out


def test_a_page_that_is_huge_is_listed(tmp_path: Path, ledger: Ledger) -> None:
    """It is not held in memory, and what follows it in git's answer is read as it should be."""
    folder = written(
        tmp_path / "reports",
        Commit({path("3.6"): page("3.6", 1)}),
        Commit({path("3.6"): b"#" * (40 << 20), path("3.7"): page("3.7", 1)}),
        Commit({path("3.6"): None}),
    )

    result = imported(folder, ledger)

    assert ["too-large"] == [skipped.problem.code for skipped in result.skipped]
    assert [(moment(1), root(1))] == facts(ledger, "3.7")


def test_a_file_that_was_asked_for_alone_has_to_be_a_page(
    tmp_path: Path, ledger: Ledger
) -> None:
    """Other Markdown, an empty file, a pipe: what nobody can read is not passed over in silence."""
    words, empty, pipe = (
        tmp_path / "README.md",
        tmp_path / "empty.md",
        tmp_path / "pipe.md",
    )
    words.write_text("# Words\n")
    empty.write_bytes(b"")
    os.mkfifo(pipe)

    for file in (words, empty):
        with pytest.raises(DamagedPage):
            imported(file, ledger)
    with pytest.raises(PlaceNotFound, match="neither a file nor a folder"):
        imported(pipe, ledger)


def test_a_folder_may_hold_anything(tmp_path: Path, ledger: Ledger) -> None:
    """Pipes, links in a circle or to nowhere, folders that are called like pages."""
    folder = tmp_path / "pages"
    (folder / "folder.md").mkdir(parents=True)
    (folder / "circle").symlink_to(".")
    (folder / "nowhere.md").symlink_to("nothing")
    os.mkfifo(folder / "pipe.md")
    (folder / "absent.md").write_bytes(absent_page("3.6"))
    (folder / "tag-details.md").write_bytes(tag_details(page("3.7", 1)))
    for number, name in enumerate(("absent.md", "tag-details.md")):
        seconds = -86_400.0 + number
        os.utime(folder / name, (seconds, seconds))

    result = imported(folder, ledger)

    assert (2, ()) == (result.recorded.observations, result.skipped)
    before_1970 = datetime(1969, 12, 31, tzinfo=UTC)
    assert [(before_1970, None)] == facts(ledger)


@pytest.mark.parametrize("given", ["", "nothing", "empty.md"])
def test_no_place_is_not_the_folder_here(program: Program, given: str) -> None:
    """An empty argument is a variable that was not set; nothing of the folder is imported."""
    (program.home / "page.md").write_bytes(page("3.6", 1))
    (program.home / "empty.md").write_bytes(b"")

    done = program.run("import", given)

    assert {"": 2, "nothing": 3, "empty.md": 6}[given] == done.code
    assert b"" == done.out
    assert done.err


@pytest.mark.parametrize(
    "content", [b"", b"not a database, but long enough to be looked at " * 99]
)
def test_a_file_that_is_no_ledger_is_left_alone(
    program: Program, content: bytes
) -> None:
    """Whoever only asks makes no ledger of an empty file, and nobody of another one."""
    file = program.home / "file"
    file.write_bytes(content)

    asked = program.run("--ledger", "file", "history", "python:3.6")

    assert (5, content) == (asked.code, file.read_bytes())
    if content:
        done = program.run(
            "--ledger", "file", "import", "--no-proof", str(program.home)
        )
        assert (5, content) == (done.code, file.read_bytes())
