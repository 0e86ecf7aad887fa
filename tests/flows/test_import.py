"""What others kept, brought into a ledger: pages, their history in git, layouts."""

import json
import os
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from support.gate import Gate
from support.images import index_of, random_image
from support.long_history import history
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
from support.pseudo_terminal import run_in_terminal
from support.publishing import put_into, write_layout
from support.registry import Registry
from support.seed_page import SEED
from support.tools import needs
from tagledger.cli.pace import MIN_SECONDS
from tagledger.errors import DamagedPage, NotSupported, PlaceNotFound
from tagledger.flows.import_history import HistoryImport
from tagledger.flows.import_place import import_place
from tagledger.flows.importing import Imported, Reached, Skipped, write_all
from tagledger.flows.prove_ledger import prove_ledger
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.stated import Recorded, Stated
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.reference import parse_reference
from tagledger.sources.git_repository import opened_repository

pytestmark = needs("git")

REMOTE = "repos/python/remote"
DETAILS = "repos/python/tag-details.md"
COMMITS: list[Files] = [
    {f"{REMOTE}/3.6.md": page("3.6", 1), "README.md": b"# Reports\n"},
    {f"{REMOTE}/3.6.md": page("3.6", 2), f"{REMOTE}/3.7.md": absent_page("3.7")},
    {f"{REMOTE}/3.6.md": None},
    {f"{REMOTE}/3.6.md": page("3.6", 1)},
]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A new ledger in a file."""
    with open_ledger(str(tmp_path / "ledger.sqlite")) as opened:
        yield opened


def imported(path: Path, ledger: Ledger) -> Imported:
    """What an import comes to, with nothing around it but the tools."""
    return import_place(path, ledger, environment={"PATH": os.environ["PATH"]})


def facts(ledger: Ledger, tag: str = "3.6") -> list[tuple[object, ...]]:
    """Each state of a tag: from when, which digest, whether it was absent, whether anything was said."""
    states = ledger.history(parse_reference(f"python:{tag}"))
    return [
        (
            state.first.observed_at,
            state.first.root,
            state.first.is_absent,
            state.first.statement is not None,
        )
        for state in states
    ]


def test_each_version_is_observed_at_its_commit_s_date(
    tmp_path: Path, ledger: Ledger
) -> None:
    """A deletion too: from then on the record says nothing of the name, which is not a page that says so."""
    imported(repository(tmp_path / "reports", COMMITS), ledger)

    assert [
        (moment(0), root(1), False, True),
        (moment(1), root(2), False, True),
        (moment(2), None, True, False),
        (moment(3), root(1), False, True),
    ] == facts(ledger)
    assert [(moment(1), None, True, True)] == facts(ledger, "3.7")


def test_what_a_page_said_is_reported_and_kept_to_the_byte(
    tmp_path: Path, ledger: Ledger
) -> None:
    """Nothing of it counts as read."""
    imported(repository(tmp_path / "reports", COMMITS), ledger)

    state = ledger.history(parse_reference("python:3.6"))[1]

    assert Evidence.REPORTED == state.first.evidence
    assert state.first.statement is not None
    assert page("3.6", 2) == ledger.page(state.first.statement)


@pytest.mark.parametrize("kind", ["plain", "bare", "bundle", "bundle without HEAD"])
def test_a_repository_of_any_kind_is_the_same_record(
    kind: str, tmp_path: Path, ledger: Ledger
) -> None:
    """Whoever imported one of them finds nothing new in another."""
    plain = repository(tmp_path / "reports", COMMITS, branch="pages")
    place = plain
    if kind == "bare":
        place = tmp_path / "bare.git"
        git(tmp_path, "clone", "-q", "--bare", str(plain), str(place))
    elif kind != "plain":
        place = tmp_path / "reports.bundle"
        heads = ["pages"] if "without" in kind else ["HEAD", "pages"]
        git(plain, "bundle", "create", "-q", str(place), *heads)

    first = imported(place, ledger)
    before = ledger.counts()
    again = imported(plain, ledger)

    assert 5 == first.recorded.observations
    assert Recorded() == again.recorded
    assert before == ledger.counts()


def test_an_import_goes_on_where_the_history_went_on(
    tmp_path: Path, ledger: Ledger
) -> None:
    """Only the new commits are read."""
    shorter = repository(tmp_path / "shorter", COMMITS[:2])
    imported(shorter, ledger)

    result = imported(repository(tmp_path / "longer", COMMITS), ledger)

    assert (1, 1) == (result.pages, result.gone)
    assert 4 == len(facts(ledger))


def test_commits_of_one_second_stay_apart(tmp_path: Path, ledger: Ledger) -> None:
    """Git counts seconds: of two versions in one, none is lost."""
    folder = repository(tmp_path / "reports", [{f"{REMOTE}/3.6.md": page("3.6", 1)}])
    for version in (2, 3):
        (folder / REMOTE / "3.6.md").write_bytes(page("3.6", version))
        date = f"--date=@{int(moment(0).timestamp())} +0000"
        who = ("-c", "user.name=r", "-c", "user.email=r@example.org")
        git(folder, *who, "commit", "-qam", "again", date)
    git(
        folder,
        *("-c", "user.name=r", "-c", "user.email=r@example.org"),
        *("rebase", "-q", "--root", "--committer-date-is-author-date"),
    )

    imported(folder, ledger)

    assert [root(1), root(2), root(3)] == [fact[1] for fact in facts(ledger)]


def test_tag_details_speak_only_where_there_is_no_other_page(
    tmp_path: Path, ledger: Ledger
) -> None:
    """Once an image has pages of its own, what stands beside them makes no observation."""
    commits: list[Files] = [
        {DETAILS: tag_details(page("3.5", 1), page("3.6", 1))},
        {DETAILS: tag_details(page("3.5", 1), page("3.6", 2))},
        {f"{REMOTE}/3.6.md": page("3.6", 3)},
        {DETAILS: tag_details(page("3.5", 9), page("3.6", 9))},
        {f"{REMOTE}/3.6.md": None},
        {DETAILS: None},
    ]

    imported(repository(tmp_path / "reports", commits), ledger)

    assert [
        (moment(0), root(1), False, True),
        (moment(1), root(2), False, True),
        (moment(2), root(3), False, True),
        (moment(4), root(9), False, True),
        (moment(5), None, True, False),
    ] == facts(ledger)
    assert [
        (moment(0), root(1), False, True),
        (moment(2), None, True, False),
        (moment(4), root(9), False, True),
        (moment(5), None, True, False),
    ] == facts(ledger, "3.5")


def test_a_version_that_cannot_be_read_is_listed(
    tmp_path: Path, ledger: Ledger
) -> None:
    """It is no fact, and stops nothing; other Markdown is no damage."""
    commits: list[Files] = [
        {f"{REMOTE}/3.6.md": page("3.6", 1)},
        {f"{REMOTE}/3.6.md": b""},
        {f"{REMOTE}/3.6.md": page("3.6", 2)[:5_000], "docs/a.md": b"# Words\n"},
        {f"{REMOTE}/3.6.md": page("3.6", 3)},
    ]

    result = imported(repository(tmp_path / "reports", commits), ledger)

    assert ["degenerate-page", "damaged-page"] == [
        skipped.problem.code for skipped in result.skipped
    ]
    assert [root(1), root(3)] == [fact[1] for fact in facts(ledger)]


@pytest.mark.parametrize("stop", range(1, 8))
def test_an_import_that_was_interrupted_goes_on(
    stop: int, tmp_path: Path, ledger: Ledger
) -> None:
    """Wherever it broke off, in a commit or between two: nothing is missing and nothing twice."""
    folder = repository(tmp_path / "reports", COMMITS)
    whole = tmp_path / "whole.sqlite"
    with open_ledger(str(whole)) as other:
        imported(folder, other)
        expected = other.counts()
    with opened_repository(folder, {"PATH": os.environ["PATH"]}) as opened:
        reading = HistoryImport(opened)
        with pytest.raises(KeyboardInterrupt):
            write_all(
                broken_off(reading.statements(None), stop), ledger, batch_statements=1
            )

    imported(folder, ledger)

    after = ledger.counts()
    assert (expected.observations, expected.statements, expected.contents) == (
        after.observations,
        after.statements,
        after.contents,
    )
    assert [] == list(ledger.check())


def broken_off(
    items: Iterator[Stated | Skipped | Reached], stop: int
) -> Iterator[Stated | Skipped | Reached]:
    """The first of these, then what Ctrl-C does."""
    for _ in range(stop):
        yield next(items)
    raise KeyboardInterrupt


def test_pages_are_imported_from_a_folder_and_alone(
    tmp_path: Path, ledger: Ledger
) -> None:
    """Observed when the file was last changed; a second time, and by another way, nothing is new."""
    folder = tmp_path / "pages"
    folder.mkdir()
    file = folder / "one.md"
    file.write_bytes(page("3.6", 1))
    (folder / "README.md").write_text("# Words\n")
    os.utime(file, (moment(3).timestamp(), moment(3).timestamp()))

    first = imported(folder, ledger)
    again = imported(file, ledger)

    assert (1, ()) == (first.recorded.observations, first.skipped)
    assert 0 == again.recorded.observations
    assert [(moment(3), root(1), False, True)] == facts(ledger)


def test_what_came_in_is_proven(tmp_path: Path, ledger: Ledger) -> None:
    """The seed's list and manifests are held from then on; nothing is tried twice."""
    seed = (SEED / "python-3.8.0-windowsservercore.md").read_bytes()
    commits: list[Files] = [
        {f"{REMOTE}/3.8.0-windowsservercore.md": seed},
        {f"{REMOTE}/3.6.md": page("3.6", 1)},
    ]
    imported(repository(tmp_path / "reports", commits), ledger)

    first = prove_ledger(ledger)
    again = prove_ledger(ledger)

    assert (4, 0) == (first.proven, again.proven)
    assert (1, 0) == (first.reported + first.contradicted, again.reported)
    for file in (SEED / "blobs").iterdir():
        document = ledger.document(Digest(f"sha256:{file.name}"))
        assert document is not None
        assert (Evidence.PROVEN, file.read_bytes()) == (
            document.evidence,
            document.content,
        )


