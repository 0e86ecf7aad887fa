"""What the commands about a ledger print with `--json` follows the published schemas."""

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from support.images import index_of, random_image
from support.program import Program
from support.publishing import put_into
from support.registry import Registry
from support.seed_page import SEED
from support.statements import day, digest, from_registry, gone, image, page
from tagledger.flows.json_forms.schemas import FORMS
from tagledger.ledger.opening import open_ledger
from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import Snapshot

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
NAME = "python:3.6"
STEPS = ("ADD file:1 in /", "RUN curl x | bash\x1b[31m\u202e")


def validated(said: bytes) -> dict[str, Any]:
    """The JSON that a command printed; fails where the schema of its form does not allow it."""
    report: dict[str, Any] = json.loads(said)
    name = report["schema"].removeprefix("tagledger.").partition("/")[0]
    validator = jsonschema.Draft202012Validator(
        msgspec.json.decode((SCHEMAS / f"{name}.json").read_bytes()),
        format_checker=jsonschema.FormatChecker(),
    )

    assert [] == list(validator.iter_errors(report))
    return report


@pytest.fixture
def kept(program: Program, tmp_path: Path) -> Program:
    """The program with a ledger in which there is something of everything."""
    path = tmp_path / "ledger.sqlite"
    nameless = Snapshot(
        reference=page(NAME, "a", 0).snapshot.reference,
        source="an archive",
        observed_at=day(9),
        root=None,
        entries=(image("z"),),
    )
    archived = msgspec.structs.replace(from_registry(NAME, "z", 9), snapshot=nameless)
    with open_ledger(str(path)) as ledger:
        ledger.record(
            [
                page(NAME, "a", 0, images=(image("a", steps=STEPS, env=("A=1",)),)),
                page(NAME, "a", 4),
                page(NAME, "b", 1, source="other pages"),
                page(NAME, "b", 3, source="other pages"),
                gone(NAME, 5),
                from_registry(NAME, "c", 6),
                page(NAME, "a", 7),
                archived,
            ]
        )
        ledger.judge({digest("list a"): (Evidence.CONTRADICTED, "no trial fits")})
    return program.with_variables(TAGLEDGER_LEDGER=str(path))


def begin_alike(folder: Path) -> str:
    """Six digits with which two digests of the ledger begin; the ledger is changed for it."""
    with sqlite3.connect(folder / "ledger.sqlite") as file:
        rows = file.execute(
            "SELECT id, hash FROM digest ORDER BY id LIMIT 2"
        ).fetchall()
        file.execute(
            "UPDATE digest SET hash = ? WHERE id = ?",
            (rows[0][1][:6] + rows[1][1][6:], rows[1][0]),
        )
    file.close()
    return str(rows[0][1][:6].hex())


Make = Callable[[Path], tuple[str, ...]]

COMMANDS: dict[str, Make] = {
    "history": lambda _: ("history", NAME),
    "history-at": lambda _: ("history", NAME, "--at", "2017-03-02"),
    "find-digest": lambda _: ("find", digest("list a")),
    "find-layer": lambda _: ("find", digest("base")),
    "find-ambiguous": lambda folder: ("find", begin_alike(folder)),
    "find-text": lambda _: ("find", "--text", "curl bash"),
    "find-env": lambda _: ("find", "--env", "A"),
    "find-nothing": lambda _: ("find", "--text", "nowhere"),
    "sizes-tag": lambda _: ("sizes", NAME),
    "sizes-repository": lambda _: ("sizes", "python"),
    "stats": lambda _: ("stats",),
    "stats-since": lambda _: ("stats", "--since", "2030-01-01", "--by", "year"),
    "check": lambda _: ("check",),
    "verify-ledger": lambda _: ("verify", "--ledger"),
    "backup": lambda folder: ("backup", str(folder / "copy.db")),
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_answers_follow_their_schema(kept: Program, tmp_path: Path, name: str) -> None:
    """Whatever is asked, and whatever comes of it; and no control character is printed."""
    done = kept.run(*COMMANDS[name](tmp_path), "--json")

    report = validated(done.out)
    assert report["schema"].removesuffix("/1").removeprefix("tagledger.") in FORMS
    assert re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", done.out) is None
    assert "\u202e" not in done.out.decode()


def test_findings_follow_their_schema(kept: Program, tmp_path: Path) -> None:
    """Damage that `check` finds."""
    with sqlite3.connect(tmp_path / "ledger.sqlite") as file:
        file.execute("UPDATE pack SET compressed = zeroblob(length(compressed))")
    file.close()

    report = validated(kept.run("check", "--json").out)

    assert report["findings"]


def test_a_restored_ledger_follows_its_schema(kept: Program, tmp_path: Path) -> None:
    """What was written into it."""
    kept.output("backup", str(tmp_path / "copy.db"))
    new = kept.with_variables(TAGLEDGER_LEDGER=str(tmp_path / "new.sqlite"))

    report = validated(new.run("restore", "--json", str(tmp_path / "copy.db")).out)

    assert 8 == report["holds"]["observations"]


@pytest.mark.parametrize("options", [(), ("--no-proof",)])
def test_imports_follow_their_schema(
    program: Program, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """What came in, what was proven, and what could not be read."""
    folder = tmp_path / "pages"
    seed = (SEED / "python-3.8.0-windowsservercore.md").read_bytes()
    for name, content in (("whole", seed), ("cut", seed[:5_000])):
        path = folder / "repos" / "python" / "remote" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    report = validated(program.run("import", *options, "--json", str(folder)).out)

    assert (1, 1) == (report["pages"], len(report["skipped"]))
    assert (options == ()) == (report["proof"] is not None)


def test_records_follow_their_schema(program: Program) -> None:
    """What was observed, what does not exist, and what failed."""
    with Registry() as registry:
        put_into(registry, "a/b", index_of([random_image(seed=1)]), "1.0")
        here = f"{registry.address}/a/b"

        done = program.run(
            "record", "--json", f"{here}:1.0", f"{here}:2.0", "oci:nowhere"
        )

    report = validated(done.out)
    assert [False, True] == [item["is_absent"] for item in report["observations"]]
    assert ["oci:nowhere"] == [item["address"] for item in report["failures"]]
