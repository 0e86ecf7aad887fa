"""The service as its users run it: `tagledger serve` in processes of its own, on a free port of the loopback address."""

import http.client
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import msgspec

STARTING_SECONDS = 30
STOPPING_SECONDS = 30


class Answer(msgspec.Struct, frozen=True):
    """A whole answer; the names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


class Service:
    """Serves a ledger between `with` and its end; `options` go to the command."""

    def __init__(self, ledger: str | Path, *options: str, workers: int = 1) -> None:
        self._command = [
            *(sys.executable, "-m", "tagledger", "--ledger", str(ledger), "serve"),
            *("--workers", str(workers), *options),
        ]
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def get(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Ask once, exactly this path; redirects are not followed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            given = connection.getresponse()
            found = {name.lower(): value for name, value in given.getheaders()}
            return Answer(given.status, found, given.read())
        finally:
            connection.close()

    def __enter__(self) -> Self:
        """Start it, and wait until it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen([*self._command, "--port", str(self.port)])
        deadline = time.monotonic() + STARTING_SECONDS
        while not self._listens():
            assert self.process.poll() is None, "the service did not start"
            assert time.monotonic() < deadline, "the service does not answer"
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it as an administrator does."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(STOPPING_SECONDS)

    def _listens(self) -> bool:
        try:
            return self.get("/v2/").status > 0
        except (OSError, http.client.HTTPException):
            return False
