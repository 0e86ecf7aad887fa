"""A real browser before the service as its users run it; nothing may leave the machine, and nothing may go wrong unseen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from support import hostile
from support.browsing import Visit, Visits
from support.service import Service
from support.site_ledger import fill_site_ledger

CHROMIUM = shutil.which("chromium")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a browser where there is none."""
    if CHROMIUM is None:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip("missing here: chromium"))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service on a small ledger with everything that its pages tell apart."""
    path = tmp_path_factory.mktemp("site") / "ledger.sqlite"
    with Service(fill_site_ledger(path)) as service:
        yield service


@pytest.fixture(scope="session")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service on a ledger that strangers filled: little of each, for a browser takes it as it is."""
    path = tmp_path_factory.mktemp("hostile") / "ledger.sqlite"
    hostile.fill(path, step_bytes=60_000, layers=300, tags=300, states=40)
    with Service(path) as service:
        yield service


@pytest.fixture(scope="module")
def browser(site: Service, hostile_site: Service) -> Iterator[Browser]:
    """The system's Chromium, for one file of tests: its loop would keep others from theirs.

    The ledgers are made before it for the same reason.
    """
    assert site.port != hostile_site.port
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS], headless=True
        )
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, site: Service) -> Iterator[Visit]:
    """Opens a page of `site`, or of the service that is named.

    At the end no request had gone elsewhere, and the console told of no error.
    """
    with ExitStack() as open_ones:
        visits = Visits(browser, site, open_ones)
        yield visits

    assert visits.problems == []


@pytest.fixture(scope="session")
def screenshots(request: pytest.FixtureRequest) -> Path | None:
    """The folder that screenshots go to, if one is wanted."""
    wanted = request.config.getoption("--screenshots")
    if wanted is None:
        return None
    folder = Path(str(wanted))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
