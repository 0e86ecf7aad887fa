"""podman with a store of its own, and its service that speaks Docker's API."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.tools import run_tool

STARTING_SECONDS = 20


class Podman:
    """A store in `directory`; needs root."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._store = (
            "--storage-driver=vfs",
            f"--root={directory / 'root'}",
            f"--runroot={directory / 'runroot'}",
        )

    def __call__(self, *words: str) -> str:
        """What `podman` prints, without the line break."""
        return run_tool("podman", *self._store, *words).decode().strip()

    @contextmanager
    def service(self) -> Iterator[str]:
        """The address of its service, as `DOCKER_HOST` takes it."""
        # The path of a socket may have 108 characters, fewer than a test's folder.
        with tempfile.TemporaryDirectory() as short:
            path = f"{short}/podman.sock"
            log = self._directory / "service.log"
            with log.open("wb") as written:
                process = subprocess.Popen(
                    [
                        "podman",
                        *self._store,
                        "system",
                        "service",
                        "--time=0",
                        f"unix://{path}",
                    ],
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