def test_a_local_page_tells_of_no_registry(tmp_path: Path, ledger: Ledger) -> None:
    """Its packages are no observation of a tag."""
    file = tmp_path / "local.md"
    file.write_text("# `python:3.6`\n\n## Docker Metadata\n")

    with pytest.raises(NotSupported):
        imported(file, ledger)


def test_a_layout_is_imported_with_its_bytes(tmp_path: Path, ledger: Ledger) -> None:
    """Every name that it lists, read and not only reported."""
    index = index_of([random_image(seed=1), random_image(seed=2)])
    folder = write_layout(tmp_path / "app", {"1.0": index, "2.0": index})

    first = imported(folder, ledger)
    again = imported(folder, ledger)

    names = [name.title for name in ledger.references()]
    assert ["app:1.0", "app:2.0"] == names
    assert (2, 0) == (first.recorded.observations, again.recorded.observations)
    assert 5 == ledger.counts().contents


def test_a_pulled_copy_is_imported(program: Program) -> None:
    """What `pull` wrote is what the registry served: read, every document held, under the name that the copy has."""
    index = index_of([random_image(seed=1), random_image(seed=2)])
    with Registry() as registry:
        put_into(registry, "a/b", index, "1.0")
        name = f"{registry.address}/a/b:1.0"
        assert 0 == program.run("pull", name, "oci:copy:1.0").code

    first = program.run("import", "--json", "copy")
    again = program.output("import", "copy")

    added = json.loads(first.out)["added"]
    assert (0, 1, 5) == (first.code, added["observations"], added["contents"])
    assert b"nothing new\n" == again
    assert index.root.content == program.output("raw", "ledger:copy:1.0")
    (state,) = json.loads(program.output("history", "--json", "copy:1.0"))["states"]
    assert ("read", index.digest) == (state["evidence"], state["digest"])


