"""What a visitor may not read is not there, by whatever way it is asked for."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.artifacts import sbom
from support.images import random_image
from support.in_process import ask
from support.past import Fact, record_facts, write_blobs
from tagledger.endpoint.blobs import Layers
from tagledger.endpoint.registry import Registry
from tagledger.flows.past.elsewhere import Redirects, Upstreams
from tagledger.flows.readers import Readers
from tagledger.flows.visitor import Visitor
from tagledger.settings import Settings
from tagledger.sources.blob_folders import BlobFolders

THEN = datetime(2019, 11, 20, tzinfo=UTC)
SHARED, SECRET, OPEN = (random_image(seed=seed, format="oci") for seed in (1, 2, 3))
BILL = sbom(SECRET.manifest)
GUEST = Visitor(readable=("python", "ghcr.io/open/*"))
OWNER = Visitor(name="owner", readable=("ghcr.io/*",))
SECRETS = "ghcr.io/secret/app"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Over a ledger of three repositories, one of which is kept from guests."""
    folder = tmp_path_factory.mktemp("visitors")
    facts = [
        Fact("python:1", SHARED.published, THEN),
        Fact(f"{SECRETS}:1", SECRET.published, THEN),
        Fact(f"{SECRETS}:same", SHARED.published, THEN),
        Fact(f"{SECRETS}:bill", BILL, THEN),
        Fact("ghcr.io/open/app:1", OPEN.published, THEN),
    ]
    ledger = record_facts(folder / "ledger.db", facts)
    blobs = write_blobs(
        folder / "blobs", *(fact.published for fact in facts if fact.published)
    )
    readers = Readers(str(ledger))
    upstreams = Upstreams({}, Settings({}, Path("/nowhere")))
    layers = Layers(BlobFolders([blobs]), upstreams, Redirects.to())
    yield Registry(readers, layers)
    readers.close()


PATHS = [
    "manifests/1",
    "manifests/same",
    f"manifests/{SECRET.digest}",
    f"manifests/{SHARED.digest}",
    f"blobs/{SECRET.config.digest}",
    f"blobs/{SECRET.layers[0].blob.digest}",
    f"blobs/{SHARED.layers[0].blob.digest}",
    "tags/list",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("before", ["", "at/2020-01-01/"])
def test_what_is_kept_from_a_visitor_is_as_if_it_were_not(
    registry: Registry, path: str, before: str
) -> None:
    """The answer is that of a name that nobody knows, also where others asked just before."""
    asked = f"/v2/{before}{SECRETS}/{path}"
    assert 200 == ask(registry, asked).status
    assert 200 == ask(registry, asked, visitor=OWNER).status

    hidden = ask(registry, asked, visitor=GUEST)
    unknown = ask(registry, asked.replace("secret/app", "nobody/at"), visitor=GUEST)

    assert 404 == hidden.status == unknown.status
    assert unknown.text.replace("nobody/at", "secret/app") == hidden.text
    assert 200 == ask(registry, asked, visitor=OWNER).status


def test_by_a_repository_that_is_open_no_other_is_read(registry: Registry) -> None:
    """A digest of the one that is kept is not there under another name."""
    for digest in (SECRET.digest, BILL.digest):
        assert (
            404
            == ask(
                registry, f"/v2/ghcr.io/open/app/manifests/{digest}", visitor=GUEST
            ).status
        )
    for digest in (SECRET.config.digest, SECRET.layers[0].blob.digest):
        assert (
            404
            == ask(
                registry, f"/v2/ghcr.io/open/app/blobs/{digest}", visitor=GUEST
            ).status
        )


def test_a_visitor_reads_what_they_may(registry: Registry) -> None:
    """And a cache may not give it to others."""
    for path in (
        "python/manifests/1",
        f"python/manifests/{SHARED.digest}",
        f"ghcr.io/open/app/blobs/{OPEN.config.digest}",
    ):
        answer = ask(registry, f"/v2/{path}", visitor=GUEST)

        assert 200 == answer.status
        assert (
            "max-age" not in answer.headers["cache-control"]
            or "private" in answer.headers["cache-control"]
        )


def test_the_catalog_lists_what_a_visitor_may_read(registry: Registry) -> None:
    """With and without a moment."""
    for before in ("", "at/2020-01-01/"):

        def names(visitor: Visitor, before: str = before) -> list[str]:
            found: list[str] = json.loads(
                ask(registry, f"/v2/{before}_catalog", visitor=visitor).body
            )["repositories"]
            return found

        assert ["ghcr.io/open/app", "library/python"] == names(GUEST)
        assert ["ghcr.io/open/app", SECRETS] == names(OWNER)
        assert [] == names(Visitor(readable=()))


def test_referrers_are_those_that_a_visitor_may_read(registry: Registry) -> None:
    """There is no 404 here: the list is empty, as it is of what nobody knows."""
    asked = f"/v2/{SECRETS}/referrers/{SECRET.digest}"

    assert (
        BILL.digest
        == json.loads(ask(registry, asked, visitor=OWNER).body)["manifests"][0][
            "digest"
        ]
    )
    assert [] == json.loads(ask(registry, asked, visitor=GUEST).body)["manifests"]
