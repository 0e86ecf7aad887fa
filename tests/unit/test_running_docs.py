"""What the documentation gives to those who run the service: each piece is what it claims to be."""

import configparser
import os
import re
import subprocess
from pathlib import Path

import click
import msgspec
import pytest

from support.tools import needs
from tagledger.cli.app import program
from tagledger.server import guard, passwords, watch
from tagledger.server.access_log import Line
from tagledger.server.access_rules import read_rules
from tagledger.server.grants import GRANT_SECONDS
from tagledger.server.metrics import Metrics
from tagledger.server.serving import HEADER_SECONDS

DOCS = Path(__file__).parents[2] / "docs"
RUNNING = (DOCS / "running.md").read_text()
SERVICE = (DOCS / "service.md").read_text()
UNIT = DOCS / "tagledger.service"
RECIPE = DOCS / "container.sh"


def block(language: str) -> str:
    """The block of code in this language."""
    match = re.search(rf"```{language}\n(.*?)```", RUNNING, re.DOTALL)
    assert match
    return match[1]


def options_of_serve() -> set[str]:
    """What the command takes."""
    command = program.get_command(click.Context(program), "serve")
    assert command is not None
    return {option for parameter in command.params for option in parameter.opts}


def test_the_file_of_rules_that_is_shown_is_one(tmp_path: Path) -> None:
    """Every line of it is understood, and says what is said of it."""
    (tmp_path / "users").write_text("")
    path = tmp_path / "access.toml"
    path.write_text(block("toml"))

    rules = read_rules(path)

    assert ("library/*",) == rules.anybody.readable
    assert rules.visitors["alice"].reads_all
    assert ("library/*", "ghcr.io/acme/*") == rules.visitors["bob"].readable
    assert ("library/*", "ghcr.io/acme/*") == rules.visitors["build"].readable


def test_the_line_of_the_log_that_is_shown_is_one() -> None:
    """Its fields are those that are written, no more and no fewer."""
    text = block("json")

    line = msgspec.json.decode(text, type=Line)

    assert {*msgspec.json.decode(text)} == {*Line.__struct_fields__}
    assert "alice" == line.visitor


def test_every_figure_is_documented() -> None:
    """The table has the names that are served."""
    served = re.findall(r"# TYPE (\w+)", Metrics().text().decode())
    named = re.findall(r"`(tagledger_\w+)`", RUNNING)

    assert {name for name in served if not name.endswith("_created")} == set(named)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("path and query | {} KiB", guard.MAX_ADDRESS_BYTES / 1024),
        ("headers | {} KiB, within", guard.MAX_HEADER_BYTES / 1024),
        ("KiB, within {} s", HEADER_SECONDS),
        ("body | {} KiB", guard.MAX_BODY_BYTES / 1024),
        ("a page or document | {} MiB", guard.MAX_RESULT_BYTES / 1024 / 1024),
        ("until an answer begins | {} s", watch.ANSWER_SECONDS),
        ("is sent | {} s", watch.SEND_SECONDS),
        ("for each process | {} |", watch.MAX_AT_ONCE),
        ("for each process | {}, and", passwords.THREADS),
        ("and {} that wait", passwords.MAX_WAITING),
    ],
)
def test_the_limits_are_those_that_are_kept(text: str, number: float) -> None:
    """Each figure of the table is the one in force."""
    assert text.format(f"{number:g}") in SERVICE


def test_what_is_said_of_time_is_so() -> None:
    """Five minutes, twice."""
    assert 300 == passwords.REMEMBERED_SECONDS == GRANT_SECONDS
    assert "remembered for five minutes" in " ".join(RUNNING.split())
    assert "lasts five minutes" in RUNNING


def test_examples_use_options_that_exist() -> None:
    """Of the proxies, the unit and the container."""
    told = {
        option
        for text in (RUNNING, SERVICE, UNIT.read_text(), RECIPE.read_text())
        for line in text.splitlines()
        if ("serve" in line and "tagledger" in line) or "--cmd" in line
        for option in re.findall(r"(?<=\s)--[a-z-]+", line.partition("serve")[2])
    }

    assert {"--prefix", "--trusted-proxy", "--trusted-host", "--host", "--port"} <= told
    assert told <= options_of_serve()


def test_the_unit_is_a_unit() -> None:
    """Its sections and what it starts."""
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(UNIT)

    assert ["Unit", "Service", "Install"] == unit.sections()
    assert unit["Service"]["ExecStart"].startswith("/opt/tagledger/bin/tagledger serve")
    assert unit["Service"]["ExecReload"] == "/bin/kill -HUP $MAINPID"
    assert "strict" == unit["Service"]["ProtectSystem"]


@needs("systemd-analyze")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    """Every directive is one that it knows."""
    unit = tmp_path / "tagledger.service"
    text = UNIT.read_text().replace("/opt/tagledger/bin/tagledger", "/bin/true")
    unit.write_text(text)

    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)  # fmt: skip

    assert [] == [line for line in done.stderr.splitlines() if "tagledger" in line]


def test_the_recipe_is_shell() -> None:
    """It can be read by the shell that it names, and may be run."""
    assert RECIPE.read_text().startswith("#!/usr/bin/env bash\n")
    assert os.access(RECIPE, os.X_OK)
    subprocess.run(["bash", "-n", str(RECIPE)], check=True)


@needs("buildah")
def test_the_recipe_asks_of_buildah_what_it_can(tmp_path: Path) -> None:
    """Each command that it runs, and each option, is one that the installed buildah has."""
    log = tmp_path / "log"
    shim = tmp_path / "buildah"
    shim.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> {log}\necho container\n')
    shim.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PACKAGE": f"{tmp_path}[server]"}  # fmt: skip
    done = subprocess.run([RECIPE, "made"], env=environment, capture_output=True, text=True, check=True)  # fmt: skip

    asked = [line.split() for line in log.read_text().splitlines()]
    assert ["from", "copy", "run", "run", "run", "config", "commit", "rm"] == [words[0] for words in asked]  # fmt: skip
    for words in asked:
        help_text = subprocess.run(["buildah", words[0], "--help"], capture_output=True, text=True, check=True).stdout  # fmt: skip
        own = words[: words.index("--")] if "--" in words else words
        named = [word for word in own if word.startswith("--") and words[0] != "run"]
        for option in named:
            assert re.search(rf"{option}\b", help_text) or option in ("--host", "--trusted-host")  # fmt: skip
    assert "made" == done.stdout.strip().splitlines()[-1]
