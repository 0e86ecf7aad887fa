"""Acceptance: every command gets in where a login, a token or a certificate is asked for, and nobody else does."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import jsonschema
import pytest

from support.debian_registry import PASSWORD
from support.guarded import (
    DEBIAN_GUARDS,
    OWN_GUARDS,
    Guarded,
    guarded_image,
)
from support.program import Program
from support.tools import needs, skopeo

GUARDS = DEBIAN_GUARDS | OWN_GUARDS
CASES = [
    *(pytest.param(name, marks=needs("docker-registry")) for name in DEBIAN_GUARDS),
    *OWN_GUARDS,
]
LOGINS = [
    pytest.param(name, marks=needs("docker-registry"))
    for name in ("login", "tokens", "tls-and-tokens")
]


@pytest.fixture(scope="module")
def guarded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Guarded]:
    """The registry of this name."""
    with ExitStack() as stack:
        yield GUARDS[request.param](tmp_path_factory.mktemp("guarded"), stack)


every_guard = pytest.mark.parametrize("guarded", CASES, indirect=True)
every_login = pytest.mark.parametrize("guarded", LOGINS, indirect=True)


@every_guard
def test_the_page_is_written(program: Program, guarded: Guarded) -> None:
    """`report` names the list and each manifest."""
    page = program.output("report", guarded.ref, *guarded.options).decode()

    for manifest in guarded_image().manifests:
        assert manifest.digest in page


@every_guard
def test_the_json_is_written(
    program: Program,
    guarded: Guarded,
    report_schema: jsonschema.Draft202012Validator,
) -> None:
    """`report --json` follows its schema and names each manifest."""
    words = ("report", guarded.ref, "--json", *guarded.options)

    report = json.loads(program.output(*words))

    assert [] == list(report_schema.iter_errors(report))
    root, *images = guarded_image().manifests
    assert root.digest == report["index_digest"]
    assert [image.digest for image in images] == [
        image["manifest_digest"] for image in report["images"]
    ]


@every_guard
def test_the_image_is_shown(program: Program, guarded: Guarded) -> None:
    """`show` has the three platforms."""
    shown = program.output("show", guarded.ref, *guarded.options).decode()

    for platform in ("linux/amd64", "linux/arm64", "10.0.17763.864"):
        assert platform in shown


@every_guard
def test_the_tags_are_listed(program: Program, guarded: Guarded) -> None:
    """`tags` gets the scope that it needs."""
    repository = guarded.ref.removesuffix(":1.0")

    assert b"1.0\n" == program.output("tags", repository, *guarded.options)


@every_guard
def test_the_bytes_are_printed(program: Program, guarded: Guarded) -> None:
    """`raw` gives the list and a config as they are."""
    platform = ("--platform", "linux/arm64", "--config")

    listed = program.output("raw", guarded.ref, *guarded.options)
    config = program.output("raw", guarded.ref, *platform, *guarded.options)

    published = guarded_image()
    assert published.root.content == listed
    assert config in [blob.content for blob in published.blobs]


@every_guard
def test_the_image_is_copied(
    program: Program, guarded: Guarded, tmp_path: Path
) -> None:
    """`pull` fetches every blob and nothing else."""
    layout = tmp_path / "layout"

    done = program.run("pull", guarded.ref, f"oci:{layout}:1.0", *guarded.options)

    assert 0 == done.code, done.err
    published = guarded_image()
    assert {
        each.digest: each.content for each in (*published.manifests, *published.blobs)
    } == {
        f"sha256:{file.name}": file.read_bytes()
        for file in (layout / "blobs" / "sha256").iterdir()
    }


@every_guard
@needs("skopeo")
def test_skopeo_gets_the_same(program: Program, guarded: Guarded) -> None:
    """A client that others wrote is let in by the same right, and sees the same bytes."""
    inspect = ("inspect", "--raw", *guarded.skopeo_options, f"docker://{guarded.ref}")

    assert skopeo(*inspect) == program.output("raw", guarded.ref, *guarded.options)


@every_login
def test_nobody_gets_in_without_a_login(program: Program, guarded: Guarded) -> None:
    """That is a refusal, and it is said how to log in."""
    options = [word for word in guarded.options if word not in guarded.options[:2]]

    done = program.run("report", guarded.ref, *options)

    assert (4, b"") == (done.code, done.out)
    assert "the registry asks for authentication" in done.err
    assert "--creds" in done.err


@every_login
def test_a_wrong_password_is_refused(program: Program, guarded: Guarded) -> None:
    """It is said that it was refused, and never what it was."""
    options = ["--creds", "reader:hunter2", *guarded.options[2:]]

    done = program.run("report", guarded.ref, *options)

    assert (4, b"") == (done.code, done.out)
    assert "credentials were not accepted" in done.err
    assert "hunter2" not in done.err


@every_login
def test_the_password_is_never_said(program: Program, guarded: Guarded) -> None:
    """Not even to who wants to hear more, when nothing is found."""
    missing = guarded.ref.replace(":1.0", ":2.0")

    done = program.run("report", missing, "-v", *guarded.options)

    assert (3, b"") == (done.code, done.out)
    assert PASSWORD not in done.err


@pytest.mark.parametrize(
    "guarded", [pytest.param("tls", marks=needs("docker-registry"))], indirect=True
)
def test_a_stranger_s_certificate_is_not_trusted(
    program: Program, guarded: Guarded
) -> None:
    """Without the authority's certificate nothing is read, and it is said which option names one."""
    done = program.run("report", guarded.ref)

    assert (5, b"") == (done.code, done.out)
    assert "the certificate is not trusted" in done.err
    assert "--ca-cert" in done.err


@pytest.mark.parametrize("guarded", ["client-certificate"], indirect=True)
def test_without_a_certificate_of_one_s_own_there_is_no_answer(
    program: Program, guarded: Guarded
) -> None:
    """The handshake fails, and that is said."""
    done = program.run("report", guarded.ref, *guarded.options[:2])

    assert (5, b"") == (done.code, done.out)
    assert guarded.address in done.err
