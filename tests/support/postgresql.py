"""Debian's `postgresql`: a server with a cluster of its own, in a folder of the test."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Self

PASSWORD = "opal"
USER = "keeper"
STARTING_SECONDS = 60
UNPRIVILEGED = ("postgres", "nobody")

IN_A_HURRY = {"fsync": "off", "shared_buffers": "64MB"}
"""What tests want of a server; a bench has it as it is installed."""

AS_INSTALLED: dict[str, str] = {}


def _programs() -> Path | None:
    """Where `initdb` is: Debian keeps it off PATH, in a folder for each version."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]),
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path is not None else None


def _owner() -> str | None:
    """Who runs the server, which refuses to run as root; None is who runs the test."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in UNPRIVILEGED if name in known), None)


def missing_postgresql() -> str:
    """What is missing to run a server here, as one reason; empty if nothing is."""
    if _programs() is None:
        return "missing here: postgresql"
    if os.geteuid() == 0 and _owner() is None:
        return "missing here: a user other than root to run postgresql"
    return ""


class PostgresqlServer:
    """Runs between `with` and its end, on a port of the loopback address."""

    def __init__(self, settings: Mapping[str, str] = IN_A_HURRY) -> None:
        self._settings = settings
        # Not in a folder of pytest's, into which another user cannot go.
        self._temporary = tempfile.TemporaryDirectory(prefix="tagledger-postgresql-")
        self._directory = Path(self._temporary.name)
        self._programs = _programs() or Path()
        self._user = _owner()
        self.port = 0

    def address(self, database: str) -> str:
        """The address of a database."""
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> str:
        """Make an empty database, and give its address."""
        self._run("createdb", *self._client(), database)
        return self.address(database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is connected to it."""
        self._run("dropdb", "--force", *self._client(), database)

    def start(self) -> None:
        """Start the server, again if it was stopped."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "''",
            **self._settings,
        }
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        log = self._directory / "log"
        self._run(
            "pg_ctl",
            *self._where(),
            "--wait",
            f"--log={log}",
            f"--options={options}",
            "start",
        )

    def stop(self) -> None:
        """Stop the server at once, breaking every connection."""
        self._run("pg_ctl", *self._where(), "--wait", "--mode=fast", "stop")

    def __enter__(self) -> Self:
        secret = self._directory / "password"
        secret.write_text(PASSWORD)
        if self._user is not None:
            shutil.chown(self._directory, self._user)
            secret.chmod(0o644)
        self._run(
            "initdb", *self._where(), "--auth=scram-sha-256", f"--pwfile={secret}", f"--username={USER}",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._temporary.cleanup()

    def _where(self) -> tuple[str, ...]:
        return (f"--pgdata={self._directory / 'cluster'}",)

    def _client(self) -> tuple[str, ...]:
        return "--host=127.0.0.1", f"--port={self.port}", f"--username={USER}"

    def _run(self, program: str, *words: str) -> None:
        log = self._directory / "commands"
        with log.open("ab") as output:
            done = subprocess.run(
                [self._programs / program, *words],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._directory,
                env={
                    "PATH": "/usr/bin:/bin",
                    "PGPASSWORD": PASSWORD,
                    "LC_ALL": "C.UTF-8",
                },
                user=self._user,
                group=None if self._user is None else pwd.getpwnam(self._user).pw_gid,
                timeout=STARTING_SECONDS,
                check=False,
            )
        assert done.returncode == 0, f"{program}: {log.read_text()[-2_000:]}"
