"""`record`: what is a fact, and what is none."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from support import faults
from support.access import BasicAccess, BearerAccess
from support.exchange import Fault, Reply
from support.images import index_of, random_image
from support.program import Program
from support.publishing import put_into, write_layout
from support.registry import Registry
from support.saved_images import docker_save, write
from support.seed_page import PAGE_FILE
from support.tokens import TokenIssuer
from tagledger.errors import RateLimited
from tagledger.flows.open import Opening, opened
from tagledger.flows.pauses import Patience, Pauses
from tagledger.flows.record import Change, record
from tagledger.ledger.answers import Counts
from tagledger.ledger.opening import open_ledger
from tagledger.settings import Settings
from tagledger.sources.registry.options import RegistryOptions

ONE, TWO = random_image(seed=1), random_image(seed=2, arch="arm64")
INDEX = index_of([ONE, TWO])
NEW = index_of([random_image(seed=4), random_image(seed=5, arch="arm64")])


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry with an index and an image."""
    with Registry() as server:
        put_into(server, "a/b", INDEX, "1.0")
        put_into(server, "a/b", ONE.published, "2.0")
        yield server


def observations(program: Program, *arguments: str) -> list[dict[str, Any]]:
    """What `record --json` says of what it observed."""
    said = json.loads(program.output("record", "--json", *arguments))
    assert [] == said["failures"]
    found: list[dict[str, Any]] = said["observations"]
    return found


def test_what_is_new_is_said(program: Program, registry: Registry) -> None:
    """The second observation of the same is a fact more, and no byte more."""
    name = f"{registry.address}/a/b:1.0"
    assert 0 == program.run("record", name).code

    (again,) = observations(program, name)

    assert ("same", INDEX.digest, 1, 0, 0) == (
        again["change"],
        again["digest"],
        again["new"]["observations"],
        again["new"]["statements"],
        again["new"]["contents"],
    )


def test_nothing_is_fetched_twice(program: Program, registry: Registry) -> None:
    """One HEAD where nothing changed; where the tag moved to what is held by digest, its bytes are not asked for."""
    name = f"{registry.address}/a/b:1.0"
    program.run("record", name)
    asked = len(registry.requests)
    observations(program, name)

    assert ["HEAD"] == [request.method for request in registry.requests[asked:]]
    registry.tag("a/b", "1.0", ONE.digest)
    (moved,) = observations(program, name)
    assert ("moved", ONE.digest) == (moved["change"], moved["digest"])
    assert ["HEAD", "HEAD"] == [request.method for request in registry.requests[asked:]]


def test_a_new_child_alone_is_fetched(program: Program, registry: Registry) -> None:
    """HEAD counts only where its digest is held: a new index is fetched, what it shares with the old one is not."""
    name = f"{registry.address}/a/b:1.0"
    program.run("record", name)
    new = random_image(seed=3, arch="s390x")
    index = index_of([ONE, TWO, new])
    put_into(registry, "a/b", index, "1.0")
    asked = len(registry.requests)
    observations(program, name)

    assert [
        ("HEAD", "1.0"),
        ("GET", "1.0"),
        ("GET", new.digest),
        ("GET", new.config.digest),
    ] == [
        (request.method, request.path.rpartition("/")[2])
        for request in registry.requests[asked:]
    ]


def test_a_new_ledger_is_told_of_and_lines_say_what_changed(
    program: Program, registry: Registry
) -> None:
    """The first word is that a ledger is made; then each name has its line."""
    name = f"{registry.address}/a/b:1.0"

    done = program.run("record", name)

    assert f"{name} {INDEX.digest}: first observed" in done.out.decode()
    assert "ledger.sqlite" in done.err


def test_a_tag_that_moves_goes_and_comes_back(
    program: Program, registry: Registry
) -> None:
    """Each is told, and that it was gone is a fact."""
    name = f"{registry.address}/a/b:1.0"
    changes = []
    for digest in (INDEX.digest, ONE.digest, "", "", INDEX.digest):
        registry.tag("a/b", "1.0", digest)
        done = program.run("record", "--json", name)
        assert 0 == done.code
        changes.append(json.loads(done.out)["observations"][0]["change"])

    assert ["first", "moved", "gone", "same", "came back"] == changes


