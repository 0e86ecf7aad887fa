"""Where the API says that it is: behind a proxy with a prefix, and for people; and what a question that takes long gets."""

import asyncio
import html
import json
import re
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from support.api import DESCRIPTION, OPERATIONS
from support.asgi import Answered, ask
from support.in_process import ask as ask_site
from support.in_process import living_on
from support.site_ledger import APP, fill_site_ledger
from support.statements import page
from tagledger.endpoint.asgi import Application
from tagledger.flows.readers import Readers
from tagledger.ledger.opening import open_ledger
from tagledger.server.application import make_application
from tagledger.server.options import ServiceOptions
from tagledger.site.app import make_site

PROXY = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "images.example", "X-Forwarded-For": "198.51.100.7"}  # fmt: skip
BASE = "https://images.example/ledger"


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """The service below a prefix of a proxy that it trusts."""
    ledger = fill_site_ledger(tmp_path_factory.mktemp("places") / "ledger.sqlite")
    options = ServiceOptions(
        ledger=str(ledger),
        prefix="/ledger",
        trusted_proxies=(ip_network("192.0.2.0/24"),),
        trusted_hosts=("images.example",),
        access_log=None,
    )
    with living_on(make_application(options)) as application:
        yield application


def answer(application: Application, target: str, **more: str) -> Answered:
    """What who asks the proxy gets."""
    return asyncio.run(ask(application, target, headers=PROXY, **more))


@pytest.mark.parametrize("cut", [True, False], ids=["cut off", "left"])
def test_addresses_are_those_of_the_proxy(behind: Application, cut: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    """Of problems, the next page, feeds and the description, whether it leaves the prefix or cuts it off."""
    prefix = "" if cut else "/ledger"

    problem = json.loads(answer(behind, f"{prefix}/api/v1/image?ref=UP").body)
    listed = answer(behind, f"{prefix}/api/v1/facts?limit=1")
    feed = ET.fromstring(answer(behind, f"{prefix}/feed/tag/{APP}").body)  # noqa: S314 - likewise
    described = json.loads(answer(behind, f"{prefix}/openapi.json").body)

    assert f"{BASE}/problems/malformed-reference" == problem["type"]
    assert listed.headers["link"].startswith("</ledger/api/v1/facts?")
    found = [
        item.attrib["href"] for item in feed.iter("{http://www.w3.org/2005/Atom}link")
    ]
    assert all(address.startswith(f"{BASE}/") for address in found)
    assert f"{BASE}/feed/tag/{APP}" in found
    assert [{"url": BASE}] == described["servers"]


def test_what_is_not_there_is_a_problem_below_a_prefix_too(behind: Application) -> None:
    """No page comes where a script asks."""
    for path in ("/ledger/api/v2", "/ledger/api/v1/nothing", "/ledger/feed/none"):
        assert (
            "application/problem+json" == answer(behind, path).headers["content-type"]
        )


def test_the_page_for_people_has_every_operation(behind: Application) -> None:
    """With a line that can be pasted, and nothing from anywhere else."""
    shown = answer(behind, "/ledger/api")

    assert 200 == shown.status
    for operation in OPERATIONS.values():
        assert f"<code>{operation['path']}</code>" in shown.text
        assert operation["summary"] in shown.text
    assert len(OPERATIONS) == shown.text.count(f"<code>curl &#39;{BASE}/api/v1/")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', shown.text)
    assert all(address.startswith(("/ledger/", "#")) for address in loaded)
    assert 'href="/ledger/api"' in answer(behind, "/ledger/").text


def test_the_lines_to_try_are_of_this_ledger(behind: Application) -> None:
    """Each is answered: the names and digests in it are those of its newest fact. Of bytes there may be none."""
    shown = html.unescape(answer(behind, "/ledger/api").text)
    lines = re.findall(rf"<code>curl '{BASE}([^']+)'</code>", shown)
    answers = {line: answer(behind, f"/ledger{line}") for line in lines}

    assert len(OPERATIONS) == len(answers)
    for line, given in answers.items():
        is_of_bytes = line.startswith(("/api/v1/documents/", "/api/v1/raw"))
        assert given.status in ((200, 404) if is_of_bytes else (200,)), (
            line,
            given.text,
        )


@pytest.mark.parametrize(
    "path", ["/api/v1", "/api/swagger", "/api/openapi.json", "/api/redoc"]
)
def test_nothing_else_describes_it(behind: Application, path: str) -> None:
    """The framework's own pages, which load from third parties, are not there."""
    assert 404 == answer(behind, path).status


def test_head_has_the_headers_alone(behind: Application) -> None:
    """Length and ETag as of GET, and no body; also of the description."""
    for path in (*("/openapi.json", "/feed/all"), f"/api/v1/image?ref={APP}"):
        got, head = answer(behind, path), answer(behind, path, method="HEAD")

        assert (200, b"") == (head.status, head.body)
        for name in ("etag", "content-length", "content-type", "cache-control"):
            assert got.headers[name] == head.headers[name]


def test_nothing_can_be_changed(behind: Application) -> None:
    """Any other method is refused with a problem document that says which are taken."""
    for path in DESCRIPTION["paths"]:
        refused = answer(behind, path.replace("{digest}", "abcdef"), method="POST")

        assert (405, "GET, HEAD, OPTIONS") == (refused.status, refused.headers["allow"])
        assert "application/problem+json" == refused.headers["content-type"]


def test_what_takes_too_long_is_told_to_be_asked_again(tmp_path: Path) -> None:
    """503 with `Retry-After`, as a problem document, and nobody waits."""
    ledger = fill_site_ledger(tmp_path / "ledger.sqlite")
    readers = Readers(str(ledger), seconds=0.0)
    site = make_site(readers)
    try:
        slow = ask_site(site, "/api/v1/search?text=curl")  # type: ignore[arg-type]  # Litestar's own types say less
        counted = ask_site(site, "/api/v1/stats")  # type: ignore[arg-type]  # likewise
    finally:
        readers.close()

    assert (503, "ledger-too-slow") == (slow.status, json.loads(slow.body)["code"])
    assert int(slow.headers["retry-after"]) > 0
    # What counts all there is has a time of its own.
    assert 200 == counted.status


ODD = (
    "%00",
    "a%00b",
    "%ed%a0%80",
    "%ff",
    "%F0%9F%90%B3" * 40,
    "%25_%5C",
    "%27%22%3B--",
)


@pytest.mark.parametrize("odd", ODD)
def test_odd_texts_are_looked_for_on_either_engine(address: str, odd: str) -> None:
    """What no database takes as text, and what means something in its patterns, is only text that is not there."""
    with open_ledger(address) as opened:
        opened.record([page("python:3.6", "a", 0)])
    readers = Readers(address)
    site = make_site(readers)
    paths = [
        *(f"search?{name}={odd}" for name in ("text", "exact", "env", "label", "repo")),
        *(f"{path}={odd}" for path in ("repositories?pattern", "repositories?cursor")),
        *(
            f"tags?repository=python&cursor={odd}",
            f"history?ref=python:3.6&source={odd}",
        ),
        *(f"image?ref={odd}", f"sizes?ref={odd}", f"diff?a={odd}&b=python:3.6"),
    ]
    try:
        found = {path: ask_site(site, f"/api/v1/{path}").status for path in paths}  # type: ignore[arg-type]  # likewise
        feed = ask_site(site, f"/feed/search?q={odd}").status  # type: ignore[arg-type]  # likewise
    finally:
        readers.close()

    assert {path: status for path, status in found.items() if status >= 500} == {}
    assert feed in (200, 400)
