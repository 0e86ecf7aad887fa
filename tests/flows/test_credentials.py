"""Whoever logged in with docker, podman or skopeo is let in without a further word."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import faults
from support.access import BasicAccess, BearerAccess
from support.basic import basic_authorization
from support.blobs import Published
from support.exchange import Answer, Reply, Request
from support.images import random_image
from support.program import Program
from support.publishing import put_into
from support.registry import Registry
from support.tokens import TokenIssuer
from support.tools import needs, run_tool

USER, PASSWORD = "reader", "opal"


@pytest.fixture(scope="module")
def private() -> Iterator[Registry]:
    """A registry that asks for a login."""
    with Registry(access=BasicAccess(USER, PASSWORD)) as registry:
        put_into(registry, "a/b", image(), "1.0")
        yield registry


@pytest.fixture(scope="module")
def public() -> Iterator[Registry]:
    """A registry that gives everybody a token, as Docker Hub does for what is public."""
    issuer = TokenIssuer({USER: PASSWORD}, public=["a/b", "library/greeting"])
    with Registry(access=BearerAccess(issuer)) as registry:
        put_into(registry, "a/b", image(), "1.0")
        put_into(registry, "library/greeting", image(), "1.0")
        yield registry


def image() -> Published:
    """One small image."""
    return random_image(layers=1).published


def login(
    address: str, user: str = USER, password: str = PASSWORD
) -> dict[str, object]:
    """The `auths` of a configuration file."""
    coded = basic_authorization(user, password).removeprefix("Basic ")
    return {"auths": {address: {"auth": coded}}}


def write(file: Path, document: object) -> Path:
    """Write JSON where somebody keeps it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document))
    return file


def with_helper(program: Program, name: str, script: str) -> Program:
    """The program with a credential helper on its PATH, which keeps a record of what it is asked."""
    folder = program.home / "bin"
    folder.mkdir(exist_ok=True)
    helper = folder / f"docker-credential-{name}"
    record = program.home / "asked"
    helper.write_text(f'#!/bin/sh\nhost=$(cat)\necho "$1 $host" >>{record}\n{script}\n')
    helper.chmod(helper.stat().st_mode | stat.S_IXUSR)
    return program.with_variables(PATH=f"{folder}:{program.environment['PATH']}")


def giving(user: str = USER, password: str = PASSWORD) -> str:
    """The script of a helper that knows one pair."""
    answer = json.dumps({"ServerURL": "", "Username": user, "Secret": password})
    return f"echo '{answer}'"


def read(program: Program, registry: Registry, *options: str) -> bytes:
    """The manifest, printed by a run with nothing to say."""
    return program.output("raw", f"{registry.address}/a/b:1.0", *options)


def test_docker_s_login_is_used(program: Program, private: Registry) -> None:
    """`~/.docker/config.json`."""
    write(program.home / ".docker" / "config.json", login(private.address))

    assert image().root.content == read(program, private)


def test_docker_s_login_may_live_elsewhere(
    program: Program, private: Registry, tmp_path: Path
) -> None:
    """`DOCKER_CONFIG` names the folder."""
    write(tmp_path / "elsewhere" / "config.json", login(private.address))
    moved = program.with_variables(DOCKER_CONFIG=str(tmp_path / "elsewhere"))

    assert image().root.content == read(moved, private)


@pytest.mark.parametrize(
    ("variable", "folder"),
    [("XDG_RUNTIME_DIR", "run/containers"), ("", ".config/containers")],
)
def test_podman_s_login_is_used(
    program: Program, private: Registry, variable: str, folder: str
) -> None:
    """`containers/auth.json` of the session, or that of the user."""
    write(program.home / folder / "auth.json", login(private.address))
    if variable:
        program = program.with_variables(**{variable: str(program.home / "run")})

    assert image().root.content == read(program, private)


@pytest.mark.parametrize(
    "tool", [pytest.param(t, marks=needs(t)) for t in ("skopeo", "podman")]
)
def test_what_a_real_login_wrote_is_read(
    program: Program, private: Registry, tmp_path: Path, tool: str
) -> None:
    """`skopeo login` and `podman login` leave a file that gets us in too."""
    file = tmp_path / "auth.json"
    words = ("--tls-verify=false", f"--authfile={file}", "-u", USER, "-p", PASSWORD)
    run_tool(tool, "login", *words, private.address)

    logged_in = program.with_variables(REGISTRY_AUTH_FILE=str(file))

    assert image().root.content == read(logged_in, private)


