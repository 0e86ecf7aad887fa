"""The service as its users run it: `tagledger serve` in processes of its own, on a free port of the loopback address."""

import http.client
import signal
import socket
import ssl
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
    """Serves a ledger between `with` and its end; `options` go to the command.

    What it writes to stderr goes to the file `log`, where one is given. With `tls` it
    is asked over TLS, as `localhost`.
    """

    def __init__(
        self,
        ledger: str | Path,
        *options: str,
        workers: int = 1,
        log: Path | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._tls = tls
        self.log = log
        self._command = [
            *(sys.executable, "-m", "tagledger", "--ledger", str(ledger), "serve"),
            *("--workers", str(workers), *options),
        ]
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def get(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Ask once, exactly this path; redirects are not followed."""
        connection = (
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            if self._tls is None
            else http.client.HTTPSConnection(
                "localhost", self.port, timeout=60, context=self._tls
            )
        )
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
        self.process = self._started([*self._command, "--port", str(self.port)])
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

    def stop(self) -> int:
        """Tell it to stop, and wait: its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOPPING_SECONDS)

    def workers(self) -> list[int]:
        """The process numbers of its workers."""
        assert self.process is not None
        number = self.process.pid
        listed = Path(f"/proc/{number}/task/{number}/children").read_text()
        return [int(child) for child in listed.split()]

    def _started(self, command: list[str]) -> subprocess.Popen[bytes]:
        if self.log is None:
            return subprocess.Popen(command)
        with self.log.open("ab") as log:
            return subprocess.Popen(command, stderr=log)

    def _listens(self) -> bool:
        try:
            return self.get("/v2/").status > 0
        except (OSError, http.client.HTTPException):
            return False
