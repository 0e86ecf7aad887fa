"""SIGKILL at moments that are told by how far a process has come, not by a clock."""

import os
import signal
import time
from pathlib import Path

from support.exchange import Answer, Reply, Request
from support.warm import WarmProcess

POLL_SECONDS = 0.0005


def bytes_read(pid: int) -> int | None:
    """How many bytes a process has read from files and pipes so far; None once it has ended (proc(5))."""
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    if state == "Z":
        return None
    return int(Path(f"/proc/{pid}/io").read_text().split()[1])


def all_read(process: WarmProcess) -> int:
    """How many bytes it reads until it ends."""
    most = 0
    while (read := bytes_read(process.pid)) is not None:
        most = max(most, read)
        time.sleep(POLL_SECONDS)
    return most


def kill_after_reading(process: WarmProcess, count: int, pause_seconds: float) -> None:
    """Kill it a little after it has read so many bytes, if it has not ended by then."""
    while (read := bytes_read(process.pid)) is not None and read < count:
        time.sleep(POLL_SECONDS)
    time.sleep(pause_seconds)
    process.kill()


class KillingRequest:
    """A fault that kills who asks, at its n-th question, before it is answered."""

    def __init__(self) -> None:
        self._pid: int | None = None
        self._left = 0

    def arm(self, pid: int, number: int) -> None:
        """From now on count the questions."""
        self._left = number
        self._pid = pid

    def disarm(self) -> None:
        """Let everybody live."""
        self._pid = None

    async def __call__(self, request: Request, answer: Answer) -> Reply:
        """The usual answer."""
        pid = self._pid
        if pid is not None:
            self._left -= 1
            if self._left == 0:
                os.kill(pid, signal.SIGKILL)
        return await answer(request)