def test_an_import_shows_how_fast_and_how_long_still(
    tmp_path: Path, program: Program
) -> None:
    """On a terminal: commits done of all, with rate and time left, once it has run long enough to tell."""
    folder = history(tmp_path / "reports")[0]
    gate = Gate(tmp_path / "gate", 19_000_000)
    slowed = program.with_variables(PATH=f"{gate.folder}:{os.environ['PATH']}")

    def hold_up() -> None:
        while not (gate.folder / "reached").exists():
            time.sleep(0.01)
        time.sleep(2 * MIN_SECONDS)
        gate.open()

    holding = threading.Thread(target=hold_up)
    holding.start()
    try:
        done = run_in_terminal(slowed, "import", str(folder), keeps_stdout=True)
    finally:
        gate.open()
        (gate.folder / "reached").touch()
        holding.join()

    assert 0 == done.code
    paced = re.compile(r"reading: commits, [\d,]+/s, \d+:\d\d left, \d+ of 51")
    assert any(map(paced.fullmatch, done.err.split("\r\x1b[2K")))


def test_what_is_not_there_is_said(tmp_path: Path, ledger: Ledger) -> None:
    """No file, a folder without pages, a repository without commits, one damaged page."""
    empty = tmp_path / "empty"
    empty.mkdir()
    git(tmp_path, "init", "-q", "fresh")
    damaged = tmp_path / "damaged.md"
    damaged.write_bytes(page("3.6")[:5_000])

    for place in (tmp_path / "nothing", empty, tmp_path / "fresh"):
        with pytest.raises(PlaceNotFound):
            imported(place, ledger)
    with pytest.raises(DamagedPage):
        imported(damaged, ledger)


