"""Names looked up in a registry for a visitor: where that is allowed, not too often, and nothing is kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import kinds, shown_ledger
from support.images import random_image
from support.pages import assert_nothing_runs, seen
from support.program import Program
from support.publishing import put_into
from support.registry import Registry
from support.service import Service
from tagledger.flows.live import FOR_EACH
from tagledger.ledger.opening import open_ledger


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry with an image, an index, and a lot of names."""
    with Registry() as server:
        put_into(server, "a/plain", random_image().published, "1.0")
        put_into(server, "a/many", kinds.docker_list(), "1.0")
        yield server


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger that knows nothing of it."""
    return shown_ledger.fill(tmp_path / "ledger.sqlite")


def test_a_look_up(registry: Registry, ledger: Path) -> None:
    """The page of a tag as the registry has it now; every platform of it with one look-up."""
    name = f"{registry.address}/a/many:1.0"
    with Service(ledger, "--live", "--live-registry", registry.address) as service:
        absent = seen(service.get(f"/t/{name}"))
        answer = service.get(f"/live/{name}")
        page = seen(answer)
        asked = len(registry.requests)
        other = seen(service.get(f"/live/{name}?platform=linux/arm64/v8"))

    assert f"/live/{name}" in absent.links
    assert 200 == answer.status
    assert "no-store" == answer.headers["cache-control"]
    assert_nothing_runs(page)
    assert "shown, and not written down" in page.text
    assert "Platform linux/amd64" in page.text
    assert "Platform linux/arm64/v8" in other.text
    assert f"/live/{name}?platform=linux/arm64/v8" in page.links
    assert not [link for link in page.links if link.startswith(("/d/", "/raw/"))]
    assert asked == len(registry.requests)
    with open_ledger(str(ledger)) as after:
        assert not [*after.references(f"{registry.address}/*")]


def test_a_registry_that_is_not_on_the_list(registry: Registry, ledger: Path) -> None:
    """404, and it is never asked."""
    with Service(ledger, "--live") as service:
        answer = service.get(f"/live/{registry.address}/a/plain:1.0")
        absent = seen(service.get(f"/t/{registry.address}/a/plain:1.0"))

    assert 404 == answer.status
    assert "not among those that are looked up" in answer.text
    assert not registry.requests
    assert not [link for link in absent.links if link.startswith("/live/")]


def test_what_the_registry_does_not_have(registry: Registry, ledger: Path) -> None:
    """404 in its words."""
    with Service(ledger, "--live", "--live-registry", registry.address) as service:
        answer = service.get(f"/live/{registry.address}/a/plain:2.0")

    assert 404 == answer.status
    assert "no such tag" in answer.text


def test_nobody_asks_too_often(registry: Registry, ledger: Path) -> None:
    """After so many in a minute 429, with when to come back; what is known still is shown."""
    address = registry.address
    with Service(ledger, "--live", "--live-registry", address) as service:
        statuses = [
            service.get(f"/live/{address}/a/plain:n{number}").status
            for number in range(FOR_EACH - 1)
        ]
        known = service.get(f"/live/{address}/a/plain:1.0")
        refused = service.get(f"/live/{address}/a/plain:more")
        again = service.get(f"/live/{address}/a/plain:1.0")

    assert {404} == {*statuses}
    assert (200, 429, 200) == (known.status, refused.status, again.status)
    assert 1 <= int(refused.headers["retry-after"]) <= 60


def test_options_that_do_not_fit(program: Program, ledger: Path) -> None:
    """2: a list without look-ups, and what is no registry's host."""
    alone = program.run("--ledger", str(ledger), "serve", "--live-registry", "ghcr.io")
    path = program.run(
        *("--ledger", str(ledger), "serve", "--live", "--live-registry", "ghcr.io/a")
    )

    assert (2, 2) == (alone.code, path.code)
    assert "goes with --live" in alone.err
    assert "not a registry's host" in path.err
