"""Credentials: what they are, and how a login is found for a place.

Sources: docker/cli, cli/config (config.json); containers/image,
docs/containers-auth.json.5.md (auth.json, keys that are prefixes of a name).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from tagledger.model.reference import DOCKER_HUB
from tagledger.sources.registry.credential_programs import ProgramAnswer, ask_program
from tagledger.sources.registry.options import RegistryOptions

DOCKER_HUB_KEY = "https://index.docker.io/v1/"
"""The name under which `docker login` has always kept Docker Hub's credentials."""

IDENTITY_TOKEN_USER = "<token>"  # noqa: S105 - a mark, by docker-credential-helpers
"""The user name by which a program says that the secret is an identity token."""


class Credentials(msgspec.Struct, frozen=True):
    """User and password, or a token in their stead.

    `identity_token` is exchanged for an access token (OAuth 2 refresh token),
    `registry_token` is sent as it is.
    """

    user: str = ""
    password: str = ""
    identity_token: str = ""
    registry_token: str = ""

    @property
    def basic(self) -> str | None:
        """The `Authorization` for user and password, if there are any (RFC 7617)."""
        if not self.user:
            return None
        pair = f"{self.user}:{self.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"

    def __repr__(self) -> str:
        return "Credentials(…)"


class CredentialStore:
    """The logins of this user: files are read, and programs run, when first needed."""

    def __init__(self, options: RegistryOptions) -> None:
        self._options = options
        self._logins: list[_Logins] | None = None
        self._asking = asyncio.Lock()
        self._answers: dict[tuple[str, str], ProgramAnswer | None] = {}

    async def find(self, key: str, path: str) -> Credentials | None:
        """The credentials for a repository at a registry, the most specific ones.

        A program that fails is noted, and the search goes on.
        """
        if self._logins is None:
            self._logins = list(self._load_files())
        names = _names_of(key, path)
        for logins in self._logins:
            found = await self._from_program(logins, names, key)
            if found is None:
                found = next(filter(None, map(logins.auths.get, names)), None)
            if found is not None:
                return found
        return None

    async def _from_program(
        self, logins: _Logins, names: list[str], key: str
    ) -> Credentials | None:
        programs = (logins.programs.get(name) for name in names)
        program = next(filter(None, programs), None) or logins.default_program
        if not program:
            return None
        answer = await self._ask(program, DOCKER_HUB_KEY if key == DOCKER_HUB else key)
        if answer is None:
            return None
        if answer.user == IDENTITY_TOKEN_USER:
            return Credentials(identity_token=answer.secret)
        return Credentials(answer.user, answer.secret)

    async def _ask(self, program: str, server: str) -> ProgramAnswer | None:
        """What a program keeps; asked once, for it may ask a person in turn."""
        options = self._options
        async with self._asking:
            if (program, server) not in self._answers:
                self._answers[program, server] = await ask_program(
                    program,
                    server,
                    environment=options.environment,
                    timeout_seconds=options.timeout_seconds,
                    on_notice=options.on_notice,
                )
            return self._answers[program, server]

    def _load_files(self) -> Iterator[_Logins]:
        for path in login_files(self._options.environment, self._options.home):
            try:
                yield _decode_logins(path.read_bytes())
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as exc:
                problem = exc.strerror or "not readable"
                self._options.on_notice(f"no credentials from {path}: {problem}")
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                problem = "not a file of logins"
                self._options.on_notice(f"no credentials from {path}: {problem}")


def login_files(environment: Mapping[str, str], home: Path | None) -> list[Path]:
    """Where logins may be: where the environment says, then podman's, then docker's."""
    found: list[Path] = []
    if name := environment.get("REGISTRY_AUTH_FILE"):
        found.append(Path(name))
    if name := environment.get("DOCKER_CONFIG"):
        found.append(Path(name, "config.json"))
    if name := environment.get("XDG_RUNTIME_DIR"):
        found.append(Path(name, "containers", "auth.json"))
    if name := environment.get("XDG_CONFIG_HOME"):
        found.append(Path(name, "containers", "auth.json"))
    elif home is not None:
        found.append(home / ".config" / "containers" / "auth.json")
    if home is not None and "DOCKER_CONFIG" not in environment:
        found.append(home / ".docker" / "config.json")
    return found


class _WireLogin(msgspec.Struct):
    auth: str | None = None
    username: str | None = None
    password: str | None = None
    identitytoken: str | None = None
    registrytoken: str | None = None


class _WireLogins(msgspec.Struct):
    auths: dict[str, _WireLogin] | None = None
    credHelpers: dict[str, str] | None = None  # noqa: N815 - as the file has it
    credsStore: str | None = None  # noqa: N815 - as the file has it


class _Logins(msgspec.Struct, frozen=True):
    """One file's logins and programs, by name without scheme."""

    auths: Mapping[str, Credentials]
    programs: Mapping[str, str]
    default_program: str


def _decode_logins(content: bytes) -> _Logins:
    wire = msgspec.json.decode(content, type=_WireLogins)
    auths = {
        _name_of(key): credentials
        for key, login in (wire.auths or {}).items()
        if (credentials := _credentials_of(login)) is not None
    }
    programs = {_name_of(key): name for key, name in (wire.credHelpers or {}).items()}
    return _Logins(auths, programs, wire.credsStore or "")


def _credentials_of(login: _WireLogin) -> Credentials | None:
    user, password = login.username or "", login.password or ""
    if login.auth:
        try:
            pair = base64.b64decode(login.auth, validate=True).decode()
        except (binascii.Error, ValueError):
            pair = ""
        user, _, password = pair.rstrip("\0").partition(":")
    found = Credentials(
        user, password, login.identitytoken or "", login.registrytoken or ""
    )
    return None if found == Credentials() else found


def _name_of(key: str) -> str:
    """A key without scheme and version: ``index.docker.io``."""
    name = key.removeprefix("https://").removeprefix("http://").rstrip("/")
    return name.removesuffix("/v1").removesuffix("/v2").rstrip("/")


def _names_of(key: str, path: str) -> list[str]:
    """Under which names a login may stand, the most specific first."""
    parts = path.split("/")
    names = ["/".join((key, *parts[:length])) for length in range(len(parts), -1, -1)]
    if key == DOCKER_HUB:
        names += [_name_of(DOCKER_HUB_KEY), "registry-1.docker.io"]
    return names
