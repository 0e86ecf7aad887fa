"""podman with a store of its own, and its service that speaks Docker's API."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from support.tools import run_tool

STARTING_SECONDS = 20


class Podman:
    """A store of its own, between `with` and its end; needs root.

    It stands right under /tmp: podman takes no runroot of more than 50 characters, nor the system a socket of more
    than 107, and a test's own folder may well be longer.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="podman-", dir="/tmp")
        self._directory = Path(self._folder.name)
        self._store = (
            "--storage-driver=vfs",
            f"--root={self._directory / 'root'}",
            f"--runroot={self._directory / 'run'}",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def __call__(self, *words: str) -> str:
        """What `podman` prints, without the line break."""
        return run_tool("podman", *self._store, *words).decode().strip()

    @contextmanager
    def service(self) -> Iterator[str]:
        """The address of its service, as `DOCKER_HOST` takes it."""
        path = f"{self._directory}/api.sock"
        log = self._directory / "service.log"
        service = ("system", "service", "--time=0", f"unix://{path}")
        with log.open("wb") as written:
            process = subprocess.Popen(
                ["podman", *self._store, *service],
                stdout=written,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait(process, path, log)
            yield f"unix://{path}"
        finally:
            process.terminate()
            process.wait()


def _wait(process: subprocess.Popen[bytes], path: str, log: Path) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while True:
        with socket.socket(socket.AF_UNIX) as tried:
            try:
                tried.connect(path)
            except (FileNotFoundError, ConnectionRefusedError):
                assert process.poll() is None, f"podman ended: {log.read_text()}"
                assert time.monotonic() < deadline, (
                    f"podman does not listen: {log.read_text()}"
                )
                time.sleep(0.05)
            else:
                return