def test_what_was_recorded_is_shown_when_the_registry_is_gone(
    program: Program, registry: Registry
) -> None:
    """The page from the ledger is the page from the registry, and so are the bytes."""
    name = f"{registry.address}/a/b:1.0"
    page = program.output("report", "--no-dates", name)
    raw = program.output("raw", name)
    program.run("record", name)
    registry.on("*", "*", faults.status(500))

    assert page == program.output("report", f"ledger:{name}")
    assert raw == program.output("raw", f"ledger:{name}")
    assert b"1.0\n" == program.output("tags", f"ledger:{registry.address}/a/b")
    done = program.run("pull", f"ledger:{name}", "oci:copy")
    assert 0 == done.code
    assert "6 blobs are not held" in done.err


FAILURES: dict[str, tuple[str, Callable[[], Fault], int]] = {
    "401": ("*", lambda: faults.status(401), 4),
    "403": ("*", lambda: faults.status(403), 4),
    "429": ("*/manifests/1.0", lambda: faults.status(429), 5),
    "500": ("*/manifests/1.0", lambda: faults.status(500), 5),
    "503": ("*/manifests/1.0", lambda: faults.status(503), 5),
    "time-out": ("*/manifests/1.0", lambda: faults.slow_start(60), 5),
    "reset": ("*/manifests/1.0", faults.reset, 5),
    "504": ("*/manifests/1.0", lambda: faults.status(504), 5),
    "cut": ("*/manifests/1.0", lambda: faults.truncated(100), 5),
    "cut child": ("*/manifests/sha256:*", lambda: faults.truncated(100), 5),
    "cut config": ("*/blobs/*", lambda: faults.truncated(100), 5),
    "broken off": ("*/manifests/1.0", lambda: faults.reset_after(100), 5),
    "corrupt child": ("*/manifests/sha256:*", faults.wrong_bytes, 6),
    "corrupt root": ("*/manifests/1.0", faults.wrong_digest_header, 6),
    "no JSON": (
        "*/manifests/1.0",
        lambda: faults.replying(
            Reply(200, headers=(("Content-Type", "text/html"),), body=b"<html>")
        ),
        6,
    ),
    "corrupt config": ("*/blobs/*", faults.wrong_bytes, 6),
    "no config": ("*/blobs/*", lambda: faults.status(404), 3),
    "config refused": ("*/blobs/*", lambda: faults.status(403), 4),
    "child fails": ("*/manifests/sha256:*", lambda: faults.status(500), 5),
}


@pytest.mark.parametrize("failure", FAILURES)
async def test_what_is_no_answer_is_no_fact(
    program: Program, registry: Registry, failure: str
) -> None:
    """A refusal, a failure, an answer that is cut or wrong: of an unknown name nothing is known, of a known one nothing more."""
    path, fault, code = FAILURES[failure]
    known, unknown = f"{registry.address}/a/b:1.0", f"{registry.address}/a/new:1.0"
    before = await recorded(program.home, known)
    put_into(registry, "a/b", NEW, "1.0")
    put_into(registry, "a/new", NEW, "1.0")
    registry.on("*", path, fault())

    done = program.run("record", "--timeout", "0.5", known, unknown)

    assert code == done.code, done
    assert b"" == done.out
    assert 2 == done.err.count("not recorded")
    assert before == counts(program.home)


async def recorded(home: Path, name: str) -> Counts:
    """What the user's ledger holds once this has been recorded."""
    path = home / ".local/share/tagledger/ledger.sqlite"
    with open_ledger(str(path)) as ledger:
        async with opened(name, opening(home)) as place:
            await record(ledger, place)
        return ledger.counts()


def counts(home: Path) -> Counts:
    """What the user's ledger holds."""
    path = home / ".local/share/tagledger/ledger.sqlite"
    with open_ledger(str(path), create=False) as ledger:
        return ledger.counts()


TOKEN_FAILURES: dict[str, tuple[Callable[[], Fault], int]] = {
    "401": (lambda: faults.status(401), 4),
    "403": (lambda: faults.status(403), 4),
    "404": (lambda: faults.status(404), 6),
    "429": (lambda: faults.status(429), 5),
    "500": (lambda: faults.status(500), 5),
    "time-out": (lambda: faults.slow_start(60), 5),
    "cut": (lambda: faults.truncated(10), 5),
    "no token": (lambda: faults.replying(Reply(200, body=b"{}")), 6),
}


