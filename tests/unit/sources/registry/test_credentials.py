import asyncio
import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from support.access import BasicAccess, BearerAccess
from support.images import random_image
from support.publishing import put_into
from support.registry import Registry
from support.token_server import TokenServer
from support.tokens import TokenIssuer
from tagledger.errors import CredentialsRefused
from tagledger.sources.registry.credentials import (
    Credentials,
    CredentialStore,
    login_files,
)
from tagledger.sources.registry.options import RegistryOptions
from unit.sources.registry.reading import Reader

ADA = Credentials("ada", "hunter2")
IMAGE = random_image(layers=1)


def login(user: str = "ada", password: str = "hunter2") -> dict[str, str]:  # noqa: S107 - of a test
    """An entry of `auths` as `docker login` writes it."""
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def write(path: Path, **fields: Any) -> Path:  # noqa: ANN401 - JSON
    """A file of logins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(fields))
    return path


class Home:
    """A user's home, with what a test puts into it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notices: list[str] = []
        self.environment: dict[str, str] = {"PATH": str(path / "bin")}

    @property
    def config(self) -> Path:
        """Docker's file."""
        return self.path / ".docker" / "config.json"

    def program(self, name: str, script: str) -> None:
        """Put a program where programs are found."""
        path = self.path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    async def find(self, key: str, path: str = "library/python") -> Credentials | None:
        """What is found for a repository."""
        options = RegistryOptions(
            home=self.path,
            environment=self.environment,
            on_notice=self.notices.append,
            timeout_seconds=5,
        )
        return await CredentialStore(options).find(key, path)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home(tmp_path)


async def test_without_files_there_are_no_credentials(home: Home) -> None:
    """Nobody needs a login, and nothing is said about having none."""
    assert await home.find("ghcr.io") is None
    assert home.notices == []


@pytest.mark.parametrize(
    "name",
    [
        "ghcr.io",
        "https://ghcr.io",
        "https://ghcr.io/v1/",
        "http://ghcr.io/v2/",
        "ghcr.io/",
    ],
)
async def test_a_login_is_found_however_its_registry_is_written(
    home: Home, name: str
) -> None:
    """Keys of old have a scheme and a path."""
    write(home.config, auths={name: login()})

    assert await home.find("ghcr.io") == ADA
    assert await home.find("ghcr.io:8443") is None
    assert await home.find("evil-ghcr.io") is None


@pytest.mark.parametrize(
    "name",
    [
        "https://index.docker.io/v1/",
        "docker.io",
        "index.docker.io",
        "registry-1.docker.io",
    ],
)
async def test_docker_hub_has_many_names(home: Home, name: str) -> None:
    """`docker login` without a name writes the oldest of them."""
    write(home.config, auths={name: login()})

    assert await home.find("docker.io") == ADA


async def test_the_most_specific_name_wins(home: Home) -> None:
    """Podman keeps logins for parts of a registry, whichever stands first."""
    names = {
        "quay.io": login("all"),
        "quay.io/team/app": login("app"),
        "quay.io/team": login("team"),
    }
    write(home.config, auths=names)
    found = [
        await home.find("quay.io", path)
        for path in ("team/app", "team/app/more", "team/other", "teams/app", "x")
    ]

    assert ["app", "app", "team", "all", "all"] == [
        credentials.user for credentials in found if credentials
    ]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (login("ada", "a:b"), Credentials("ada", "a:b")),
        ({"username": "ada", "password": "hunter2"}, ADA),
        ({"auth": "not base64!"}, None),
        ({"auth": ""}, None),
        ({}, None),
        ({"identitytoken": "refresh"}, Credentials(identity_token="refresh")),
        (
            login("00000000-0000-0000-0000-000000000000", "")
            | {"identitytoken": "refresh"},
            Credentials(
                "00000000-0000-0000-0000-000000000000", "", identity_token="refresh"
            ),
        ),
        ({"registrytoken": "ready"}, Credentials(registry_token="ready")),
        ({"auth": base64.b64encode(b"ada:hunter2\0\0").decode()}, ADA),
    ],
)
async def test_a_login_may_be_of_several_kinds(
    home: Home, entry: Mapping[str, str], expected: Credentials | None
) -> None:
    """User and password, plain or coded, and tokens in their stead."""
    write(home.config, auths={"ghcr.io": entry})

    assert expected == await home.find("ghcr.io")


def test_files_are_looked_for_where_docker_and_podman_keep_them(tmp_path: Path) -> None:
    """What the environment names comes first, then podman's places, then Docker's."""
    environment = {
        "REGISTRY_AUTH_FILE": "/run/my/auth.json",
        "XDG_RUNTIME_DIR": "/run/user/1000",
    }
    plain = login_files({}, tmp_path)
    named = login_files(environment, tmp_path)
    moved = login_files(
        {"DOCKER_CONFIG": "/etc/d", "XDG_CONFIG_HOME": "/cfg"}, tmp_path
    )

    assert [
        tmp_path / ".config/containers/auth.json",
        tmp_path / ".docker/config.json",
    ] == plain
    assert [
        Path("/run/my/auth.json"),
        Path("/run/user/1000/containers/auth.json"),
        *plain,
    ] == named
    assert [Path("/etc/d/config.json"), Path("/cfg/containers/auth.json")] == moved
    assert login_files({}, None) == []


