"""In a terminal nothing of an image takes effect; in a pipe the bytes are what they are."""

import asyncio
import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support import faults
from support.blobs import JsonObject, Published
from support.exchange import Answer, Reply, Request
from support.images import image_of, index_of, random_image
from support.layers import make_layer
from support.program import Finished, Program, command, finished
from support.pseudo_terminal import run_in_terminal
from support.publishing import put_into
from support.registry import Registry

HOSTILE = "\x1b]0;owned\x07\x1b[31m\u202ered\u2066\x9b2J\x08\x7f"
"""A window's title, a colour, letters run backwards, a screen wiped, in both alphabets of control."""

OURS = re.compile(r"\x1b\[[0-9;]*m|\r\x1b\[2K(?:reading: [\w, ]*)?")
"""What the program itself writes to a terminal: colours, and the line of progress."""


DIGEST = re.compile(r"\s*sha256:[0-9a-f]{64}")


def hostile_image() -> Published:
    """An image that says `HOSTILE` wherever it can say something."""
    layer = make_layer({"x": b"x"}, annotations={"org.example.note": HOSTILE})
    config: JsonObject = {
        "architecture": "amd64",
        "os": "linux",
        "author": HOSTILE,
        "created": "2023-05-06T07:08:09Z",
        "config": {
            "Env": [f"NOTE={HOSTILE}"],
            "Cmd": [HOSTILE],
            "User": HOSTILE,
            "Labels": {HOSTILE: HOSTILE},
        },
        "history": [
            {
                "created": "2023-05-06T07:08:09Z",
                "created_by": f"RUN echo {HOSTILE}",
                "comment": HOSTILE,
            }
        ],
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id]},
    }
    notes = {"org.example.note": HOSTILE}
    return image_of(config, [layer], format="oci", annotations=notes).published


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry with a hostile image, and a plain one for many platforms."""
    with Registry() as server:
        put_into(server, "a/hostile", hostile_image(), "1.0")
        arches = ("amd64", "arm64", "s390x", "ppc64le", "riscv64")
        plain = index_of([random_image(arch=arch) for arch in arches])
        put_into(server, "a/plain", plain, "1.0")
        yield server


def plain(shown: str) -> str:
    """The text of what a terminal got."""
    return OURS.sub("", shown).replace("\r\n", "\n")


def harmful(shown: str) -> list[str]:
    """What in a text would do something to a terminal, apart from the program's own colours and progress."""
    text = plain(shown)
    return re.findall(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", text
    )


def test_styles_are_all_that_is_let_through() -> None:
    """The check itself knows harm when it sees it."""
    assert [] == harmful("\x1b[1;31mred\x1b[0m\r\n\ttab\n")
    assert ["\x1b", "\x07", "\u202e", "\u2066", "\x9b", "\x08", "\x7f"] == harmful(
        HOSTILE
    )


@pytest.mark.parametrize(
    "command",
    [
        ("report",),
        ("report", "--full"),
        ("report", "--json"),
        ("show",),
        ("show", "--full"),
        ("raw",),
        ("raw", "--config"),
    ],
    ids=" ".join,
)
def test_a_terminal_is_not_harmed(
    program: Program, registry: Registry, command: tuple[str, ...]
) -> None:
    """No escape, control or bidi character of an image reaches a terminal (CVE-2021-25743)."""
    colourful = program.with_variables(TERM="xterm-256color")

    done = run_in_terminal(colourful, *command, f"{registry.address}/a/hostile:1.0")

    assert (0, []) == (done.code, harmful(done.out.decode()))
    assert len(done.out) > 100


def test_an_error_does_not_harm_a_terminal_either(
    program: Program, registry: Registry
) -> None:
    """A registry that names a media type after an escape sequence is quoted harmlessly."""
    registry.on("GET", "*/manifests/*", faults.wrong_content_type("a/\x9b31m\u202e"))

    done = run_in_terminal(program, "report", f"{registry.address}/a/hostile:1.0")

    assert (6, []) == (done.code, harmful(done.out.decode()))


def test_a_pipe_gets_the_exact_bytes(program: Program, registry: Registry) -> None:
    """`raw` changes nothing and adds nothing, not even a line break."""
    ref = f"{registry.address}/a/hostile:1.0"
    published = hostile_image()

    assert published.root.content == program.output("raw", ref)
    assert published.blobs[0].content == program.output("raw", "--config", ref)


def test_show_is_plain_without_a_terminal(program: Program, registry: Registry) -> None:
    """Neither colours nor harm, in a pipe that ends in a file or another program."""
    out = program.output("show", f"{registry.address}/a/hostile:1.0").decode()

    assert [] == harmful(out)
    assert "\x1b" not in out


def test_show_has_colours_in_a_terminal(program: Program, registry: Registry) -> None:
    """Unless `NO_COLOR` says otherwise."""
    words = ("show", f"{registry.address}/a/plain:1.0")
    colourful = program.with_variables(TERM="xterm-256color")

    with_colour = run_in_terminal(colourful, *words)
    without = run_in_terminal(colourful.with_variables(NO_COLOR="1"), *words)

    colour = re.compile(rb"\x1b\[[0-9;]*(3[0-7]|9[0-7]|38;[0-9;]+)m")
    assert colour.search(with_colour.out)
    assert not colour.search(without.out)


