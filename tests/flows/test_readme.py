"""What the documents show is what comes out."""

import re
from pathlib import Path

import pytest

from support.program import Program

ROOT = Path(__file__).parents[2]
BLOCKS = [
    (path.name, match[2])
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
    for match in re.finditer(
        r"^(`{3,})console\n(\$ tagledger [^\n]*\n[^$].*?)^\1$",
        path.read_text(),
        re.DOTALL | re.MULTILINE,
    )
]


def test_there_is_something_to_hold_to() -> None:
    """The pattern finds the shown outputs."""
    assert len(BLOCKS) >= 3


@pytest.mark.parametrize(("name", "block"), BLOCKS)
def test_every_shown_output_is_current(name: str, block: str, program: Program) -> None:
    """The pieces between the lines of dots come out, in that order."""
    command, _, shown = block.partition("\n")
    (program.home / "examples").symlink_to(ROOT / "examples")
    done = program.with_variables(COLUMNS="100").run(
        *command.removeprefix("$ tagledger ").split()
    )
    printed = "\n".join(line.rstrip() for line in done.out.decode().split("\n"))

    position = 0
    for piece in re.split(r"^…$", shown, flags=re.MULTILINE):
        wanted = "\n".join(line.rstrip() for line in piece.strip("\n").split("\n"))
        found = printed.find(wanted, position)
        assert found >= 0, f"{name}: not printed any more:\n{wanted}"
        position = found + len(wanted)
