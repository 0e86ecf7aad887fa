"""Whatever is sent to the registry, it answers, and never with a failure of its own."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from support.images import random_image
from support.past import Fact, record_facts, write_blobs
from support.service import Service

IMAGE = random_image(seed=1)
BLOB = f"/v2/python/blobs/{IMAGE.layers[0].blob.digest}"
MANIFEST = f"/v2/python/manifests/{IMAGE.digest}"
SECONDS = 20


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One with a single image, of which every byte is held."""
    folder = tmp_path_factory.mktemp("hostile")
    fact = Fact("python:1", IMAGE.published, datetime(2019, 11, 20, tzinfo=UTC))
    ledger = record_facts(folder / "ledger.db", [fact])
    with Service(
        ledger, "--blobs", str(write_blobs(folder / "blobs", IMAGE.published))
    ) as running:
        yield running


def status_of(service: Service, head: bytes) -> int:
    """The status of the answer to these very bytes; 0 where the connection was closed without one."""
    with socket.create_connection(
        ("127.0.0.1", service.port), timeout=SECONDS
    ) as connection:
        connection.sendall(head)
        received = b""
        while b"\r\n" not in received:
            piece = connection.recv(65_536)
            if not piece:
                return 0
            received += piece
    return int(received.split(b" ", 2)[1])


def request(path: bytes, *headers: bytes, method: bytes = b"GET") -> bytes:
    """A request as it goes over the line."""
    lines = [
        method + b" " + path + b" HTTP/1.1",
        b"Host: localhost",
        b"Connection: close",
        *headers,
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n"


PATHS = [
    b"/v2/" + b"a" * 60_000 + b"/manifests/1",
    b"/v2/" + b"a/" * 900 + b"manifests/1",
    b"/v2/python/manifests/" + b"x" * 60_000,
    b"/v2/a\0b/manifests/1",
    b"/v2/a%00b/manifests/1",
    b"/v2/%2e%2e/%2e%2e/etc/passwd/manifests/1",
    b"/v2/../../etc/passwd",
    b"/v2/python/blobs/../../../../etc/passwd",
    b"/v2/python/blobs/sha256:..%2f..%2fetc%2fpasswd",
    b"/v2/python%2Fmanifests%2F1",
    b"/v2/library%2Fpython/manifests/1",
    b"/v2//python//manifests//1",
    b"/v2/./python/manifests/1",
    b"/v2/\xff\xfe/manifests/1",
    b"/v2/%ff%fe/manifests/%c0%ae",
    b"/v2/%/manifests/%zz",
    "/v2/pythön/manifests/1".encode(),
    b"/v2/python/manifests/1?" + b"a=b&" * 10_000,
    b"/v2/python/tags/list?n=99999999999999999999",
    b"/v2/python/tags/list?n=-1",
    b"/v2/python/tags/list?n=1e9&last=%00%ff",
    b"/v2/python/tags/list?last=%F0%9F%92%A9",
    b"/v2/_catalog?last=%00&n=0",
    b"/v2/python/referrers/" + IMAGE.digest.encode() + b"?artifactType=%00%0d%0aX: y&last=%ff",
    b"/v2/at/0000-00-00/python/manifests/1",
    b"/v2/at/9999-12-31/python/manifests/1",
    b"/v2/at/0001-01-01/python/manifests/1",
    b"/v2/at/2019-11-20t9999z/python/manifests/1",
    b"/v2/python/manifests/sha256:" + b"0" * 63,
    b"/v2/python/manifests/sha512:" + b"0" * 128,
    b"/v2/python/manifests/md5:" + b"0" * 32,
    b"/v2/python/manifests/@:",
    b"/v2/'; DROP TABLE tag; --/tags/list",
    b"/v2/%27%3b/tags/list",
    b"http://other.example/v2/python/manifests/1",
    b"*",
    b"/v2?",
    b"/v2/?x",
]  # fmt: skip

HEADERS = [
    b"Range: bytes=0-",
    b"Range: bytes=-0",
    b"Range: bytes=9999999999999999999999999999-1",
    b"Range: bytes=0-99999999999999999999",
    b"Range: bytes=0-0,1-1,2-2," + b"3-3," * 2_000,
    b"Range: bytes=--1",
    b"Range: \xff\xfe",
    b"Range: bytes=0-1\r\nRange: bytes=2-3",
    b"If-Range: \xff",
    b"If-None-Match: " + b'"x",' * 2_000,
    b"If-None-Match: \xff",
    b"Accept: " + b"a/b," * 2_000,
    b"Accept: \xff",
    b"Host: \xff",
    b"Content-Length: 99999999999",
    b"Content-Length: -1",
    b"Transfer-Encoding: chunked",
    b"X: " + b"y" * 200_000,
    b"Expect: 100-continue",
    b"Authorization: \xff\xfe",
    b": nothing",
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40].decode("latin-1"))
def test_no_path_makes_it_fail(service: Service, path: bytes) -> None:
    """It is understood, refused, or no HTTP at all."""
    for method in (b"GET", b"HEAD", b"DELETE", b"BREW"):
        status = status_of(service, request(path, method=method))

        assert status < 500, method
    assert 200 == service.get(MANIFEST).status


@pytest.mark.parametrize(
    "header", HEADERS, ids=lambda header: header[:40].decode("latin-1")
)
@pytest.mark.parametrize("path", [BLOB, MANIFEST])
def test_no_header_makes_it_fail(service: Service, header: bytes, path: str) -> None:
    """The same of what stands beside the path, for what is remembered and what is streamed."""
    assert status_of(service, request(path.encode(), header)) < 500
    assert 200 == service.get(MANIFEST).status


def test_what_a_visitor_sends_changes_nothing(service: Service) -> None:
    """A body is left unread, however long it says that it is."""
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = service.get(MANIFEST, method=method, body=b"x" * 10_000)

        assert 405 == answer.status
        assert "GET, HEAD" == answer.headers["allow"]
    assert IMAGE.manifest.content == service.get(MANIFEST).body
