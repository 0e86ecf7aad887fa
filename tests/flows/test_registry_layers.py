"""Layers that no ledger holds: from folders, from the registry that has them, or from where they were published."""

import http.client
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from support.blobs import make_blob
from support.faults import status, times, too_many_requests
from support.images import Image, image_of, random_image
from support.media_types import DOCKER_LAYER
from support.past import Fact, record_facts, write_blobs
from support.program import Program
from support.publishing import put_into
from support.registry import Registry
from support.seed_page import PAGE_FILE
from support.service import Answer, Service

THEN = datetime(2019, 11, 20, tzinfo=UTC)
IMAGE = random_image(seed=1, layers=2)
SMALL = IMAGE.layers[1].blob
LARGE = make_blob(f"{DOCKER_LAYER}.gzip", random.Random(7).randbytes(2_000_000))  # noqa: S311 - made-up bytes
BIG = image_of(
    IMAGE.config.content,
    [msgspec.structs.replace(IMAGE.layers[0], blob=LARGE), IMAGE.layers[1]],
)
"""An image with a layer of many chunks, and one of a single chunk."""


def path_of(name: str, digest: str) -> str:
    """Where a blob is asked for."""
    return f"/v2/{name.replace(':', '__')}/blobs/{digest}"


def told(answer: Answer) -> tuple[int, str, str]:
    """Status, code and words of a refusal."""
    error = json.loads(answer.body)["errors"][0]
    return answer.status, error["code"], error["message"]


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry that still has the image."""
    with Registry() as running:
        put_into(running, "team/app", BIG.published, "1.0")
        yield running


def recorded(tmp_path: Path, name: str, image: Image = BIG) -> Path:
    """A ledger that knows the image under this name."""
    return record_facts(
        tmp_path / "ledger.db", [Fact(f"{name}:1.0", image.published, THEN)]
    )


def test_a_layer_is_fetched_through(registry: Registry, tmp_path: Path) -> None:
    """From the registry of the repository, whole, and without a word said of who asks."""
    name = f"{registry.address}/team/app"
    with Service(recorded(tmp_path, name), "--upstream", registry.address) as service:
        for moment in ("", "at/2019-11-20/"):
            path = path_of(f"{moment}{name}", LARGE.digest)
            answer = service.get(path, headers={"Authorization": "Basic Zm9vOmJhcg=="})
            head = service.get(path, method="HEAD")
            part = service.get(path, headers={"Range": "bytes=1-2"})

            assert (200, LARGE.content) == (answer.status, answer.body)
            assert LARGE.digest == answer.headers["docker-content-digest"]
            assert (200, str(LARGE.size_bytes)) == (
                head.status,
                head.headers["content-length"],
            )
            assert (200, LARGE.content) == (part.status, part.body), (
                "the whole is a right answer too"
            )
    assert not any("Authorization" in request.headers for request in registry.requests)


def test_a_layer_may_be_fetched_from_another_place(
    registry: Registry, tmp_path: Path
) -> None:
    """The registry keeps its name, and a URL says where it is asked."""
    ledger = recorded(tmp_path, "ghcr.io/team/app")
    with Service(ledger, "--upstream", f"ghcr.io={registry.url}") as service:
        answer = service.get(path_of("ghcr.io/team/app", LARGE.digest))

    assert LARGE.content == answer.body


def test_nobody_is_asked_who_is_not_on_the_list(
    registry: Registry, tmp_path: Path
) -> None:
    """The words say where the layer was published."""
    name = f"{registry.address}/team/app"
    with Service(recorded(tmp_path, name), "--upstream", "docker.io") as service:
        code, words = told(service.get(path_of(name, LARGE.digest)))[1:]

    assert "BLOB_UNKNOWN" == code
    assert name in words
    assert [] == registry.requests


def test_what_the_repository_never_had_is_not_fetched(
    registry: Registry, tmp_path: Path
) -> None:
    """An upstream is no way to other content of it."""
    name = f"{registry.address}/team/app"
    secret = registry.put_blob("team/app", b"secret")
    with Service(recorded(tmp_path, name), "--upstream", registry.address) as service:
        answer = service.get(path_of(name, secret))

    assert (404, "BLOB_UNKNOWN") == told(answer)[:2]
    assert [] == registry.requests


def wrong_bytes(content: bytes) -> dict[str, bytes]:
    """What may come instead of these."""
    return {
        "other": b"x" * len(content),
        "last byte": content[:-1] + bytes([content[-1] ^ 1]),
        "short": content[:-1],
        "long": content + b"!",
        "empty": b"",
    }


def test_wrong_bytes_are_never_given_whole(registry: Registry, tmp_path: Path) -> None:
    """Of a single chunk they are a refusal; of more the connection breaks off before the end."""
    name = f"{registry.address}/team/app"
    with Service(recorded(tmp_path, name), "--upstream", registry.address) as service:
        for kind in wrong_bytes(b"x"):
            for blob in (SMALL, LARGE):
                wrong = wrong_bytes(blob.content)[kind]
                registry.put_blob("team/app", wrong, digest=blob.digest)
            small = service.get(path_of(name, SMALL.digest))
            try:
                large = service.get(path_of(name, LARGE.digest)).status
            except http.client.IncompleteRead:
                large = 0

            assert (502, "UNAVAILABLE") == told(small)[:2], kind
            assert large == (502 if kind == "empty" else 0), kind


def test_a_refusal_is_told(registry: Registry, tmp_path: Path) -> None:
    """Before anything was promised: what the registry has no more is not there, a refusal is its own."""
    name = f"{registry.address}/team/app"
    with Service(recorded(tmp_path, name), "--upstream", registry.address) as service:
        for code, expected in {
            404: (404, "BLOB_UNKNOWN"),
            403: (502, "UNAVAILABLE"),
            401: (502, "UNAVAILABLE"),
        }.items():
            registry.on("GET", "*/blobs/*", times(1, status(code)))

            assert expected == told(service.get(path_of(name, LARGE.digest)))[:2]


def test_a_limit_is_passed_on(registry: Registry, tmp_path: Path) -> None:
    """Who asks too much of the registry is told when to come back."""
    registry.on("GET", "*/blobs/*", too_many_requests("3600"))
    name = f"{registry.address}/team/app"
    with Service(recorded(tmp_path, name), "--upstream", registry.address) as service:
        answer = service.get(path_of(name, LARGE.digest))

    assert (429, "TOOMANYREQUESTS") == told(answer)[:2]
    assert 3_500 < int(answer.headers["retry-after"]) <= 3_600


def test_a_wrong_file_is_broken_off_and_then_not_there(
    registry: Registry, tmp_path: Path
) -> None:
    """What stands in a folder is hashed as well; the next to ask gets the right bytes from elsewhere."""
    name = f"{registry.address}/team/app"
    blobs = write_blobs(tmp_path / "blobs", BIG.published)
    for blob in (SMALL, LARGE):
        file = blobs / blob.digest.partition(":")[2]
        file.write_bytes(wrong_bytes(blob.content)["last byte"])
    options = ("--blobs", str(blobs), "--upstream", registry.address)
    with Service(recorded(tmp_path, name), *options) as service:
        small = service.get(path_of(name, SMALL.digest))
        with pytest.raises(http.client.IncompleteRead):
            service.get(path_of(name, LARGE.digest))
        large = service.get(path_of(name, LARGE.digest))

    assert SMALL.content == small.body, "nothing of it was sent yet"
    assert LARGE.content == large.body


def test_of_a_wrong_file_no_part_is_given(registry: Registry, tmp_path: Path) -> None:
    """All of it is hashed first: then it is as if it were not there."""
    name = f"{registry.address}/team/app"
    blobs = write_blobs(tmp_path / "blobs", BIG.published)
    file = blobs / LARGE.digest.partition(":")[2]
    file.write_bytes(wrong_bytes(LARGE.content)["last byte"])
    with Service(recorded(tmp_path, name), "--blobs", str(blobs)) as service:
        wrong = service.get(path_of(name, LARGE.digest), headers={"Range": "bytes=0-9"})
        file.write_bytes(LARGE.content)
        right = service.get(
            path_of(name, LARGE.digest), headers={"Range": "bytes=1000000-1999999"}
        )

    assert (404, "BLOB_UNKNOWN") == told(wrong)[:2]
    assert (206, LARGE.content[1_000_000:]) == (right.status, right.body)


def test_the_first_folder_that_has_a_layer_gives_it(
    registry: Registry, tmp_path: Path
) -> None:
    """Several may be named, and none is asked for what another has."""
    name = f"{registry.address}/team/app"
    first = write_blobs(tmp_path / "first", random_image(seed=9).published)
    second = write_blobs(tmp_path / "second", BIG.published)
    options = (
        "--blobs",
        str(first),
        "--blobs",
        str(second),
        "--upstream",
        registry.address,
    )
    with Service(recorded(tmp_path, name), *options) as service:
        answer = service.get(path_of(name, LARGE.digest))

    assert LARGE.content == answer.body
    assert [] == registry.requests


FOREIGN = "https://go.microsoft.com/fwlink/?linkid=860052"


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """The seed's page, proven: its ledger, a foreign layer, and the URL that the manifest has for it."""
    folder = tmp_path_factory.mktemp("seed")
    Program(folder).run("--ledger", str(folder / "seed.db"), "import", str(PAGE_FILE))
    with Service(folder / "seed.db") as service:
        listed = json.loads(
            service.get("/v2/python/manifests/3.8.0-windowsservercore").body
        )
        digest = listed["manifests"][0]["digest"]
        layer = json.loads(service.get(f"/v2/python/manifests/{digest}").body)[
            "layers"
        ][0]
    return folder / "seed.db", layer["digest"], layer["urls"][0]


def test_a_foreign_layer_is_where_it_was_published(seed: tuple[Path, str, str]) -> None:
    """A client is sent there where the host is on the list, and nothing is sent along."""
    ledger, digest, url = seed
    host = url.split("/")[2]
    with Service(ledger, "--redirect", host.upper()) as service:
        answers = [
            service.get(path_of("library/python", digest), method=method)
            for method in ("GET", "HEAD")
        ]

    for answer in answers:
        assert (307, url, b"") == (
            answer.status,
            answer.headers["location"],
            answer.body,
        )


def test_without_leave_a_foreign_layer_is_not_there(
    seed: tuple[Path, str, str],
) -> None:
    """The words say where it lives; being an upstream is not enough."""
    ledger, digest, url = seed
    with Service(
        ledger, "--redirect", "mcr.example", "--upstream", "docker.io"
    ) as service:
        status_, code, words = told(service.get(path_of("library/python", digest)))

    assert (404, "BLOB_UNKNOWN") == (status_, code)
    assert url.split("?")[0] in words
