"""The program in processes that need no start: forked from one that has loaded everything.

What runs is `tagledger.cli.main` as ever; only the third of a second for loading it is spared, where a test starts it a
hundred times.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from support.program import Finished, Program, finished

LOADER = """
import os, socket, sys
import tagledger.cli.app, tagledger.cli.commands.import_, tagledger.cli.commands.record, tagledger.cli.record_views
import tagledger.flows.record_all, tagledger.ledger.opening, tagledger.ledger.postgresql_engine
import tagledger.ledger.sqlite_file, tagledger.sources.registry.source, uvloop
from support.killing import kill_after
from tagledger.cli import main

ours = socket.socket(fileno=int(sys.argv[1]))
while True:
    asked, descriptors, _, _ = socket.recv_fds(ours, 65536, 2)
    if not asked:
        break
    after, *words = asked.decode().split("\\0")
    child = os.fork()
    if not child:
        ours.close()
        kill_after(int(after))
        os.dup2(descriptors[0], 1)
        os.dup2(descriptors[1], 2)
        sys.argv = ["tagledger", *words]
        main()
    for descriptor in descriptors:
        os.close(descriptor)
    ours.sendall(b"%d\\n" % child)
    # Until it is waited for its number is nobody else's: it can be killed without a doubt.
    ours.recv(1)
    _, status, used = os.wait4(child, 0)
    work = int((used.ru_utime + used.ru_stime) * 1e9)
    ours.sendall(b"%d %d\\n" % (os.waitstatus_to_exitcode(status), work))
ours.close()
"""


class Warm:
    """Starts the program as `Program.start` does, one process at a time."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def __enter__(self) -> Self:
        self._ours, theirs = socket.socketpair()
        with theirs:
            self._loader = subprocess.Popen(
                [sys.executable, "-W", "error", "-c", LOADER, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                env={
                    **self._program.environment,
                    "PYTHONPATH": str(Path(__file__).parents[1]),
                },
                cwd=self._program.home,
                pass_fds=[theirs.fileno()],
            )
        self._answers = self._ours.makefile("rb")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ours.shutdown(socket.SHUT_WR)
        self._loader.wait()
        self._answers.close()
        self._ours.close()

    def start(self, *arguments: str, dies_after: int = 0) -> "WarmProcess":
        """Start it and leave it running; it has to end before the next one is started.

        It is killed once it has worked for `dies_after` nanoseconds, unless that is 0.
        """
        errors = self._program.home / "stderr"
        out, into = os.pipe()
        with errors.open("wb") as err:
            words = "\0".join((str(dies_after), *arguments)).encode()
            socket.send_fds(self._ours, [words], [into, err.fileno()])
        os.close(into)
        pid = int(self._answers.readline())
        return WarmProcess(pid, os.fdopen(out, "rb"), errors, self._ended)

    def _ended(self) -> tuple[int, int]:
        self._ours.sendall(b"w")
        code, work = self._answers.readline().split()
        return int(code), int(work)

    def run(self, *arguments: str) -> Finished:
        """Run to the end."""
        return self.start(*arguments).finish()


class WarmProcess:
    """A process that was started so; `work` is told once it has ended, in nanoseconds of processor time."""

    def __init__(
        self,
        pid: int,
        stdout: IO[bytes],
        errors: Path,
        ended: Callable[[], tuple[int, int]],
    ) -> None:
        self.pid = pid
        self.stdout = stdout
        self._errors = errors
        self._ended = ended
        self.work = 0

    def kill(self) -> None:
        """SIGKILL; nothing where it has ended by itself. Not after `finish`."""
        os.kill(self.pid, signal.SIGKILL)

    def finish(self) -> Finished:
        """What it left behind, once it has ended."""
        with self.stdout:
            out = self.stdout.read()
        code, self.work = self._ended()
        return finished(code, out, self._errors.read_bytes())
