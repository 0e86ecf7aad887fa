"""`verify --ledger`, as a user runs it."""

import json
from pathlib import Path

import pytest

from support.program import Program
from support.seed_page import SEED
from support.statements import page
from tagledger.flows.import_place import import_place
from tagledger.flows.verify_ledger import verify_ledger
from tagledger.ledger.opening import open_ledger
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import Document

PAGE = (SEED / "python-3.8.0-windowsservercore.md").read_bytes()
LIST = Digest("sha256:4ffcde6308b9f6f4c3d5f9dec3da5ba807783978f8cbfc38efb3f4caa498c7dd")
FALSE = Digest(f"sha256:{'0' * 64}")


@pytest.fixture
def unproven(program: Program, tmp_path: Path) -> Program:
    """The program with a ledger that holds a page of which nobody tried anything."""
    return imported(program, tmp_path, PAGE)


def imported(program: Program, folder: Path, page: bytes) -> Program:
    """The program with a ledger into which this page was taken without proof."""
    file = folder / "page.md"
    file.write_bytes(page)
    told = program.with_variables(TAGLEDGER_LEDGER=str(folder / "ledger.sqlite"))
    assert 0 == told.run("import", "--no-proof", str(file)).code
    return told


def test_what_nobody_tried_is_proven_once(unproven: Program) -> None:
    """The seed's list and manifests are proven; the second time there is nothing left to try."""
    first = json.loads(unproven.output("verify", "--ledger", "--json"))
    again = json.loads(unproven.output("verify", "--ledger", "--json"))

    proven = {"proven": 4, "reported": 0, "contradicted": 0}
    assert "tagledger.ledger-verification/1" == first["schema"]
    assert (proven, proven) == (first["tried"], first["total"])
    assert ({**proven, "proven": 0}, proven) == (again["tried"], again["total"])
    assert not first["is_contradicted"]
    with open_ledger(unproven.environment["TAGLEDGER_LEDGER"]) as ledger:
        held = ledger.document(LIST)
    assert held is not None
    assert Evidence.PROVEN == held.evidence


def test_a_person_reads_what_came_of_it(unproven: Program) -> None:
    """As `import` says it; then that all is done, and what all trials came to."""
    line = "4 manifests and lists proven, 0 stay reported, 0 contradicted\n"

    assert line == unproven.output("verify", "--ledger").decode()
    assert (
        f"nothing is left to try\nin all: {line}"
        == unproven.output("verify", "--ledger").decode()
    )


def test_a_contradiction_ends_with_1_whenever_it_was_found(
    program: Program, tmp_path: Path
) -> None:
    """The digest, why, and which name had it; the code stays, until the bytes themselves have come."""
    told = imported(program, tmp_path, PAGE.replace(LIST.encode(), FALSE.encode()))

    first, again = (told.run("verify", "--ledger") for _ in range(2))

    lines = first.out.decode().splitlines()
    assert "3 manifests and lists proven, 0 stay reported, 1 contradicted" == lines[0]
    assert f"! {FALSE}  python:3.8.0-windowsservercore" in lines
    assert (1, 1) == (first.code, again.code)
    said = json.loads(told.run("verify", "--ledger", "--json").out)
    assert said["is_contradicted"]
    assert [FALSE] == [item["digest"] for item in said["contradictions"]]


def test_bytes_that_came_outdo_a_trial(tmp_path: Path) -> None:
    """What was contradicted, and is held since, is no contradiction."""
    content = b"{}"
    with open_ledger(str(tmp_path / "ledger.sqlite")) as ledger:
        file = tmp_path / "page.md"
        file.write_bytes(PAGE.replace(LIST.encode(), Digest.of(content).encode()))
        import_place(file, ledger, environment={})
        before = verify_ledger(ledger)
        ledger.hold({Digest.of(content): Document("text/plain", content)})
        after = verify_ledger(ledger)

    assert (True, False) == (before.is_contradicted, after.is_contradicted)
    assert (1, 0) == (before.total.contradicted, after.total.contradicted)


def test_a_page_that_no_reader_understands_keeps_nobody_waiting(
    unproven: Program,
) -> None:
    """It stays as it is, and the others are proven."""
    with open_ledger(unproven.environment["TAGLEDGER_LEDGER"]) as ledger:
        ledger.record([page("python:3.6", "a", 0)])

        assert 4 == verify_ledger(ledger).tried.proven
        assert 0 == verify_ledger(ledger).tried.tried


def test_what_was_interrupted_goes_on(tmp_path: Path) -> None:
    """What a trial came to is written batch by batch, and not tried again."""
    stopped: list[int] = []

    def stop(_what: str, done: int, _total: int | None) -> None:
        stopped.append(done)
        raise KeyboardInterrupt

    with open_ledger(str(tmp_path / "ledger.sqlite")) as ledger:
        for number in range(150):
            file = tmp_path / "page.md"
            name = f"python:{number}".encode()
            own = Digest.of(name).encode()
            file.write_bytes(
                PAGE.replace(b"python:3.8.0-windowsservercore", name).replace(
                    LIST.encode(), own
                )
            )
            import_place(file, ledger, environment={})
        with pytest.raises(KeyboardInterrupt):
            verify_ledger(ledger, progress=stop)
        rest = verify_ledger(ledger)

    assert [100] == stopped
    assert 50 == rest.tried.tried
    assert 153 == rest.total.tried


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--ledger", "x.sqlite"), "tagledger --ledger PATH verify --ledger"),
        (("--ledger", "--layers"), "a ledger has no layers"),
        (("--ledger", "--search-urls", "1-2"), "name the pages"),
        (("--ledger", "--at", "2017-12-01"), "--at goes with ledger:REF"),
        ((), "name what to verify"),
    ],
)
def test_what_does_not_go_together(
    unproven: Program, arguments: tuple[str, ...], words: str
) -> None:
    """Each is said, with what was meant; nothing is tried."""
    done = unproven.run("verify", *arguments)

    assert (2, b"") == (done.code, done.out)
    assert words in " ".join(done.err.split())
