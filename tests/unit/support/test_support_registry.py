"""The in-process registry keeps to the specification; the client here is the standard library's."""

import http.client
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from support.blobs import digest_of
from support.images import random_image
from support.media_types import DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST
from support.publishing import put_into
from support.rate_limit import RateLimit
from support.registry import Registry


class Answered:
    """A response, read whole; no redirect is followed and no status raises."""

    def __init__(
        self,
        address: str,
        method: str,
        target: str,
        headers: dict[str, str] | None = None,
    ) -> None:
        connection = http.client.HTTPConnection(address, timeout=10)
        connection.request(method, target, headers=headers or {})
        response = connection.getresponse()
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()
        connection.close()

    @property
    def code(self) -> str:
        """The code of the first error in the body."""
        return str(json.loads(self.body)["errors"][0]["code"])


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry served from a thread."""
    with Registry() as running:
        yield running


def test_a_manifest_is_served_by_tag_and_by_digest(registry: Registry) -> None:
    """Tag and digest give the same bytes, with media type, length and digest in the headers."""
    image = random_image()
    put_into(registry, "a/b", image.published, "1.0")
    by_tag = Answered(registry.address, "GET", "/v2/a/b/manifests/1.0")
    by_digest = Answered(registry.address, "GET", f"/v2/a/b/manifests/{image.digest}")

    assert image.manifest.content == by_tag.body == by_digest.body
    assert by_tag.headers["Content-Type"] == DOCKER_MANIFEST
    assert by_tag.headers["Docker-Content-Digest"] == image.digest
    assert by_tag.headers["Content-Length"] == str(image.manifest.size_bytes)


def test_head_gives_the_headers_of_get_without_the_body(registry: Registry) -> None:
    """HEAD declares the size of a blob whose bytes do not exist, and its Last-Modified."""
    digest = digest_of(b"a large layer")
    registry.put_blob_headers(
        "a/b", digest, 4_069_985_900, datetime(2018, 9, 18, 20, 20, 50, tzinfo=UTC)
    )
    head = Answered(registry.address, "HEAD", f"/v2/a/b/blobs/{digest}")
    get = Answered(registry.address, "GET", f"/v2/a/b/blobs/{digest}")

    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == "4069985900"
    assert head.headers["Last-Modified"] == "Tue, 18 Sep 2018 20:20:50 GMT"
    assert (get.status, get.code) == (404, "BLOB_UNKNOWN")


@pytest.mark.parametrize(
    ("asked", "status", "part", "content_range"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=5-99", 206, b"56789", "bytes 5-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("lines=1-2", 200, b"0123456789", None),
    ],
)
def test_a_part_of_a_blob_is_served(
    registry: Registry, asked: str, status: int, part: bytes, content_range: str | None
) -> None:
    """One range of bytes is answered with 206, one past the end with 416, other units with everything."""
    digest = registry.put_blob("a/b", b"0123456789")
    got = Answered(registry.address, "GET", f"/v2/a/b/blobs/{digest}", {"Range": asked})

    assert (status, part, content_range) == (
        got.status,
        got.body,
        got.headers["Content-Range"],
    )


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("/v2/a/b/manifests/none", 404, "MANIFEST_UNKNOWN"),
        ("/v2/no/such/manifests/1.0", 404, "NAME_UNKNOWN"),
        ("/v2/no/such/tags/list", 404, "NAME_UNKNOWN"),
        (f"/v2/a/b/blobs/{digest_of(b'')}", 404, "BLOB_UNKNOWN"),
        ("/elsewhere", 404, "NOT_FOUND"),
    ],
)
def test_what_is_not_there_is_named_by_an_error_code(
    registry: Registry, target: str, status: int, code: str
) -> None:
    """Errors have the body that the specification lays down."""
    put_into(registry, "a/b", random_image().published, "1.0")
    got = Answered(registry.address, "GET", target)

    assert (status, code) == (got.status, got.code)


def test_tags_come_in_pages_with_links(registry: Registry) -> None:
    """Pages are cut by `n`, continue after `last`, and the last one has no link."""
    for tag in ("c", "a", "e", "b", "d"):
        put_into(registry, "a/b", random_image().published, tag)
    target: str | None = "/v2/a/b/tags/list?n=2"
    pages = []
    while target:
        page = Answered(registry.address, "GET", target)
        pages.append(json.loads(page.body)["tags"])
        link = page.headers["Link"]
        target = link.partition("<")[2].partition(">")[0] if link else None

    assert pages == [["a", "b"], ["c", "d"], ["e"]]


def test_referrers_are_listed_and_filtered(registry: Registry) -> None:
    """A manifest with a subject appears among the subject's referrers, under its artifact type."""
    subject = random_image(format="oci")
    registry.put_manifest("a/b", subject.manifest.content, OCI_MANIFEST)
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": "application/spdx+json",
        "subject": subject.manifest.descriptor(),
    }
    digest = registry.put_manifest("a/b", json.dumps(document).encode(), OCI_MANIFEST)
    target = f"/v2/a/b/referrers/{subject.digest}"
    listed = Answered(registry.address, "GET", target)
    others = Answered(registry.address, "GET", f"{target}?artifactType=other")

    assert listed.headers["Content-Type"] == OCI_INDEX
    assert [digest] == [
        entry["digest"] for entry in json.loads(listed.body)["manifests"]
    ]
    assert others.headers["OCI-Filters-Applied"] == "artifactType"
    assert json.loads(others.body)["manifests"] == []


def test_requests_are_recorded(registry: Registry) -> None:
    """Method, path, headers and peer of each request are kept in order."""
    Answered(registry.address, "GET", "/v2/")
    request = registry.asked("GET", "/v2/*")[0]

    assert registry.lines == ["GET /v2/"]
    assert request.headers["Host"] == registry.address
    assert request.remote == "127.0.0.1"


def test_a_rate_limit_is_told_and_kept() -> None:
    """Each manifest carries what is left; when nothing is left the answer is 429."""
    with Registry(rate_limit=RateLimit(1)) as registry:
        put_into(registry, "a/b", random_image().published, "1.0")
        first = Answered(registry.address, "GET", "/v2/a/b/manifests/1.0")
        second = Answered(registry.address, "GET", "/v2/a/b/manifests/1.0")

    assert (first.status, first.headers["ratelimit-remaining"]) == (200, "0;w=21600")
    assert (second.status, second.code) == (429, "TOOMANYREQUESTS")


async def test_it_runs_in_the_event_loop_of_the_test() -> None:
    """`async with` serves without a thread, and the port is closed afterwards."""
    import aiohttp

    registry = Registry()
    async with registry, aiohttp.ClientSession() as session:
        put_into(registry, "a/b", random_image().published, "1.0")
        async with session.get(f"{registry.url}/v2/a/b/manifests/1.0") as response:
            body = await response.read()

    assert random_image().manifest.content == body
    with pytest.raises(ConnectionRefusedError):
        Answered(registry.address, "GET", "/v2/")
