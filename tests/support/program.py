"""The program as its users run it: a process of its own, with a home and an environment that the test made."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import msgspec

# Coverage follows the program into its processes by these.
PASSED_ON = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")

# What Python itself says when something was forgotten: an error nobody caught, a socket or task nobody closed.
COMPLAINTS = ("Traceback", "Exception ignored", "never retrieved", "Warning:")

SECONDS = 60


class Finished(msgspec.Struct, frozen=True):
    """What a run left behind."""

    code: int
    out: bytes
    err: str


class Program:
    """Runs `tagledger` with nothing around it but `home`, which starts empty, and the variables given.

    Every warning is an error there as it is here, and a run in which Python complains fails the test.
    """

    def __init__(
        self, home: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.home = home
        self.environment = {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            **(environment or {}),
        }

    def with_variables(self, **more: str) -> "Program":
        """The same with more variables."""
        return Program(self.home, self.environment | more)

    def run(self, *arguments: str, stdin: bytes = b"") -> Finished:
        """Run to the end."""
        done = subprocess.run(
            command(arguments),
            input=stdin,
            capture_output=True,
            env=self.environment,
            cwd=self.home,
            timeout=SECONDS,
            check=False,
        )
        return finished(done.returncode, done.stdout, done.stderr)

    def output(self, *arguments: str) -> bytes:
        """What a run that goes well prints; nothing may be said beside it."""
        done = self.run(*arguments)
        assert (0, "") == (done.code, done.err), done
        return done.out

    def start(
        self,
        *arguments: str,
        stdout: int | IO[bytes] = subprocess.PIPE,
        stderr: int | IO[bytes] = subprocess.PIPE,
    ) -> subprocess.Popen[bytes]:
        """Start it and leave it running."""
        return subprocess.Popen(
            command(arguments),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            env=self.environment,
            cwd=self.home,
            preexec_fn=_hear_ctrl_c,  # noqa: PLW1509 - it calls nothing that a thread could hold
        )


def _hear_ctrl_c() -> None:
    """Tests that run in the background are deaf to SIGINT, and so would be what they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def command(arguments: tuple[str, ...]) -> list[str]:
    """The words that start the program."""
    return [sys.executable, "-W", "error", "-m", "tagledger", *arguments]


def ended(process: subprocess.Popen[bytes]) -> Finished:
    """What a process left behind."""
    out, err = process.communicate()
    return finished(process.returncode, out, err)


def finished(code: int, out: bytes, err: bytes) -> Finished:
    """The result of a run, in which Python had nothing to complain of."""
    said = err.decode()
    for complaint in COMPLAINTS:
        assert complaint not in said, said
    return Finished(code, out, said)
