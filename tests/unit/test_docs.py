import re
from pathlib import Path

import click
import pytest

import tagledger
from tagledger import errors
from tagledger.cli.app import program
from tagledger.cli.exit_codes import EXIT_CODES
from tagledger.cli.help_text import COMMANDS, HELP
from tagledger.flows.open import TRANSPORTS
from tagledger.site.app import API, FEEDS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def page(name: str) -> str:
    """The text of a page of the documentation."""
    return (DOCS / f"{name}.md").read_text()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str) -> None:
    """Each option stands in the command's section, or in the shared one."""
    text = page("commands")
    section = text.split(f"\n## {name}\n")[1].split("\n## ")[0]
    shared = text.split("\n## Options of every command")[1]
    command = program.get_command(click.Context(program), name)

    assert command is not None
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            option = max(parameter.opts, key=len)
            assert f"`{option}" in section or f"`{option}" in shared, option


def test_no_option_is_documented_that_does_not_exist() -> None:
    """What the page names, some command takes."""
    taken = {
        option
        for name in COMMANDS
        if (command := program.get_command(click.Context(program), name))
        for parameter in command.params
        for option in parameter.opts
    }

    named = set(re.findall(r"(?<=`)--[a-z-]+", page("commands")))

    assert named <= taken


def _table() -> list[str]:
    rows = []
    waiting = [errors.TagledgerError]
    while waiting:
        kind = waiting.pop(0)
        code = next(
            (EXIT_CODES[base] for base in kind.__mro__ if base in EXIT_CODES), 1
        )
        first_line = (kind.__doc__ or "").splitlines()[0]
        rows.append(f"| `{kind.code}` | `{kind.__name__}` | {code} | {first_line} |")
        waiting = [*kind.__subclasses__(), *waiting]
    return rows


def test_every_error_is_documented() -> None:
    """The table has each code, its class, its exit code and what it says."""
    shown = [line for line in page("errors").splitlines() if line.startswith("| `")]

    assert _table() == shown


def test_every_route_for_scripts_is_documented() -> None:
    """The page has each operation of the API and each feed, and none besides."""
    rows = re.findall(r"^\| `(/(?:api/v1|feed)/[^`]*)` \|", page("api"), re.MULTILINE)
    served = {path for route in (*API, *FEEDS) for path in route.paths}
    plain = {re.sub(r"\{(\w+):str\}", r"{\1}", path) for path in served}

    assert {
        path.replace("REF", "{name:path}").replace("NAME", "{name:path}")
        for path in rows
    } == plain


def test_every_kind_of_address_is_documented() -> None:
    """Each transport stands on the page and in the program's help."""
    for transport in TRANSPORTS:
        prefix = "docker://" if transport == "docker" else f"{transport}:"
        assert f"`{prefix}" in page("addresses")
        assert prefix in HELP


def test_the_library_page_names_everything_public() -> None:
    """The reference page and `__all__` agree."""
    table = [line for line in page("library").splitlines() if line.startswith("| `")]
    named = {
        name for line in table for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }

    assert named == set(tagledger.__all__)


def test_everything_public_is_really_there() -> None:
    """`__all__` is sorted, and each name in it can be had."""
    assert sorted(tagledger.__all__) == tagledger.__all__
    for name in tagledger.__all__:
        assert getattr(tagledger, name).__name__ == name


@pytest.mark.parametrize(
    "path", sorted([*DOCS.glob("*.md"), *ROOT.glob("*.md")]), ids=lambda path: path.name
)
def test_every_link_between_pages_leads_somewhere(path: Path) -> None:
    """A page that was renamed leaves no dead link."""
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text()):
        assert (path.parent / target).exists(), target


def test_every_guard_names_tests_that_exist() -> None:
    """The table of threats points at files that are there."""
    text = (ROOT / "SECURITY.md").read_text()
    named = set(re.findall(r"`(tests/[^`]+)`", text))

    assert named
    assert {path for path in named if not (ROOT / path).exists()} == set()