async def test_the_first_file_with_a_login_wins(home: Home, tmp_path: Path) -> None:
    """A file that has none for this registry is passed by."""
    auth = write(tmp_path / "auth.json", auths={"ghcr.io": login("podman")})
    home.environment["REGISTRY_AUTH_FILE"] = str(auth)
    write(home.config, auths={"ghcr.io": login("docker"), "quay.io": login()})
    found = await home.find("ghcr.io")

    assert found is not None
    assert found.user == "podman"
    assert await home.find("quay.io") == ADA


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b'{"auths":[]}', b"\xff", b'{"auths":{"a":7}}']
)
async def test_a_broken_file_is_noted_and_passed_by(home: Home, content: bytes) -> None:
    """What cannot be read keeps nobody from reading images."""
    home.config.parent.mkdir()
    home.config.write_bytes(content)

    assert await home.find("ghcr.io") is None
    assert [str(home.config) in notice for notice in home.notices] == [True]


async def test_a_file_that_is_no_file_is_noted(home: Home) -> None:
    """A folder in its place is as good as a broken file."""
    home.config.mkdir(parents=True)

    assert await home.find("ghcr.io") is None
    assert len(home.notices) == 1


HELPER = """read server; echo "$server" >> "$(dirname "$0")/asked"
echo '{"ServerURL":"x","Username":"ada","Secret":"hunter2"}'"""


@pytest.mark.parametrize(
    "fields", [{"credsStore": "test"}, {"credHelpers": {"ghcr.io": "test"}}]
)
async def test_a_program_keeps_the_credentials(
    home: Home, fields: dict[str, Any]
) -> None:
    """A program for all registries or for one is given the registry's name."""
    home.program("docker-credential-test", HELPER)
    home.environment["PATH"] += ":/bin:/usr/bin"
    write(home.config, **fields)

    assert await home.find("ghcr.io") == ADA
    assert (home.path / "bin" / "asked").read_text() == "ghcr.io\n"


async def test_docker_hub_has_its_old_name_for_programs(home: Home) -> None:
    """Programs keep Docker Hub's login under the address that Docker has always used."""
    home.program("docker-credential-test", HELPER)
    home.environment["PATH"] += ":/bin:/usr/bin"
    write(home.config, credsStore="test")
    await home.find("docker.io")

    assert (home.path / "bin" / "asked").read_text() == "https://index.docker.io/v1/\n"


async def test_a_program_for_one_registry_stands_before_that_for_all(
    home: Home,
) -> None:
    """The more specific program is asked, and no other."""
    home.program("docker-credential-one", HELPER)
    home.program("docker-credential-all", "exit 1")
    home.environment["PATH"] += ":/bin:/usr/bin"
    write(home.config, credsStore="all", credHelpers={"ghcr.io": "one"})

    assert await home.find("ghcr.io") == ADA
    assert home.notices == []


async def test_a_program_may_keep_an_identity_token(home: Home) -> None:
    """A certain user name marks the secret as a token."""
    home.program(
        "docker-credential-test", """echo '{"Username":"<token>","Secret":"refresh"}'"""
    )
    write(home.config, credsStore="test")

    assert await home.find("ghcr.io") == Credentials(identity_token="refresh")


async def test_a_program_without_credentials_is_no_failure(home: Home) -> None:
    """It says in so many words that it has none; the files may have."""
    home.program(
        "docker-credential-test",
        "echo 'credentials not found in native keychain'; exit 1",
    )
    write(home.config, credsStore="test", auths={"ghcr.io": login()})

    assert await home.find("ghcr.io") == ADA
    assert home.notices == []


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("exit 3", "status 3"),
        ("echo '{'", "cannot be read"),
        ("""echo '{"Username":7,"Secret":"hunter2"}'""", "cannot be read"),
        ("echo 'hunter2' >&2; exit 2", "status 2"),
        (None, "no such program"),
    ],
)
async def test_a_program_that_fails_does_not_stop_an_anonymous_pull(
    home: Home, script: str | None, problem: str
) -> None:
    """Its failure is noted, its words are not, and the files are still looked at."""
    if script is not None:
        home.program("docker-credential-test", script)
    write(home.config, credsStore="test", auths={"quay.io": login()})

    assert await home.find("ghcr.io") is None
    (notice,) = home.notices
    assert "docker-credential-test" in notice
    assert problem in notice
    assert "hunter2" not in notice
    assert await home.find("quay.io") == ADA


def test_a_program_need_not_listen_on_any_kind_of_loop(home: Home) -> None:
    """uvloop, which the command line runs on, differs about pipes that nobody reads."""
    uvloop = pytest.importorskip("uvloop", reason="uvloop is not made for here")
    home.program("docker-credential-test", "exit 2")
    write(home.config, credsStore="test", auths={"ghcr.io": login()})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for _ in range(5):
            assert runner.run(home.find("ghcr.io")) == ADA