@pytest.mark.parametrize("columns", [80, 200])
def test_show_fits_the_terminal(
    program: Program, registry: Registry, columns: int
) -> None:
    """No line is wider than the window but a digest, which is never broken, so that it can be copied."""
    words = ("show", f"{registry.address}/a/plain:1.0")

    done = run_in_terminal(program, *words, columns=columns)

    lines = plain(done.out.decode()).split("\n")
    wide = [line for line in lines if len(line) > columns]
    assert [] == [line for line in wide if not DIGEST.fullmatch(line)]


def test_progress_is_shown_while_it_reads(program: Program, registry: Registry) -> None:
    """One line on the terminal, which is gone at the end; stdout has the page alone."""
    registry.delay_seconds = 0.3
    words = ("report", f"{registry.address}/a/plain:1.0")

    done = run_in_terminal(program, *words, keeps_stdout=True)

    assert 0 == done.code
    assert done.out.startswith(b"## `")
    assert "reading: " in done.err
    assert done.err.endswith("\r\x1b[2K")


def test_a_pipe_gets_no_progress(program: Program, registry: Registry) -> None:
    """Nobody is looking."""
    registry.delay_seconds = 0.3

    program.output("report", f"{registry.address}/a/plain:1.0")


def interrupted(process: subprocess.Popen[bytes]) -> Finished:
    """What is left after Ctrl-C, long before the server would have answered."""
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    return finished(process.returncode, out, err)


def test_ctrl_c_ends_it_at_once(program: Program, registry: Registry) -> None:
    """130, one word, and no trace of what was under way."""
    registry.on("GET", "*/manifests/sha256:*", faults.slow_start(30))
    ref = f"{registry.address}/a/plain:1.0"
    with program.start("report", ref) as process:
        wait_for(lambda: len(registry.requests) > 1)

        done = interrupted(process)

    # The empty line leaves `^C` on one of its own.
    assert (130, b"", "\ntagledger: interrupted\n") == (done.code, done.out, done.err)


def test_ctrl_c_in_a_pull_leaves_what_can_be_gone_on_with(
    program: Program, registry: Registry
) -> None:
    """The layout is whole after the same command again."""
    pauses_seconds = [30.0]

    async def slow_at_first(request: Request, answer: Answer) -> Reply:
        await asyncio.sleep(pauses_seconds[0])
        return await answer(request)

    registry.on("GET", "*/blobs/*", slow_at_first)
    words = ("pull", f"{registry.address}/a/plain:1.0", "oci:copy:1.0")
    with program.start(*words, "--timeout", "60") as process:
        wait_for(lambda: registry.asked("GET", "*/blobs/*"))
        done = interrupted(process)
    assert (130, b"") == (done.code, done.out)

    pauses_seconds[0] = 0.0
    again = program.run(*words)

    assert 0 == again.code, again.err
    assert 5 == program.output("report", "oci:copy:1.0").count(b"Total Size:")


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    """Return once `condition()` holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("command", ["report", "show", "raw", "tags"])
def test_a_reader_that_has_gone_is_no_error(
    program: Program, registry: Registry, command: str
) -> None:
    """`| head -0`: nothing is said, and the code is that of success."""
    ref = f"{registry.address}/a/plain" + ("" if command == "tags" else ":1.0")
    reader, writer = os.pipe()
    os.close(reader)
    with (
        os.fdopen(writer, "wb") as nobody,
        program.start(command, ref, stdout=nobody) as process,
    ):
        _, err = process.communicate(timeout=60)

    assert (0, b"") == (process.returncode, err)


def test_head_gets_its_line(program: Program, registry: Registry) -> None:
    """`tags --unsorted | head -1` ends while pages are still to come."""
    for number in range(20_000):
        registry.tag("a/plain", f"v{number:05}-and-a-long-name-to-fill-the-pipe", "")
    ref = f"{registry.address}/a/plain"
    with program.start("tags", "--unsorted", ref) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
        code = process.wait(60)

    assert (b"1.0\n", 0, b"") == (first, code, err)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("command", ["report", "show", "raw", "tags"])
def test_a_full_disk_is_told(
    program: Program, registry: Registry, command: str
) -> None:
    """`report > page.md` that cannot be written whole is an error in words, not a page cut short."""
    ref = f"{registry.address}/a/plain" + ("" if command == "tags" else ":1.0")
    with (
        Path("/dev/full").open("wb") as full,
        program.start(command, ref, stdout=full) as process,
    ):
        _, err = process.communicate(timeout=60)

    done = finished(process.returncode, b"", err)
    assert 5 == done.code
    assert done.err.startswith("tagledger: standard output: No space left on device\n")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_an_empty_one(
    program: Program, registry: Registry, closed: str
) -> None:
    """A process started without a stream does not mistake a connection for it."""
    words = shlex.join(command(("raw", f"{registry.address}/a/plain:1.0")))

    done = subprocess.run(
        ["sh", "-c", f"{words} {closed}"],
        capture_output=True,
        env=program.environment,
        timeout=60,
        check=False,
    )

    is_shown = ">&-" not in closed.replace("2>&-", "")
    assert (0, is_shown, b"") == (done.returncode, bool(done.stdout), done.stderr)
