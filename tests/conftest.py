"""What tests of every kind share: golden files, and a ledger of each engine in turn."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from support.postgresql import PostgresqlServer, missing_postgresql

NewAddress = Callable[[], str]
"""Gives the address of one more ledger that is not there yet."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Goldens and screenshots are written on demand alone, and looked at."""
    parser.addoption(
        "--update-goldens",
        action="store_true",
        help="write what is rendered into the golden files instead of comparing",
    )
    parser.addoption(
        "--screenshots",
        metavar="FOLDER",
        help="keep there what the browser tests see, at every width and in both schemes",
    )


@pytest.fixture
def check_golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a text with the golden file of that name, in `goldens` beside the test."""
    folder = Path(request.path).parent / "goldens"

    def check(name: str, actual: str) -> None:
        path = folder / name
        if request.config.getoption("--update-goldens"):
            folder.mkdir(exist_ok=True)
            path.write_text(actual, encoding="utf-8", newline="")
        expected = path.read_bytes().decode()

        assert expected == actual, f"{name} differs (pytest --update-goldens)"

    return check


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """A server for all tests; skips where there is none."""
    if missing := missing_postgresql():
        pytest.skip(missing)
    with PostgresqlServer() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def new_address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewAddress]:
    """Addresses of ledgers that are not there yet, all on the same engine."""
    numbers = count()
    if request.param == "sqlite":
        yield lambda: str(tmp_path / "folder" / f"ledger-{next(numbers)}.db")
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    made: list[str] = []

    def create() -> str:
        made.append(f"ledger_{abs(hash(request.node.nodeid))}_{next(numbers)}")
        return server.create(made[-1])

    yield create
    for name in made:
        server.drop(name)


@pytest.fixture
def address(new_address: NewAddress) -> str:
    """The address of a ledger that is not there yet, on either engine."""
    return new_address()
