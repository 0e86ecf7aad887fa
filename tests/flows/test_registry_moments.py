"""Time travel: what a name was by a moment, and nothing that was not known yet."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from support.images import index_of, random_image
from support.past import Fact, record_facts, write_blobs
from support.program import Program
from support.seed_page import BLOBS, PAGE_FILE, read_seed_page
from support.service import Answer, Service
from support.statements import page
from tagledger.ledger.opening import open_ledger

FIRST, SECOND, LAST = (random_image(seed=seed, layers=2) for seed in (1, 2, 3))
LIST = index_of([SECOND])
GHCR = random_image(seed=4)
NOVEMBER = datetime(2019, 11, 1, 8, tzinfo=UTC)
MOVED = datetime(2019, 11, 20, 14, 30, 30, tzinfo=UTC)
GONE = datetime(2019, 12, 1, tzinfo=UTC)
BACK = datetime(2020, 1, 1, tzinfo=UTC)
FACTS = (
    Fact("python:3.8", FIRST.published, NOVEMBER),
    Fact("python:3.8", LIST, MOVED),
    Fact("python:3.8", None, GONE),
    Fact("python:3.8", LAST.published, BACK),
    Fact("python:3.7", FIRST.published, BACK),
    Fact("ghcr.io/team/app:1", GHCR.published, GONE),
)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One of which the times are known."""
    path = record_facts(tmp_path_factory.mktemp("past") / "ledger.db", FACTS)
    said = page("python:3.5", "3.5", 0)
    reported = msgspec.structs.replace(said.snapshot, observed_at=BACK)
    with open_ledger(str(path)) as opened:
        opened.record([msgspec.structs.replace(said, snapshot=reported)])
    return path