async def test_a_program_that_hangs_is_ended(home: Home, tmp_path: Path) -> None:
    """Time is limited, and the program does not go on behind our back."""
    home.program("docker-credential-test", f"echo $$ > {tmp_path}/pid; exec sleep 60")
    home.environment["PATH"] += ":/bin:/usr/bin"
    write(home.config, credsStore="test")
    options = RegistryOptions(
        home=home.path,
        environment=home.environment,
        on_notice=home.notices.append,
        timeout_seconds=0.5,
    )

    assert await CredentialStore(options).find("ghcr.io", "a") is None
    assert "0.5 s" in home.notices[0]
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()


@pytest.mark.parametrize("name", ["../../bin/sh", "a/b", "", "-x"])
async def test_a_program_is_named_not_pointed_at(home: Home, name: str) -> None:
    """A name with a path in it starts nothing."""
    home.program("docker-credential-x", "echo started > started")
    write(home.config, credHelpers={"ghcr.io": name})

    assert await home.find("ghcr.io") is None


async def test_a_program_is_asked_once(home: Home) -> None:
    """It may ask a person in turn, who answers once for all repositories."""
    home.program("docker-credential-test", HELPER)
    home.environment["PATH"] += ":/bin:/usr/bin"
    write(home.config, credsStore="test")
    store = CredentialStore(
        RegistryOptions(home=home.path, environment=home.environment)
    )
    await store.find("ghcr.io", "a")
    await store.find("ghcr.io", "b")

    assert (home.path / "bin" / "asked").read_text() == "ghcr.io\n"


def test_secrets_do_not_show() -> None:
    """Neither credentials nor options show what is in them."""
    options = RegistryOptions(creds=("ada", "hunter2"))

    assert "hunter2" not in repr(ADA) + repr(options)


async def test_the_login_of_a_home_opens_a_registry(home: Home) -> None:
    """What `docker login` wrote is sent to that registry."""
    async with Registry(access=BasicAccess("ada", "hunter2")) as registry:
        put_into(registry, "a/b", IMAGE.published, "1")
        write(home.config, auths={registry.address: login()})
        async with Reader(home=home.path) as reader:
            snapshot = await reader.observe(f"{registry.address}/a/b:1")

    assert len(snapshot.images) == 1


async def test_given_credentials_stand_before_a_login(home: Home) -> None:
    """`--creds` wins, even where it is wrong."""
    async with Registry(access=BasicAccess("ada", "hunter2")) as registry:
        put_into(registry, "a/b", IMAGE.published, "1")
        write(home.config, auths={registry.address: login()})
        async with Reader(home=home.path, creds=("ada", "wrong")) as reader:
            with pytest.raises(CredentialsRefused):
                await reader.observe(f"{registry.address}/a/b:1")


async def test_an_identity_token_is_exchanged(home: Home) -> None:
    """A refresh token goes in the body of a POST, and never to the registry."""
    issuer = TokenIssuer(
        {"ada": "hunter2"}, identity_tokens={"refresh": "ada"}, field="access_token"
    )
    async with TokenServer(issuer) as tokens:
        registry = Registry(access=BearerAccess(issuer, tokens.realm))
        put_into(registry, "a/b", IMAGE.published, "1")
        async with registry:
            write(home.config, auths={registry.address: {"identitytoken": "refresh"}})
            async with Reader(home=home.path) as reader:
                await reader.observe(f"{registry.address}/a/b:1")

    (posted,) = tokens.requests
    assert posted.method == "POST"
    assert b"grant_type=refresh_token" in posted.body
    assert b"refresh_token=refresh" in posted.body
    assert not any(b"refresh" in request.body for request in registry.requests)


async def test_a_registry_token_is_sent_as_it_is(home: Home) -> None:
    """No token server is asked for what is at hand."""
    issuer = TokenIssuer(mint=lambda _grant, _service: "ready")
    async with TokenServer(issuer) as tokens:
        registry = Registry(access=BearerAccess(issuer, tokens.realm))
        put_into(registry, "a/b", IMAGE.published, "1")
        async with registry:
            async with Reader() as reader:
                await reader.observe(f"{registry.address}/a/b:1")
            write(home.config, auths={registry.address: {"registrytoken": "ready"}})
            async with Reader(home=home.path) as reader:
                await reader.observe(f"{registry.address}/a/b:1")

    assert len(tokens.requests) == 1


async def test_a_registry_token_that_is_refused_is_told(home: Home) -> None:
    """There is no other way in."""
    async with Registry(access=BearerAccess(TokenIssuer())) as registry:
        put_into(registry, "a/b", IMAGE.published, "1")
        write(home.config, auths={registry.address: {"registrytoken": "stale"}})
        async with Reader(home=home.path) as reader:
            with pytest.raises(CredentialsRefused):
                await reader.observe(f"{registry.address}/a/b:1")
