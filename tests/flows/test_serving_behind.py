"""The service behind a reverse proxy that has it below a path: every link leads somewhere."""

import html
import json
import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from support.access_files import PASSWORDS, access_file
from support.basic import basic_authorization
from support.images import index_of, random_image
from support.past import Fact, record_facts
from support.reverse_proxy import NAME, ReverseProxy
from support.service import Service
from support.statements import day

PREFIX = "/ledger/of/ours"
MOST_PAGES = 80
OPTIONS = ("--prefix", PREFIX, "--trusted-proxy", "127.0.0.1", "--trusted-host", NAME, "--trusted-host", "127.0.0.1")  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Names of which one holds the prefix."""
    first, second = (random_image(seed=seed, layers=2) for seed in (1, 2))
    facts = [
        Fact("python:3.6", index_of([first]), day(0)),
        Fact("python:3.6", index_of([second]), day(1)),
        Fact("ghcr.io/acme/ledger/of/ours:1", second.published, day(2)),
    ]
    return record_facts(tmp_path / "ledger.db", facts)


@pytest.mark.parametrize("cuts", [True, False], ids=["cut", "left"])
def test_every_link_leads_somewhere(ledger: Path, *, cuts: bool) -> None:
    """Whether the proxy cuts the prefix off or leaves it: pages, styles, redirects and pages of errors."""
    with (
        Service(ledger, *OPTIONS) as service,
        ReverseProxy(service.port, PREFIX, cuts=cuts) as proxy,
    ):
        waiting = [
            f"{PREFIX}/",
            f"{PREFIX}/t/ghcr.io/acme/ledger/of/ours:1",
            f"{PREFIX}/search?q=python",
            f"{PREFIX}/search?q=ghcr.io/acme/ledger/of/ours",
        ]
        seen: dict[str, int] = {}
        while waiting and len(seen) < MOST_PAGES:
            address = waiting.pop(0)
            if address in seen:
                continue
            status, headers, text = proxy.get(address)
            seen[address] = status
            found = links(text) if "html" in headers["content-type"] else []
            found += [headers["location"]] if "location" in headers else []
            waiting += [
                link
                for item in found
                if (link := urljoin(address, item).partition("#")[0])
                if not urlsplit(link).netloc
            ]
        status, _, text = proxy.get(f"{PREFIX}/nowhere/at/all")

    assert [] == [
        address for address in seen if not f"{address}/".startswith(f"{PREFIX}/")
    ]
    broken = {
        address: status for address, status in seen.items() if status not in (200, 303)
    }
    assert {} == broken
    assert len(seen) > 20
    assert 404 == status
    assert f'href="{PREFIX}/' in text


def links(text: str) -> list[str]:
    """Everything in a page that a browser or a person follows."""
    found = re.findall(r"""\s(?:href|src|action|hx-get)=["']([^"']+)["']""", text)
    return [html.unescape(link) for link in found if not link.startswith("data:")]


def test_errors_of_the_api_are_problem_documents_there_too(ledger: Path) -> None:
    """The prefix is no part of what decides the form of an error."""
    with (
        Service(ledger, *OPTIONS) as service,
        ReverseProxy(service.port, PREFIX, cuts=False) as proxy,
    ):
        status, headers, text = proxy.get(f"{PREFIX}/api/v1/nothing/here")
        refused = service.get(f"{PREFIX}/api/v1/x", method="POST")

    assert 404 == status == json.loads(text)["status"]
    assert "application/problem+json" == headers["content-type"]
    assert 405 == refused.status == json.loads(refused.body)["status"]


def test_a_login_leads_back_below_the_prefix(ledger: Path, tmp_path: Path) -> None:
    """And clients of the registry are sent to a place that they can reach."""
    access = ("--access", str(access_file(tmp_path)))
    with (
        Service(ledger, *OPTIONS, *access) as service,
        ReverseProxy(service.port, PREFIX, cuts=True) as proxy,
    ):
        alice = basic_authorization("alice", PASSWORDS["alice"])
        status, headers, _ = proxy.get(f"{PREFIX}/login", authorization=alice)
        challenge = proxy.get(f"{PREFIX}/v2/")[1]["www-authenticate"]

    assert (303, f"{PREFIX}/") == (status, headers["location"])
    assert f'realm="https://{NAME}{PREFIX}/v2/token"' in challenge


def test_browsers_are_told_that_the_proxy_speaks_tls(ledger: Path) -> None:
    """What a trusted proxy says of how it was asked counts."""
    with (
        Service(ledger, *OPTIONS) as service,
        ReverseProxy(service.port, PREFIX, cuts=True) as proxy,
    ):
        _, headers, _ = proxy.get(f"{PREFIX}/")

    assert "max-age=31536000" == headers["strict-transport-security"]
