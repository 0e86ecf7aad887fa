"""Every endpoint of the pull side of the distribution specification 1.1, beside Debian's `docker-registry`."""

import http.client
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec
import pytest

from support.artifacts import helm_chart, sbom
from support.blobs import Published
from support.debian_registry import DebianRegistry
from support.images import index_of, random_image
from support.media_types import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_MANIFEST,
    SCHEMA_1_SIGNED,
)
from support.past import Fact, record_facts, write_blobs
from support.publishing import Push
from support.schema1 import schema_1_signed
from support.service import Answer, Service
from support.tools import needs

pytestmark = needs("docker-registry")

THEN = datetime(2019, 11, 20, 14, 30, tzinfo=UTC)
DOCKER = random_image(seed=1, layers=2)
OCI = random_image(seed=2, layers=2, format="oci")
LIST = index_of([DOCKER, random_image(seed=3, arch="arm64")])
INDEX = index_of([OCI], format="oci")
SBOM = sbom(OCI.manifest)
CHART = helm_chart()
OTHER = random_image(seed=4)
SIGNED = schema_1_signed()
APP: dict[str, Published] = {
    "Beta": INDEX,
    "alpha": LIST,
    "chart": CHART,
    "sbom": SBOM,
    "signed": SIGNED,
}
UNKNOWN = f"sha256:{'0' * 64}"
LAYER = DOCKER.layers[0].blob
ACCEPTED = (
    f"{DOCKER_LIST}, {DOCKER_MANIFEST}, {OCI_INDEX}, {OCI_MANIFEST}, {SCHEMA_1_SIGNED}"
)