@pytest.mark.parametrize("failure", TOKEN_FAILURES)
def test_without_a_token_nothing_is_a_fact(program: Program, failure: str) -> None:
    """Whatever is wrong with who gives them out, also where he says that there is no such thing."""
    fault, code = TOKEN_FAILURES[failure]
    with Registry(access=BearerAccess(TokenIssuer())) as registry:
        put_into(registry, "a/b", INDEX, "1.0")
        registry.on("*", "/token", fault())
        name = f"{registry.address}/a/b:none"

        done = program.run("record", "--timeout", "0.5", name)

    assert code == done.code, done
    assert "not recorded" in done.err
    assert 0 == counts(program.home).observations


@pytest.mark.parametrize("is_registry", [False, True])
def test_a_404_from_elsewhere_is_a_fact_only_from_a_registry(
    program: Program, registry: Registry, *, is_registry: bool
) -> None:
    """A registry may leave the answer to another one; a host that is none does not know the name."""
    with Registry() as other:
        path = "/v2/a/b/manifests/none" if is_registry else "/gone"
        registry.on("*", "*/manifests/1.0", faults.redirect(f"{other.url}{path}"))

        done = program.run("record", f"{registry.address}/a/b:1.0")

        assert other.requests
    assert (0 if is_registry else 6) == done.code, done
    assert int(is_registry) == counts(program.home).observations


def test_a_404_counts_only_from_who_let_us_in(program: Program) -> None:
    """With credentials that are refused nothing is known; with those that are taken, that there is no such tag."""
    with Registry(access=BasicAccess("anna", "secret")) as registry:
        put_into(registry, "a/b", ONE.published, "2.0")
        name = f"{registry.address}/a/b:1.0"

        assert 4 == program.run("record", name).code
        assert 4 == program.run("record", "--creds", "anna:wrong", name).code
        assert 3 == program.run("history", name).code
        assert 0 == program.run("record", "--creds", "anna:secret", name).code

    states = json.loads(program.output("history", "--json", name))["states"]

    assert [True] == [state["is_absent"] for state in states]


@pytest.mark.parametrize(
    "name", ["a/b:none", "none/none:1.0", f"a/b@sha256:{'0' * 64}"]
)
def test_a_404_is_a_fact(program: Program, registry: Registry, name: str) -> None:
    """A tag, a repository or a manifest that does not exist."""
    (found,) = json.loads(
        program.run("record", "--json", f"{registry.address}/{name}").out
    )["observations"]

    assert (True, None, "first") == (
        found["is_absent"],
        found["digest"],
        found["change"],
    )


def test_a_mirror_does_not_know_what_there_is_not(
    program: Program, registry: Registry
) -> None:
    """Its 404 says nothing of the registry in whose place it was asked."""
    mirror = ("--mirror", f"docker.io={registry.url}")

    done = program.run("record", *mirror, "a/none:1.0")

    assert 3 == done.code
    assert 3 == program.run("history", "a/none:1.0").code
    assert 0 == program.run("record", *mirror, "a/b:1.0").code


def test_a_layout_does_not_know_what_there_is_not(
    program: Program, tmp_path: Path
) -> None:
    """That a folder has no such image is no fact about any name."""
    layout = write_layout(tmp_path / "layout", {"1.0": ONE.published})

    assert 3 == program.run("record", f"oci:{layout}:none").code
    assert b"observations" in program.run("check").out


def test_a_digest_decides_and_says_nothing_of_the_tag(
    program: Program, registry: Registry
) -> None:
    """`name:tag@digest` is an observation of the digest: the tag may be anything by now."""
    name = f"{registry.address}/a/b"

    (found,) = json.loads(
        program.run("record", "--json", f"{name}:1.0@{ONE.digest}").out
    )["observations"]

    assert f"{name}@{ONE.digest}" == found["reference"]
    assert 3 == program.run("history", f"{name}:1.0").code


