"""Debian's `docker-registry`, a registry that others wrote, as a child process of the test."""

import json
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

import msgspec

from support.blobs import Json

# The bcrypt hash of the one pair that can log in; `htpasswd -nbB` makes such lines.
USER, PASSWORD = "reader", "opal"
HTPASSWD = f"{USER}:$2y$05$abcdefghijklmnopqrstuuiJU1oFCyJDbaJLRyzPgp4631mvJM4da\n"

STARTING_SECONDS = 10


class TokenAccess(msgspec.Struct, frozen=True):
    """What the registry has to know of a token server: see `support.signed_tokens`."""

    realm: str
    service: str
    issuer: str
    root_certificate: Path


class DebianRegistry:
    """Runs between `with` and its end; configuration and log are kept in `directory`, images in memory.

    `needs_login` lets in `USER` with `PASSWORD` alone; `tokens` sends clients to a token server instead; `certificate`
    is a certificate and its key for TLS. Foreign layers and signed schema 1 manifests are accepted.
    """

    def __init__(
        self,
        directory: Path,
        *,
        needs_login: bool = False,
        tokens: TokenAccess | None = None,
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        self._directory = directory
        self._needs_login = needs_login
        self._tokens = tokens
        self._certificate = certificate
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @staticmethod
    def is_installed() -> bool:
        """Whether there is a `docker-registry` to run."""
        return shutil.which("docker-registry") is not None

    @property
    def address(self) -> str:
        """`localhost:port`, as the name of a registry."""
        return f"localhost:{self.port}"

    @property
    def url(self) -> str:
        """The origin, without a final slash."""
        return f"{'https' if self._certificate else 'http'}://{self.address}"

    def __enter__(self) -> Self:
        self._directory.mkdir(parents=True, exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        settings = self._directory / "config.yml"
        # JSON is YAML too.
        settings.write_text(json.dumps(self._settings()))
        with (self._directory / "log").open("wb") as log:
            self._process = subprocess.Popen(
                ["docker-registry", "serve", str(settings)],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def _wait(self) -> None:
        deadline = time.monotonic() + STARTING_SECONDS
        while True:
            assert self._process is not None
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except ConnectionRefusedError:
                log = (self._directory / "log").read_text()
                assert self._process.poll() is None, f"docker-registry ended: {log}"
                assert time.monotonic() < deadline, (
                    f"docker-registry does not listen: {log}"
                )
                time.sleep(0.02)
            else:
                return

    def _settings(self) -> dict[str, Json]:
        http: dict[str, Json] = {"addr": f"127.0.0.1:{self.port}"}
        if self._certificate is not None:
            certificate, key = self._certificate
            http["tls"] = {"certificate": str(certificate), "key": str(key)}
        settings: dict[str, Json] = {
            "version": "0.1",
            "log": {"level": "error"},
            "storage": {"inmemory": {}},
            "http": http,
            "compatibility": {"schema1": {"enabled": True}},
            "validation": {"manifests": {"urls": {"allow": [".*"]}}},
        }
        if self._needs_login:
            users = self._directory / "htpasswd"
            users.write_text(HTPASSWD)
            settings["auth"] = {"htpasswd": {"realm": "tests", "path": str(users)}}
        if self._tokens is not None:
            settings["auth"] = {
                "token": {
                    "realm": self._tokens.realm,
                    "service": self._tokens.service,
                    "issuer": self._tokens.issuer,
                    "rootcertbundle": str(self._tokens.root_certificate),
                }
            }
        return settings
