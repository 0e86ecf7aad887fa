"""What went wrong is told by the exit code, in words on stderr, and by nothing on stdout."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import faults
from support.exchange import Fault
from support.images import index_of, random_image
from support.kinds import KINDS
from support.media_types import DOCKER_MANIFEST
from support.program import Program
from support.publishing import put_into, write_layout
from support.registry import Registry

IMAGE = index_of([random_image(), random_image(arch="arm64")])


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry with an image for two platforms."""
    with Registry() as server:
        put_into(server, "a/b", IMAGE, "1.0")
        yield server


def failed(program: Program, code: int, *arguments: str) -> str:
    """What a run says that fails with this code and prints nothing."""
    done = program.run(*arguments)
    assert (code, b"") == (done.code, done.out), done
    first, *rest = done.err.splitlines()
    assert first.startswith("tagledger: ")
    assert all(line.startswith("  ") for line in rest)
    return done.err


@pytest.mark.parametrize(
    ("command", "rest", "words"),
    [
        ("report", "a/c:1.0", "a/c: no such repository"),
        ("report", "a/b:2.0", "a/b:2.0: no such tag"),
        ("show", "a/b:2.0", "a/b:2.0: no such tag"),
        ("raw", f"a/b@sha256:{'0' * 64}", f"no manifest sha256:{'0' * 64}"),
        ("tags", "a/c", "a/c: no such repository"),
    ],
)
def test_what_is_not_there(
    program: Program, registry: Registry, command: str, rest: str, words: str
) -> None:
    """3: no such repository, tag or manifest."""
    assert words in failed(program, 3, command, f"{registry.address}/{rest}")


def test_a_platform_that_is_not_there(program: Program, registry: Registry) -> None:
    """3, and the platforms that are there are listed."""
    words = ("raw", f"{registry.address}/a/b:1.0", "--platform", "linux/s390x")

    said = failed(program, 3, *words)

    assert "linux/s390x" in said
    assert "linux/amd64, linux/arm64" in said


def test_a_config_that_nobody_keeps(program: Program, registry: Registry) -> None:
    """3: a schema 1 manifest has no config beside it."""
    put_into(registry, "a/old", KINDS["schema-1-signed"](), "1.0")

    said = failed(program, 3, "raw", "--config", f"{registry.address}/a/old:1.0")

    assert "schema 1" in said


def test_one_of_two_has_to_be_chosen(program: Program, registry: Registry) -> None:
    """2: a config of several platforms is no answer, and the platforms are listed."""
    said = failed(program, 2, "raw", "--config", f"{registry.address}/a/b:1.0")

    assert "linux/amd64, linux/arm64" in said


def test_a_place_that_must_not_be_asked(program: Program, registry: Registry) -> None:
    """4: a token server at an address inside the network is not asked (it is we who refuse)."""
    registry.on("GET", "/v2/*", faults.hostile_realm("http://169.254.169.254/token"))

    said = failed(program, 4, "report", f"{registry.address}/a/b:1.0")

    assert "169.254.169.254" in said


def test_access_denied(program: Program, registry: Registry) -> None:
    """4: a registry that knows who asks and says no."""
    registry.on("GET", "/v2/*", faults.status(403))

    assert "access denied" in failed(
        program, 4, "report", f"{registry.address}/a/b:1.0"
    )


def test_nobody_listens(program: Program) -> None:
    """5: the port is closed."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{bound.getsockname()[1]}"

        said = failed(program, 5, "report", f"{address}/a/b:1.0")

    assert address in said


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.status(503), "the server answered 503"),
        (faults.too_many_requests("7200"), "too many requests; try again at 2"),
        (faults.reset(), "127.0.0.1"),
    ],
)
def test_no_answer_for_now(
    program: Program, registry: Registry, fault: Fault, words: str
) -> None:
    """5: the server fails, or wants to be asked later."""
    registry.on("GET", "*/manifests/*", fault)

    assert words in failed(program, 5, "report", f"{registry.address}/a/b:1.0")


def test_an_answer_that_takes_too_long(program: Program, registry: Registry) -> None:
    """5: after as long as `--timeout` says."""
    registry.on("GET", "*/manifests/*", faults.slow_start(20))
    words = ("report", f"{registry.address}/a/b:1.0", "--timeout", "0.1")

    assert "no answer within 0.1 s" in failed(program, 5, *words)


@pytest.mark.parametrize(
    ("path", "fault", "words"),
    [
        ("manifests/1.0", faults.wrong_bytes(), "asked for sha256:"),
        ("manifests/sha256:*", faults.wrong_bytes(), "asked for sha256:"),
        ("blobs/*", faults.wrong_bytes(), "asked for sha256:"),
        ("manifests/*", faults.gzip_encoded(), "compressed"),
        ("manifests/*", faults.endless(), "more than"),
        ("manifests/*", faults.wrong_content_type("image/png"), "image/png"),
    ],
)
def test_content_that_must_not_be_believed(
    program: Program, registry: Registry, path: str, fault: Fault, words: str
) -> None:
    """6: other bytes, other types, other sizes than were announced."""
    registry.on("GET", f"/v2/a/b/{path}", fault)

    assert words in failed(program, 6, "report", f"{registry.address}/a/b:1.0")


def test_a_page_where_a_manifest_should_be(
    program: Program, registry: Registry
) -> None:
    """6: the digest is named, and what is wrong with it."""
    html = b"<html>Welcome to our corporate network</html>"
    digest = registry.put_manifest("a/b", html, DOCKER_MANIFEST, "portal")

    said = failed(program, 6, "report", f"{registry.address}/a/b:portal")

    assert digest in said
    assert "JSON" in said


def test_a_layout_with_bytes_changed(program: Program, tmp_path: Path) -> None:
    """6: on a disk as on the network, and the digest is named."""
    image = random_image()
    layout = write_layout(tmp_path / "layout", {"1.0": image.published})
    digest = image.config.digest
    (layout / "blobs" / digest.replace(":", "/")).write_bytes(b"{}")

    assert digest in failed(program, 6, "report", f"oci:{layout}:1.0")


def test_a_folder_that_is_full_of_other_things(program: Program) -> None:
    """3: there is no layout to pull into, and what is there is left alone."""
    (program.home / "letters").mkdir()
    (program.home / "letters" / "to-a-friend.txt").write_text("dear friend")
    source = "oci:" + str(write_layout(program.home / "from", {"1.0": IMAGE}))

    failed(program, 3, "pull", f"{source}:1.0", "oci:letters:1.0")

    assert ["to-a-friend.txt"] == [
        file.name for file in (program.home / "letters").iterdir()
    ]