class Both(msgspec.Struct, frozen=True):
    """The past and the present of the same repositories, and how the first spells them."""

    past: Service
    port: int

    def ask(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        """What the service answers for a path of the other registry."""
        name = f"/localhost__{self.port}" if path != "/" else ""
        return self.past.get(f"/v2{name}{path}", method=method, headers=dict(headers))

    def ask_peer(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        """What Debian's registry answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, f"/v2{path}", headers=dict(headers))
            given = connection.getresponse()
            found = {name.lower(): value for name, value in given.getheaders()}
            try:
                body = given.read()
            except http.client.IncompleteRead as exc:
                # Of a range that there is not it announces the whole.
                body = exc.partial
            return Answer(given.status, found, body)
        finally:
            connection.close()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """The two, with the same content."""
    folder = tmp_path_factory.mktemp("past")
    with DebianRegistry(folder / "registry") as registry:
        push = Push(registry.url)
        for tag, published in APP.items():
            push.push("team/app", published, tag)
        push.push("team/other", OTHER.published, "1.0")
        facts = [
            Fact(f"{registry.address}/team/app:{tag}", item, THEN)
            for tag, item in APP.items()
        ]
        facts.append(Fact(f"{registry.address}/team/other:1.0", OTHER.published, THEN))
        ledger = record_facts(folder / "ledger.db", facts)
        blobs = write_blobs(folder / "blobs", *APP.values(), OTHER.published)
        with Service(ledger, "--blobs", str(blobs)) as service:
            yield Both(service, registry.port)


class Row(msgspec.Struct, frozen=True):
    """A request, and what the specification has answered to it.

    `code` is that of the error body. `differs` says why Debian's registry answers otherwise.
    """

    method: str
    path: str
    status: int
    code: str | None = None
    asked: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    body: bytes | None = None
    differs: str | None = None


def content(
    path: str, published_digest: str, media_type: str, body: bytes
) -> list[Row]:
    """GET and HEAD of something that is there."""
    headers = {
        "content-type": media_type,
        "content-length": str(len(body)),
        "docker-content-digest": published_digest,
        "etag": f'"{published_digest}"',
        "docker-distribution-api-version": "registry/2.0",
    }
    asked = {"Accept": ACCEPTED}
    return [
        Row("GET", path, 200, asked=asked, headers=headers, body=body),
        Row("HEAD", path, 200, asked=asked, headers=headers, body=b""),
        Row(
            "GET",
            path,
            304,
            asked={**asked, "If-None-Match": f'"{published_digest}"'},
            body=b"",
        ),
    ]


TAGS = "/team/app/tags/list"
LAYER_PATH = f"/team/app/blobs/{LAYER.digest}"
OCTETS = "application/octet-stream"
COMPARED = (
    "content-length",
    "content-range",
    "docker-content-digest",
    "etag",
    "docker-distribution-api-version",
)
NO_PAGES = "2.8.2 lists all tags at once"
NO_REFERRERS = "2.8.2 has no referrers"
NO_ROUTE = "2.8.2 answers what its routes do not know without a code"

ROWS = [
    # end-1
    *(Row(method, "/", 200, headers={"docker-distribution-api-version": "registry/2.0"}) for method in ("GET", "HEAD")),
    # end-2: blobs
    *content(LAYER_PATH, LAYER.digest, OCTETS, LAYER.content),
    Row("GET", f"/team/app/blobs/{UNKNOWN}", 404, "BLOB_UNKNOWN"),
    Row("HEAD", f"/team/app/blobs/{UNKNOWN}", 404, body=b""),
    Row("GET", f"/team/app/blobs/{OTHER.layers[0].blob.digest}", 404, "BLOB_UNKNOWN"),
    Row("GET", f"/team/app/blobs/{OTHER.config.digest}", 404, "BLOB_UNKNOWN"),
    Row("GET", f"/team/app/blobs/{DOCKER.digest}", 404, "BLOB_UNKNOWN"),
    Row("GET", f"/team/nobody/blobs/{LAYER.digest}", 404, "NAME_UNKNOWN", differs="2.8.2 says BLOB_UNKNOWN where the name is what is not known"),
    Row("GET", "/team/app/blobs/sha256:abc", 400, "DIGEST_INVALID"),
    Row("GET", "/team/app/blobs/latest", 400, "DIGEST_INVALID", differs=NO_ROUTE),
    Row("GET", LAYER_PATH, 206, asked={"Range": "bytes=2-5"}, headers={"content-range": f"bytes 2-5/{LAYER.size_bytes}", "content-length": "4"}, body=LAYER.content[2:6]),
    Row("GET", LAYER_PATH, 206, asked={"Range": "bytes=-3"}, body=LAYER.content[-3:]),
    Row("GET", LAYER_PATH, 206, asked={"Range": "bytes=7-"}, body=LAYER.content[7:]),
    Row("GET", LAYER_PATH, 206, asked={"Range": "bytes=1-1", "If-Range": f'"{LAYER.digest}"'}, body=LAYER.content[1:2]),
    Row("GET", LAYER_PATH, 200, asked={"Range": "bytes=1-1", "If-Range": '"other"'}, body=LAYER.content),
    Row("GET", LAYER_PATH, 416, "RANGE_INVALID", asked={"Range": "bytes=99999999-"}, headers={"content-range": f"bytes */{LAYER.size_bytes}"}, differs="2.8.2 says it in words"),
    Row("GET", f"/team/app/blobs/{DOCKER.config.digest}", 206, asked={"Range": "bytes=0-4"}, body=DOCKER.config.content[:5]),
    Row("GET", f"/team/app/blobs/{DOCKER.config.digest}", 416, "RANGE_INVALID", asked={"Range": "bytes=99999999-"}, differs="2.8.2 says it in words"),
    # end-3: manifests
    *content("/team/app/manifests/alpha", LIST.digest, DOCKER_LIST, LIST.root.content),
    *content(f"/team/app/manifests/{LIST.digest}", LIST.digest, DOCKER_LIST, LIST.root.content),
    *content(f"/team/app/manifests/{DOCKER.digest}", DOCKER.digest, DOCKER_MANIFEST, DOCKER.manifest.content),
    *content("/team/app/manifests/Beta", INDEX.digest, OCI_INDEX, INDEX.root.content),
    *content(f"/team/app/manifests/{OCI.digest}", OCI.digest, OCI_MANIFEST, OCI.manifest.content),
    *content("/team/app/manifests/sbom", SBOM.digest, OCI_MANIFEST, SBOM.root.content),
    *content("/team/app/manifests/chart", CHART.digest, OCI_MANIFEST, CHART.root.content),
    *content("/team/app/manifests/signed", SIGNED.digest, SCHEMA_1_SIGNED, SIGNED.root.content),
    Row("GET", "/team/app/manifests/nothing", 404, "MANIFEST_UNKNOWN"),
    Row("HEAD", "/team/app/manifests/nothing", 404, body=b""),
    Row("GET", f"/team/app/manifests/{UNKNOWN}", 404, "MANIFEST_UNKNOWN"),
    Row("GET", f"/team/app/manifests/{OTHER.digest}", 404, "MANIFEST_UNKNOWN"),
    Row("HEAD", f"/team/app/manifests/{OTHER.digest}", 404, body=b""),
    Row("GET", "/team/nobody/manifests/1.0", 404, "NAME_UNKNOWN", differs="2.8.2 says MANIFEST_UNKNOWN where the name is what is not known"),
    Row("GET", "/team/app/manifests/sha256:abc", 400, "DIGEST_INVALID", differs=NO_ROUTE),
    Row("GET", "/Team/app/manifests/1.0", 400, "NAME_INVALID", differs=NO_ROUTE),
    Row("GET", f"/team/app/manifests/{DOCKER.config.digest}", 404, "MANIFEST_UNKNOWN", asked={"Accept": ACCEPTED}, differs="2.8.2 fails over what is no manifest"),
    # end-8: tags
    Row("GET", TAGS, 200, headers={"content-type": "application/json"}),
    Row("HEAD", TAGS, 200, body=b"", differs="2.8.2 takes no HEAD here"),
    Row("GET", f"{TAGS}?n=2", 200),
    Row("GET", f"{TAGS}?n=x", 400, "PAGINATION_NUMBER_INVALID", differs=NO_PAGES),
    Row("GET", "/team/nobody/tags/list", 404, "NAME_UNKNOWN"),
    # end-12: referrers
    Row("GET", f"/team/app/referrers/{OCI.digest}", 200, headers={"content-type": OCI_INDEX}, differs=NO_REFERRERS),
    Row("GET", f"/team/app/referrers/{UNKNOWN}", 200, differs=NO_REFERRERS),
    Row("GET", f"/team/nobody/referrers/{OCI.digest}", 200, differs=NO_REFERRERS),
    Row("GET", "/team/app/referrers/abc", 400, "DIGEST_INVALID", differs=NO_REFERRERS),
    # all the rest of the specification's endpoints write
    *(
        Row(method, path, 405, "UNSUPPORTED", headers={"allow": "GET, HEAD"}, differs="2.8.2 takes what is pushed")
        for method, path in (
            ("POST", "/team/app/blobs/uploads/"),
            ("PATCH", "/team/app/blobs/uploads/1"),
            ("PUT", "/team/app/blobs/uploads/1"),
            ("PUT", "/team/app/manifests/new"),
            ("DELETE", f"/team/app/manifests/{LIST.digest}"),
            ("DELETE", f"/team/app/blobs/{LAYER.digest}"),
            ("DELETE", "/team/app/manifests/alpha"),
            ("POST", "/"),
        )
    ),
    Row("GET", "/team/app/blobs/uploads/1", 404, "BLOB_UPLOAD_UNKNOWN", differs="2.8.2 wants the number of one"),
]  # fmt: skip


@pytest.mark.parametrize(
    "row", ROWS, ids=lambda row: f"{row.method} {row.path[:40]} {row.status}"
)
def test_an_endpoint_answers_as_the_specification_has_it(both: Both, row: Row) -> None:
    """Status, headers and error code; and so does Debian's registry, but where a row says why not."""
    answer = both.ask(row.method, row.path, row.asked)
    assert (row.status, row.code) == (answer.status, code_of(answer)), answer.text
    assert dict(row.headers) == {name: answer.headers.get(name) for name in row.headers}
    assert row.body in (None, answer.body)
    peer = (
        None
        if row.method not in ("GET", "HEAD")
        else both.ask_peer(row.method, row.path, row.asked)
    )

    if peer is not None:
        agrees = (answer.status, code_of(answer)) == (peer.status, code_of(peer))
        assert agrees == (row.differs is None), f"{peer.status} {peer.body!r}"
    is_content = row.status in (200, 206) and not row.path.startswith(TAGS)
    if peer is not None and row.differs is None and is_content:
        names: tuple[str, ...] = COMPARED
        if peer.headers.get("content-type") == SCHEMA_1_SIGNED:
            # Debian's registry signs it anew each time; the digest is of what is signed.
            names = ("docker-content-digest", "etag")
        else:
            assert peer.body == answer.body
        for name in names:
            assert peer.headers.get(name) == answer.headers.get(name), name


def code_of(answer: Answer) -> str | None:
    """The code of an error body; None where it has no such body."""
    try:
        return str(json.loads(answer.body)["errors"][0]["code"])
    except (ValueError, KeyError, TypeError):
        return None


def test_tags_come_in_parts_and_without_regard_to_case(both: Both) -> None:
    """Each `Link` leads to the next part, the last has none."""
    first = both.ask("GET", f"{TAGS}?n=2", {})
    link = first.headers["link"]
    path = urlsplit(link[1 : link.index(">")])
    second = both.past.get(f"{path.path}?{path.query}")
    third = both.ask("GET", f"{TAGS}?n=9&last=chart", {})

    name = f"localhost__{both.port}/team/app"
    assert {"name": name, "tags": ["alpha", "Beta"]} == json.loads(first.body)
    assert link.endswith('>; rel="next"')
    assert ["chart", "sbom"] == json.loads(second.body)["tags"]
    assert ["sbom", "signed"] == json.loads(third.body)["tags"]
    assert "link" not in third.headers
    assert sorted(APP) == sorted(json.loads(both.ask("GET", TAGS, {}).body)["tags"])
    assert sorted(APP) == sorted(
        json.loads(both.ask_peer("GET", TAGS, {}).body)["tags"]
    )


def test_none_wanted_is_none_given(both: Both) -> None:
    """With `n=0` the list is empty, and nothing follows."""
    answer = both.ask("GET", f"{TAGS}?n=0", {})

    assert [] == json.loads(answer.body)["tags"]
    assert "link" not in answer.headers


def test_the_catalog_comes_in_parts(both: Both) -> None:
    """As the tags do; a registry's port is spelled so that a client can ask for it."""
    whole = both.past.get("/v2/_catalog")
    first = both.past.get("/v2/_catalog?n=1")
    second = both.past.get(f"/v2/_catalog?n=1&last=localhost__{both.port}/team/app")

    names = [f"localhost__{both.port}/team/{name}" for name in ("app", "other")]
    assert names == json.loads(whole.body)["repositories"]
    assert names[:1] == json.loads(first.body)["repositories"]
    assert 'rel="next"' in first.headers["link"]
    assert names[1:] == json.loads(second.body)["repositories"]
    assert "link" not in second.headers


def test_what_refers_to_a_manifest_is_listed(both: Both) -> None:
    """With its artifact type and annotations; a filter that was applied is named."""
    path = f"/team/app/referrers/{OCI.digest}"
    described = {
        "mediaType": OCI_MANIFEST,
        "digest": SBOM.digest,
        "size": SBOM.root.size_bytes,
        "artifactType": "application/spdx+json",
        "annotations": {"org.opencontainers.image.created": "2024-03-01T12:00:00Z"},
    }

    whole = both.ask("GET", path, {})
    fitting = both.ask("GET", f"{path}?artifactType=application%2Fspdx%2Bjson", {})
    other = both.ask("GET", f"{path}?artifactType=application/other", {})

    index = json.loads(whole.body)
    assert (2, OCI_INDEX, [described]) == (
        index["schemaVersion"],
        index["mediaType"],
        index["manifests"],
    )
    assert "oci-filters-applied" not in whole.headers
    assert [described] == json.loads(fitting.body)["manifests"]
    assert "artifactType" == fitting.headers["oci-filters-applied"]
    assert ([], "artifactType") == (
        json.loads(other.body)["manifests"],
        other.headers["oci-filters-applied"],
    )


def test_what_refers_elsewhere_is_not_listed(both: Both) -> None:
    """Referrers are those of the repository."""
    answer = both.ask("GET", f"/team/other/referrers/{OCI.digest}", {})

    assert [] == json.loads(answer.body)["manifests"]
