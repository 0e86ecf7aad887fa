import re
import subprocess
import sys
from keyword import iskeyword
from pathlib import Path

import click
import pytest

from tagledger import __version__
from tagledger.cli.app import program, run
from tagledger.cli.help_text import COMMANDS

HEAVY = ("aiohttp", "asyncio", "msgspec", "rich", "ssl", "uvloop", "tagledger.model")
"""What `--help` and `--version` must not wait for."""


def loaded_modules(*arguments: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after running the program."""
    code = (
        "import sys; from tagledger.cli.app import run; "
        f"run({list(arguments)!r}); print('\\n'.join(['LOADED', *sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split("LOADED\n")[1].split())


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(option: str) -> None:
    """Start-up is a feature: no loop, no values, no terminal library."""
    loaded = loaded_modules(option)

    assert [] == [name for name in HEAVY if name in loaded]


@pytest.mark.parametrize("option", ["--help", "-h", "--version"])
def test_a_question_about_the_program_waits_for_nothing(option: str) -> None:
    """Not even for the library that reads command lines, and what is said is the same."""
    start = (
        f"import sys; sys.argv = ['tagledger', {option!r}]\n"
        "from tagledger.cli import main\n"
        "try: main()\n"
        "finally: print('LOADED', *(name for name in ('click', 'typing') if name in sys.modules))"
    )
    alone = subprocess.run(
        [sys.executable, "-c", start],
        capture_output=True,
        text=True,
        check=True,
    )
    whole = subprocess.run(
        [sys.executable, "-c", f"from tagledger.cli.app import run; run([{option!r}])"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert f"{whole.stdout}LOADED\n" == alone.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_help_that_cannot_be_written_is_an_error_in_words() -> None:
    """A full disk under `--help` is told like any other."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tagledger", "--help"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert (5, True) == (done.returncode, "No space left" in done.stderr)


def test_the_version_is_the_package_s(capfd: pytest.CaptureFixture[str]) -> None:
    """`--version` prints one line."""
    assert 0 == run(["--version"])
    assert f"tagledger {__version__}\n" == capfd.readouterr().out


def test_help_lists_every_command(capfd: pytest.CaptureFixture[str]) -> None:
    """With the commands' own first lines."""
    run(["--help"])
    shown = capfd.readouterr().out

    for name, line in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(line)}$", shown, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_s_help_agrees_with_the_table(name: str) -> None:
    """The table that `--help` prints does not drift from the commands."""
    command = program.get_command(click.Context(program), name)

    assert command is not None
    assert name == command.name
    assert COMMANDS[name] == (command.help or "").split("\n")[0]


def test_every_command_file_is_in_the_table() -> None:
    """No command can be forgotten."""
    folder = Path(__file__).parents[3] / "src" / "tagledger" / "cli" / "commands"

    found = {path.stem for path in folder.glob("*.py")} - {"__init__"}

    assert found == {f"{name}_" if iskeyword(name) else name for name in COMMANDS}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nonsense"], 2, "No such command"),
        (["report"], 2, "Missing argument"),
        (["report", "UPPER"], 2, "lower case"),
        (["report", "ftp://x"], 2, "no such kind of address"),
        (["report", "docker:x"], 2, "docker://"),
        (["report", "oci:"], 2, "nothing stands behind"),
        (["report", "oci:/does/not/exist"], 3, "/does/not/exist"),
        (["report", "--platform", "linus", "x"], 2, "linux/arm/v7"),
        (["report", "--creds", "x", "y"], 2, "user:password"),
        (["report", "--mirror", "x", "y"], 2, "docker.io=https://"),
        (["report", "--form", "2020", "y"], 2, "2019"),
        (["raw", "--timeout", "0", "y"], 2, "0.1"),
        (["report", "--json", "--form", "2021", "y"], 2, "--form is for Markdown"),
        (["report", "--key", __file__, "y"], 2, "--key needs --cert"),
        (["tags", "x@sha256:12"], 2, "not a digest"),
    ],
)
def test_bad_input_is_a_clear_error(
    arguments: list[str],
    code: int,
    words: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The exit code says the kind, stderr the cause and the remedy, stdout nothing."""
    assert code == run(arguments)

    shown = capfd.readouterr()
    assert ("", True) == (shown.out, words in shown.err)


def test_secrets_are_not_repeated(capfd: pytest.CaptureFixture[str]) -> None:
    """A malformed --creds is not echoed."""
    run(["report", "--creds", "hunter2", "y"])

    assert "hunter2" not in capfd.readouterr().err


def test_escapes_in_a_reference_do_not_reach_the_terminal(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """CVE-2021-25743: an error that quotes its input quotes it harmlessly."""
    run(["report", "oci:/\x1b[31mred"])

    assert "\x1b" not in capfd.readouterr().err