def test_a_damaged_bundle_is_said(tmp_path: Path, ledger: Ledger) -> None:
    """Git's own checks find it."""
    plain = repository(tmp_path / "reports", COMMITS)
    bundle = tmp_path / "reports.bundle"
    git(plain, "bundle", "create", "-q", str(bundle), "main")
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    bundle.write_bytes(content)

    with pytest.raises(PlaceNotFound, match="cannot unpack"):
        imported(bundle, ledger)


def test_without_git_it_is_said(tmp_path: Path, ledger: Ledger) -> None:
    """A repository cannot be read without it."""
    folder = repository(tmp_path / "reports", COMMITS)

    with pytest.raises(NotSupported, match="git is not installed"):
        import_place(folder, ledger, environment={"PATH": str(tmp_path)})


def test_a_repository_cannot_have_its_programs_run(
    tmp_path: Path, ledger: Ledger
) -> None:
    """Its settings name a checker of signatures, and a commit is signed: nobody is called."""
    folder = repository(tmp_path / "reports", COMMITS)
    called = tmp_path / "called"
    checker = tmp_path / "checker"
    checker.write_text(f"#!/bin/sh\ntouch {called}\n")
    checker.chmod(0o755)
    git(folder, "config", "gpg.program", str(checker))
    git(folder, "config", "log.showSignature", "true")
    head, _, message = git(folder, "cat-file", "commit", "HEAD").partition(b"\n\n")
    sign = b"-----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----"
    signed = head + b"\ngpgsig " + sign + b"\n\n" + message
    made = git(folder, "hash-object", "-t", "commit", "-w", "--stdin", stdin=signed)
    git(folder, "update-ref", "refs/heads/main", made.decode().strip())

    assert 5 == imported(folder, ledger).recorded.observations
    assert not called.exists()

    git(folder, "log", "-1")
    assert called.exists()


def test_the_surroundings_point_git_nowhere_else(
    tmp_path: Path, ledger: Ledger
) -> None:
    """`GIT_DIR`, as a hook sets it, does not replace what was asked for."""
    folder = repository(tmp_path / "reports", COMMITS)
    other = repository(tmp_path / "other", COMMITS[:1])
    environment = {"PATH": os.environ["PATH"], "GIT_DIR": str(other / ".git")}

    result = import_place(folder, ledger, environment=environment)

    assert 5 == result.recorded.observations


def test_the_command_says_what_was_new(tmp_path: Path, program: Program) -> None:
    """In words, and as JSON with every version that was not read."""
    commits: list[Files] = [*COMMITS, {f"{REMOTE}/3.6.md": b""}]
    folder = repository(tmp_path / "reports", commits)
    environment = {"TAGLEDGER_LEDGER": str(tmp_path / "ledger.sqlite")}
    mine = program.with_variables(**environment)

    shown = msgspec.json.decode(mine.run("import", "--json", str(folder)).out)
    second = mine.output("import", str(folder))

    assert (4, 1, 5) == (shown["pages"], shown["gone"], shown["added"]["observations"])
    assert ["degenerate-page"] == [skipped["code"] for skipped in shown["skipped"]]
    assert b"nothing new\n" == second