@pytest.mark.parametrize("is_for_all", [True, False])
def test_a_credential_helper_is_asked(
    program: Program, private: Registry, *, is_for_all: bool
) -> None:
    """`credsStore` for every registry, `credHelpers` for one; the helper hears the registry's name alone."""
    config = (
        {"credsStore": "tests"}
        if is_for_all
        else {"credHelpers": {private.address: "tests"}}
    )
    write(program.home / ".docker" / "config.json", config)
    helped = with_helper(program, "tests", giving())

    assert image().root.content == read(helped, private)
    asked = (program.home / "asked").read_text().splitlines()
    assert {f"get {private.address}"} == set(asked)


def test_a_missing_helper_does_not_break_an_anonymous_read(
    program: Program, public: Registry
) -> None:
    """What needs no login is read without one, and the missing helper is named."""
    config = {"credsStore": "not-there"}
    write(program.home / ".docker" / "config.json", config)

    done = program.run("raw", f"{public.address}/a/b:1.0")

    assert (0, image().root.content) == (done.code, done.out)
    assert "docker-credential-not-there" in done.err


def test_a_missing_helper_is_told_where_a_login_is_needed(
    program: Program, private: Registry
) -> None:
    """The refusal comes with the cause."""
    config = {"credsStore": "not-there"}
    write(program.home / ".docker" / "config.json", config)

    done = program.run("raw", f"{private.address}/a/b:1.0")

    assert (4, b"") == (done.code, done.out)
    assert "docker-credential-not-there" in done.err


def test_a_failing_helper_does_not_break_an_anonymous_read(
    program: Program, public: Registry
) -> None:
    """Whatever a helper says when it fails, a public image is read."""
    config = {"credsStore": "tests"}
    write(program.home / ".docker" / "config.json", config)
    helped = with_helper(program, "tests", "echo no keychain here >&2; exit 1")

    done = helped.run("raw", f"{public.address}/a/b:1.0")

    assert (0, image().root.content) == (done.code, done.out)
    assert "docker-credential-tests" in done.err


def test_what_is_said_on_the_command_line_stands_first(
    program: Program, private: Registry
) -> None:
    """`--creds` wins over what is kept."""
    kept = login(private.address, password="stale")
    write(program.home / ".docker" / "config.json", kept)

    options = ("--creds", f"{USER}:{PASSWORD}")

    assert image().root.content == read(program, private, *options)


def test_docker_hub_s_login_stays_with_docker_hub(
    program: Program, public: Registry
) -> None:
    """A mirror is another host: it gets its own credentials, or none."""
    kept = login("https://index.docker.io/v1/")
    write(program.home / ".docker" / "config.json", kept)

    program.output("raw", "greeting:1.0", "--mirror", f"docker.io={public.url}")

    asked = public.asked("GET", "/token")
    assert asked
    assert [] == [each for each in asked if "Authorization" in each.headers]


def test_a_mirror_gets_its_own_login(program: Program, private: Registry) -> None:
    """What is kept under the mirror's name is sent to it."""
    put_into(private, "library/greeting", image(), "1.0")
    write(program.home / ".docker" / "config.json", login(private.address))
    mirror = ("--mirror", f"docker.io={private.url}")

    content = program.output("raw", "greeting:1.0", *mirror)

    assert image().root.content == content


def test_a_token_that_ends_in_the_middle_is_replaced_once(program: Program) -> None:
    """However many requests were under way with it."""
    issuer = TokenIssuer({USER: PASSWORD})
    seen = 0

    async def revoking(request: Request, answer: Answer) -> Reply:
        nonlocal seen
        seen += 1
        if seen == 10:
            issuer.revoke_all()
        return await answer(request)

    with Registry(access=BearerAccess(issuer)) as registry:
        put_into(registry, "a/b", random_image(layers=40).published, "1.0")
        registry.on("HEAD", "*/blobs/*", revoking)
        registry.on("GET", "/token", faults.slow_start(0.2))
        words = ("report", f"{registry.address}/a/b:1.0")

        program.output(*words, "--creds", f"{USER}:{PASSWORD}")

        assert 2 == len(registry.asked("GET", "/token"))
