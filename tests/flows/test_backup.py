"""`backup` and `restore`, as a user runs them."""

import json
import sqlite3
from pathlib import Path

import pytest

from support.postgresql import PostgresqlServer, missing_postgresql
from support.program import Program
from support.statements import page
from tagledger.errors import WriteFailed
from tagledger.flows.backup import back_up
from tagledger.ledger.opening import open_ledger

FACTS = [page(f"python:{number}", f"v{number}", number) for number in range(4)]


@pytest.fixture
def kept(program: Program, tmp_path: Path) -> Program:
    """The program with a small ledger."""
    path = tmp_path / "ledger.sqlite"
    with open_ledger(str(path)) as ledger:
        ledger.record(FACTS)
    return program.with_variables(TAGLEDGER_LEDGER=str(path))


def leftovers(folder: Path) -> list[str]:
    """What a backup that failed would leave."""
    return [path.name for path in folder.iterdir() if ".part" in path.name]


def test_a_backup_fills_a_new_ledger(kept: Program, tmp_path: Path) -> None:
    """Both say what was written, and the new ledger is well and answers the same."""
    file, new = tmp_path / "copy.db", tmp_path / "folder" / "new.sqlite"

    written = json.loads(kept.output("backup", "--json", str(file)))
    before = file.read_bytes()
    restored = kept.run("--ledger", str(new), "restore", "--json", str(file))

    assert ("tagledger.backup/1", str(file), len(before), 4) == (
        written["schema"],
        written["file"],
        written["size_bytes"],
        written["holds"]["observations"],
    )
    assert str(new) == json.loads(restored.out)["ledger"]
    assert written["holds"] == json.loads(restored.out)["holds"]
    assert f"tagledger: {new}: a new ledger\n" == restored.err
    assert before == file.read_bytes()
    assert kept.output("--ledger", str(new), "check").startswith(b"all is well: 4 obs")
    assert kept.output("history", "python:1") == kept.output(
        "--ledger", str(new), "history", "python:1"
    )
    assert ["copy.db"] == [path.name for path in tmp_path.glob("copy*")]


def test_a_backup_is_a_ledger_itself(kept: Program, tmp_path: Path) -> None:
    """It can be asked as it is."""
    file = tmp_path / "copy.db"
    said = kept.output("backup", str(file)).decode()

    assert f"{file}: 4 observations, " in said
    assert kept.output("--ledger", str(file), "check").startswith(b"all is well: 4 obs")


def test_nothing_is_ever_overwritten(kept: Program, tmp_path: Path) -> None:
    """A file that is there, also a link to nowhere, and a ledger with rows in it stay as they are."""
    file, link = tmp_path / "copy.db", tmp_path / "link.db"
    file.write_bytes(b"mine")
    link.symlink_to(tmp_path / "nowhere")

    for target in (file, link):
        done = kept.run("backup", str(target))
        assert (5, b"") == (done.code, done.out)
        assert f"tagledger: {target}: is there already\n  name another file" in done.err
    assert b"mine" == file.read_bytes()
    kept.output("backup", str(tmp_path / "real.db"))
    done = kept.run("restore", str(tmp_path / "real.db"))
    assert (5, b"") == (done.code, done.out)
    assert "holds a ledger already\n  name a new or an empty ledger" in done.err
    assert [] == leftovers(tmp_path)


def test_where_nothing_can_be_written(kept: Program, tmp_path: Path) -> None:
    """The folder is named, and no half of a backup is left."""
    done = kept.run("backup", str(tmp_path / "no" / "copy.db"))

    assert 5 == done.code
    assert "copy.db: there is no such folder" in done.err
    assert 5 == kept.run("--ledger", str(tmp_path / "no.db"), "backup", "x").code
    assert not (tmp_path / "no.db").exists()


def test_what_is_no_backup_is_refused(kept: Program, tmp_path: Path) -> None:
    """A missing file, an empty one, text, another program's database: each is named, and no ledger is made."""
    new = tmp_path / "new.sqlite"
    empty, text, other = (tmp_path / name for name in ("empty", "text", "other"))
    empty.touch()
    text.write_text("not a database, and longer than the header of one\n" * 9)
    database = sqlite3.connect(other)
    database.execute("CREATE TABLE theirs (x)")
    database.close()

    said = [
        kept.run("--ledger", str(new), "restore", str(path))
        for path in (tmp_path / "none", empty, text, other)
    ]

    assert [5] * 4 == [done.code for done in said]
    for done, words in zip(
        said,
        ("no such file", "no backup", "not a database", "not a ledger"),
        strict=True,
    ):
        assert words in done.err
    assert not new.exists()


def test_an_interrupted_backup_leaves_nothing(kept: Program, tmp_path: Path) -> None:
    """Ctrl-C while it is written: no file, neither whole nor half; the next one is made all the same."""
    address = kept.environment["TAGLEDGER_LEDGER"]
    seen: list[str] = []

    def interrupt(_what: str, _done: int, _total: int | None) -> None:
        seen.extend(leftovers(tmp_path))
        raise KeyboardInterrupt

    with open_ledger(address) as ledger:
        with pytest.raises(KeyboardInterrupt):
            back_up(ledger, address, tmp_path / "copy.db", progress=interrupt)

        assert seen
        assert [] == [*tmp_path.glob("copy*")]
        back_up(ledger, address, tmp_path / "copy.db")
    assert ["copy.db"] == [path.name for path in tmp_path.glob("copy*")]


def test_two_backups_to_one_name_do_not_mix(kept: Program, tmp_path: Path) -> None:
    """The one that is finished first has the name; the other fails, and spoils nothing."""
    address, file = kept.environment["TAGLEDGER_LEDGER"], tmp_path / "copy.db"
    with open_ledger(address) as ledger, open_ledger(address) as other:

        def overtake(_what: str, _done: int, _total: int | None) -> None:
            if not file.exists():
                back_up(other, address, file)

        with pytest.raises(WriteFailed, match="already"):
            back_up(ledger, address, file, progress=overtake)

    assert [] == leftovers(tmp_path)
    assert kept.output("--ledger", str(file), "check").startswith(b"all is well: 4 obs")


def test_a_server_s_ledger_comes_back_on_a_server(
    kept: Program, tmp_path: Path
) -> None:
    """From a file to a server and back; the password is told to nobody."""
    if missing := missing_postgresql():
        pytest.skip(missing)
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    kept.output("backup", str(first))
    with PostgresqlServer() as server:
        address = server.create("restored")
        there = kept.with_variables(TAGLEDGER_LEDGER=address)

        restored = there.run("restore", "--json", str(first))
        again = there.run("restore", str(first))
        checked = there.output("check")
        written = there.output("backup", "--json", str(second))

    assert 4 == json.loads(restored.out)["holds"]["observations"]
    assert (0, 5) == (restored.code, again.code)
    assert checked.startswith(b"all is well: 4 observations")
    for said in (restored.out.decode(), restored.err, again.err, written.decode()):
        assert "opal" not in said
    assert json.loads(restored.out)["holds"] == json.loads(written)["holds"]