def test_what_fails_does_not_stop_the_rest(
    program: Program, registry: Registry, tmp_path: Path
) -> None:
    """Names from a file are observed one after the other; the exit code is that of the first failure."""
    registry.on("*", "/v2/a/broken/*", faults.status(403))
    refs = tmp_path / "refs.txt"
    refs.write_text(
        f"# ours\n{registry.address}/a/broken:1\n\n{registry.address}/a/b:2.0  # new\n"
    )

    done = program.run("record", "--json", "--refs-file", str(refs))

    said = json.loads(done.out)
    assert 4 == done.code
    assert [ONE.digest] == [item["digest"] for item in said["observations"]]
    assert [f"{registry.address}/a/broken:1"] == [
        item["address"] for item in said["failures"]
    ]


def test_all_tags_of_a_repository(program: Program, registry: Registry) -> None:
    """Every tag is observed under its own name."""
    done = program.run("record", "--json", "--all-tags", f"{registry.address}/a/b")

    found = json.loads(done.out)["observations"]
    expected = {
        f"{registry.address}/a/b:1.0": INDEX.digest,
        f"{registry.address}/a/b:2.0": ONE.digest,
    }

    assert expected == {item["reference"]: item["digest"] for item in found}


def test_nothing_to_record_is_a_question(program: Program) -> None:
    """Without a name, usage is shown and no ledger made."""
    assert 2 == program.run("record").code
    assert [] == [*program.home.iterdir()]


def test_a_page_is_recorded_with_its_bytes(program: Program) -> None:
    """The page from the ledger is the page, to the byte."""
    program.run("record", f"report:{PAGE_FILE}")
    name = "ledger:python:3.8.0-windowsservercore"

    assert PAGE_FILE.read_bytes() == program.output("report", name)


def test_a_layout_and_a_saved_image_are_recorded(
    program: Program, tmp_path: Path
) -> None:
    """Both are shown again, each with what it can know."""
    layout = write_layout(tmp_path / "layout", {"ghcr.io/a/b:1.0": INDEX})
    archive = write(tmp_path / "saved.tar", docker_save({("a/b:2.0",): ONE}))
    for address in (f"oci:{layout}", f"docker-archive:{archive}"):
        assert 0 == program.run("record", address).code

    (_, first), (_, second) = (
        (address, json.loads(program.output("report", "--json", address))["images"])
        for address in ("ledger:ghcr.io/a/b:1.0", "ledger:a/b:2.0")
    )

    assert [ONE.digest, TWO.digest] == [image["manifest_digest"] for image in first]
    assert [(None, ONE.config.digest, len(ONE.layers))] == [
        (image["manifest_digest"], image["config_digest"], len(image["layers"]))
        for image in second
    ]


@pytest.mark.parametrize("retry_after", ["90", "60"])
async def test_a_rate_limit_is_waited_out(
    registry: Registry, tmp_path: Path, retry_after: str
) -> None:
    """It says until when it pauses, sleeps that long, and goes on."""
    registry.on(
        "GET", "*/manifests/1.0", faults.times(1, faults.too_many_requests(retry_after))
    )
    began = datetime.now(UTC)
    slept: list[float] = []
    said: list[str] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    with open_ledger(str(tmp_path / "ledger.sqlite")) as ledger:
        async with opened(f"{registry.address}/a/b:1.0", opening(tmp_path)) as place:
            noted = await record(
                ledger, place, pauses=Pauses(Patience(sleep=sleep, told=said.append))
            )

    until = began + timedelta(seconds=float(retry_after))
    assert Change.FIRST is noted.change
    assert [pytest.approx(float(retry_after), abs=5)] == slept
    assert f"{until:%Y-%m-%d %H:%M}"[:-1] in said[0]


async def test_a_rate_limit_without_an_end_is_not_waited_out(
    registry: Registry, tmp_path: Path
) -> None:
    """Who is told "later" and not when gives up, and nothing is recorded."""
    registry.on("GET", "*/manifests/1.0", faults.status(429))

    with open_ledger(str(tmp_path / "ledger.sqlite")) as ledger:
        async with opened(f"{registry.address}/a/b:1.0", opening(tmp_path)) as place:
            with pytest.raises(RateLimited):
                await record(ledger, place)

        assert 0 == ledger.counts().observations


def opening(home: Path) -> Opening:
    """Nothing in the surroundings."""
    return Opening(
        settings=Settings({}, home), registry=RegistryOptions(environment={}, home=home)
    )