@pytest.fixture(scope="module")
def service(
    ledger: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The ledger, served with its layers."""
    published = [fact.published for fact in FACTS if fact.published]
    blobs = write_blobs(tmp_path_factory.mktemp("blobs"), *published)
    with Service(ledger, "--blobs", str(blobs)) as running:
        yield running


def told(answer: Answer) -> tuple[int, str, str]:
    """Status, code and words of a refusal."""
    error = json.loads(answer.body)["errors"][0]
    return answer.status, error["code"], error["message"]


@pytest.mark.parametrize(
    ("moment", "digest"),
    [
        ("2019-11-01", FIRST.digest),
        ("2019-11-19", FIRST.digest),
        ("2019-11-20t1429z", FIRST.digest),
        ("2019-11-20t143029z", FIRST.digest),
        ("2019-11-20t1430z", LIST.digest),
        ("2019-11-20t143030z", LIST.digest),
        ("2019-11-20", LIST.digest),
        ("2019-11-30", LIST.digest),
        ("2020-01-01", LAST.digest),
        ("2999-12-31", LAST.digest),
    ],
)
@pytest.mark.parametrize(
    "name", ["library/python", "python", "docker.io/library/python"]
)
def test_a_tag_is_what_it_was(
    service: Service, moment: str, digest: str, name: str
) -> None:
    """The last state known by the end of the day, the minute or the second, in UTC."""
    answer = service.get(f"/v2/at/{moment}/{name}/manifests/3.8", method="HEAD")

    assert (200, digest) == (answer.status, answer.headers["docker-content-digest"])


def test_a_tag_without_a_moment_is_what_it_is(service: Service) -> None:
    """And says when that was observed; it is not to be kept."""
    answer = service.get("/v2/library/python/manifests/3.8")

    assert LAST.manifest.content == answer.body
    assert "2020-01-01T00:00:00Z" == answer.headers["tagledger-observed-at"]
    assert "no-cache" == answer.headers["cache-control"]
    assert "read" == answer.headers["tagledger-evidence"]


def test_before_it_was_known_it_is_said_since_when_it_is(service: Service) -> None:
    """A repository and a tag each have a first observation."""
    nothing = service.get("/v2/at/2019-10-31/library/python/manifests/3.8")
    no_tag = service.get("/v2/at/2019-12-31/library/python/manifests/3.7")
    no_list = service.get("/v2/at/2019-10-31/library/python/tags/list")

    status, code, words = told(nothing)
    assert (404, "NAME_UNKNOWN") == (status, code)
    assert "known since 2019-11-01 08:00:00 UTC" in words
    status, code, words = told(no_tag)
    assert (404, "MANIFEST_UNKNOWN") == (status, code)
    assert "known since 2020-01-01 00:00:00 UTC" in words
    assert (404, "NAME_UNKNOWN") == told(no_list)[:2]


def test_what_was_gone_is_not_there(service: Service) -> None:
    """Where the last observation said so, it says when that was."""
    status, code, words = told(
        service.get("/v2/at/2019-12-24/library/python/manifests/3.8")
    )

    assert (404, "MANIFEST_UNKNOWN") == (status, code)
    assert "gone when it was looked for on 2019-12-01" in words


def test_lists_are_of_the_moment(service: Service) -> None:
    """Tags and repositories that were there, and no other."""

    def names(path: str) -> list[str]:
        found: dict[str, list[str]] = json.loads(service.get(f"/v2/{path}").body)
        return found.get("tags") or found.get("repositories") or []

    assert ["3.8"] == names("at/2019-11-20/library/python/tags/list")
    assert [] == names("at/2019-12-24/library/python/tags/list")
    assert ["3.5", "3.7", "3.8"] == names("at/2020-01-01/library/python/tags/list")
    assert [] == names("at/2019-10-31/_catalog")
    assert ["library/python"] == names("at/2019-11-01/_catalog")
    assert ["ghcr.io/team/app"] == names("at/2019-12-24/_catalog")
    assert ["ghcr.io/team/app", "library/python"] == names("_catalog")


def test_the_next_part_is_of_the_same_moment(service: Service) -> None:
    """The link keeps what the list was asked for."""
    answer = service.get("/v2/at/2020-01-01/python/tags/list?n=1")

    assert "at/2020-01-01/python" == json.loads(answer.body)["name"]
    assert (
        '</v2/at/2020-01-01/python/tags/list?n=1&last=3.5>; rel="next"'
        == answer.headers["link"]
    )


def test_a_digest_is_there_from_when_the_repository_had_it(service: Service) -> None:
    """Manifests, configs and layers; what came later is not there, what came before stays."""
    kinds = {
        f"manifests/{SECOND.digest}": SECOND.manifest.content,
        f"manifests/{LIST.digest}": LIST.root.content,
        f"blobs/{SECOND.config.digest}": SECOND.config.content,
        f"blobs/{SECOND.layers[0].blob.digest}": SECOND.layers[0].blob.content,
    }
    for path, content in kinds.items():
        early = service.get(f"/v2/at/2019-11-19/library/python/{path}")
        late = service.get(f"/v2/at/2019-12-24/library/python/{path}")
        now = service.get(f"/v2/library/python/{path}")

        assert 404 == early.status, path
        assert "_UNKNOWN" in told(early)[1]
        assert "later" in told(early)[2] or "after" in told(early)[2]
        assert content == late.body == now.body, path


def test_a_digest_of_another_repository_is_not_there(service: Service) -> None:
    """Whoever may read one repository reads no other by it."""
    for path in (
        f"manifests/{GHCR.digest}",
        f"blobs/{GHCR.config.digest}",
        f"blobs/{GHCR.layers[0].blob.digest}",
    ):
        assert 200 == service.get(f"/v2/ghcr.io/team/app/{path}").status
        assert 404 == service.get(f"/v2/library/python/{path}").status
        assert 404 == service.get(f"/v2/at/2999-01-01/library/python/{path}").status


def test_what_was_only_reported_is_known_and_not_given(service: Service) -> None:
    """The words say that it is known, and that its bytes are not held."""
    for reference in ("3.5", page("x", "3.5", 0).snapshot.root.digest):  # type: ignore[union-attr] # it has one
        status, code, words = told(
            service.get(f"/v2/library/python/manifests/{reference}")
        )

        assert (404, "MANIFEST_UNKNOWN") == (status, code)
        assert "not held" in words
        assert "known from a published page" in words


def test_content_may_be_kept_for_ever(service: Service) -> None:
    """What a digest names does not change, and a second request says so without a body."""
    path = f"/v2/library/python/manifests/{LAST.digest}"
    for _ in range(2):
        answer = service.get(path)
        again = service.get(path, headers={"If-None-Match": answer.headers["etag"]})

        assert "max-age=31536000, immutable" == answer.headers["cache-control"]
        assert (304, b"") == (again.status, again.body)
        assert LAST.manifest.content == answer.body


def test_what_is_recorded_meanwhile_is_served(tmp_path: Path) -> None:
    """A tag is looked up each time, and an image of the past that is imported late is there."""
    ledger = record_facts(tmp_path / "ledger.db", FACTS[:1])
    with Service(ledger) as service:
        before = service.get("/v2/python/manifests/3.8").headers[
            "docker-content-digest"
        ]
        assert 404 == service.get(f"/v2/python/manifests/{LIST.digest}").status

        record_facts(ledger, [Fact("python:3.8", LIST, MOVED)])

        after = service.get("/v2/python/manifests/3.8").headers["docker-content-digest"]
        assert (FIRST.digest, LIST.digest) == (before, after)
        assert 200 == service.get(f"/v2/python/manifests/{LIST.digest}").status
        yesterday = MOVED - timedelta(days=1)
        record_facts(ledger, [Fact("python:3.8", LAST.published, yesterday)])
        path = "/v2/at/2019-11-19/python/manifests/3.8"
        assert LAST.digest == service.get(path).headers["docker-content-digest"]


def test_the_seed_is_served_as_it_was_published(
    program: Program, tmp_path: Path
) -> None:
    """The list and the three manifests that a page proves have the digests asked for, byte by byte."""
    ledger = tmp_path / "seed.db"
    program.run("--ledger", str(ledger), "import", str(PAGE_FILE))
    seed = read_seed_page()
    expected = [
        seed.list_digest,
        *(section.manifest_digest for section in seed.sections),
    ]
    with Service(ledger) as service:
        by_tag = service.get("/v2/library/python/manifests/3.8.0-windowsservercore")
        listed = [entry["digest"] for entry in json.loads(by_tag.body)["manifests"]]
        answers = {
            digest: service.get(f"/v2/library/python/manifests/{digest}")
            for digest in expected
        }
        config = service.get(
            f"/v2/library/python/blobs/{seed.sections[0].config_digest}"
        )

    assert expected == [by_tag.headers["docker-content-digest"], *listed]
    for digest, answer in answers.items():
        assert digest == f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
        assert (BLOBS / digest.partition(":")[2]).read_bytes() == answer.body
        assert "proven" == answer.headers["tagledger-evidence"]
    assert (404, "BLOB_UNKNOWN") == told(config)[:2]
