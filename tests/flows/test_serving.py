"""How the service begins, and what keeps it from that: before any worker starts, and with a code."""

import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support.program import Program
from support.service import Service

EVERYWHERE = ".".join("0000")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


Words = Callable[[Path, int], list[str]]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (lambda _f, port: ["--port", str(port)], (5, ["Address already in use", "--port"])),
        (lambda _f, _p: ["--port", "70000"], (2, ["70000"])),
        (lambda _f, _p: ["--host", "203.0.113.1"], (5, ["203.0.113.1", "127.0.0.1"])),
        (lambda _f, _p: ["--host", "no.such.host.invalid"], (5, ["no address of this machine"])),
        (lambda _f, _p: ["--host", EVERYWHERE], (2, ["--trusted-host"])),
        (lambda _f, _p: ["--prefix", "ledger"], (2, ["'ledger' is no path"])),
        (lambda _f, _p: ["--prefix", "/a/../b?"], (2, ["is no path"])),
        (lambda f, _p: ["--certificate", str(f / "c.pem")], (2, ["--key"])),
        (lambda f, _p: ["--certificate", str(f / "c.pem"), "--key", str(f / "k.pem")], (5, ["c.pem", "No such file"])),
        (lambda f, _p: ["--certificate", str(f / "text"), "--key", str(f / "text")], (5, ["no certificate and its key", "PEM"])),
        (lambda f, _p: ["--access", str(f / "text")], (2, ["text", "docs/running.md"])),
        (lambda f, _p: ["--access", str(f / "absent")], (2, ["absent", "No such file"])),
        (lambda f, _p: ["--access-log", str(f / "absent" / "log")], (5, ["absent/log", "access log"])),
        (lambda _f, _p: ["--trusted-proxy", "example.org"], (2, ["no address"])),
        (lambda _f, _p: ["--workers", "0"], (2, ["--workers"])),
    ],
)  # fmt: skip
def test_what_keeps_it_from_starting_is_told(
    program: Program,
    small_ledger: Path,
    taken: int,
    words: Words,
    expected: tuple[int, list[str]],
) -> None:
    """Before any worker starts: one sentence, what to do, and a code."""
    (small_ledger.parent / "text").write_text("neither TOML nor PEM")

    done = program.run(
        "--ledger", str(small_ledger), "serve", *words(small_ledger.parent, taken)
    )

    code, told = expected
    assert code == done.code, done.err
    assert b"" == done.out
    for text in told:
        assert text in done.err
    assert "serving on" not in done.err


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        (None, 5, "there is no ledger yet"),
        ("INSERT INTO schema_version VALUES (99, 'later')", 5, "a later one"),
        ("ALTER TABLE schema_version RENAME TO other", 5, "not a ledger"),
    ],
)
def test_a_ledger_that_cannot_be_served_is_told(
    program: Program, small_ledger: Path, change: str | None, code: int, told: str
) -> None:
    """None, one of a later release, and what is none."""
    if change is None:
        small_ledger.unlink()
    else:
        with closing(sqlite3.connect(small_ledger)) as file, file:
            file.execute(change)

    done = program.run("--ledger", str(small_ledger), "serve", "--port", "0")

    assert code == done.code
    assert told in done.err


def test_an_old_ledger_is_brought_up_to_date_first(
    small_ledger: Path, tmp_path: Path
) -> None:
    """Workers only read; what starts them does not."""
    with closing(sqlite3.connect(small_ledger)) as file:
        newest = file.execute("SELECT MAX(version) FROM schema_version").fetchone()[0]
    small_ledger.unlink()
    first = Path(__file__).parents[2] / "src/tagledger/ledger/migrations/sqlite"
    with closing(sqlite3.connect(small_ledger)) as file, file:
        (script,) = first.glob("0001_*.sql")
        file.executescript(script.read_text())
        file.execute("INSERT INTO schema_version VALUES (1, 'then')")
    log = tmp_path / "log"

    with Service(small_ledger, log=log) as service:
        assert 200 == service.get("/healthz").status

    assert f"schema 1 brought to {newest}" in log.read_text()


@pytest.mark.parametrize("missing", ["granian", "litestar", "jinja2", "prometheus_client", "bcrypt"])  # fmt: skip
def test_what_is_not_installed_is_named(small_ledger: Path, missing: str) -> None:
    """With the command that installs it."""
    start = f"import sys; sys.modules[{missing!r}] = None; from tagledger.cli import main; sys.exit(main())"
    words = [sys.executable, "-c", start, "--ledger", str(small_ledger), "serve", "--port", "0"]  # fmt: skip

    done = subprocess.run(words, capture_output=True, timeout=60, check=False)

    assert 2 == done.returncode, done.stderr.decode()
    assert missing in done.stderr.decode()
    assert "pip install 'tagledger[server]'" in done.stderr.decode()


def test_it_says_where_it_is_and_when_it_stops(
    small_ledger: Path, tmp_path: Path
) -> None:
    """In our words alone, on stderr; asked to stop it ends with 0."""
    log = tmp_path / "log"

    with Service(small_ledger, "--no-access-log", log=log) as service:
        code = service.stop()

    assert 0 == code
    assert [
        f"tagledger: serving on {service.url}/",
        "tagledger: stopping: what was asked is answered first",
        "tagledger: stopped",
    ] == log.read_text().splitlines()


def test_a_free_port_is_taken_and_told(small_ledger: Path) -> None:
    """`--port 0`, for scripts."""
    words = [sys.executable, "-m", "tagledger", "--ledger", str(small_ledger), "serve", "--port", "0"]  # fmt: skip
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        process.stderr.read()

    assert line.startswith("tagledger: serving on http://127.0.0.1:")
    assert int(line.rpartition(":")[2].strip().rstrip("/")) > 0
    assert 0 == process.returncode
