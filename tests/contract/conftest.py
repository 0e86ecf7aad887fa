"""Each kind of place, and each engine of the ledger, in turn."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contract.places import PLACES, Make, Place
from support.postgresql import PostgresqlServer, missing_postgresql
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.protocol import Ledger


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(make, id=name, marks=() if mark is None else mark)
        for name, (make, mark) in PLACES.items()
    ],
)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """Each place in turn, for all tests of a file."""
    make: Make = request.param
    with make(tmp_path_factory.mktemp("place")) as made:
        yield made


OpenLedger = Callable[[], Ledger]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """A server for all tests; skips where there is none."""
    if missing := missing_postgresql():
        pytest.skip(missing)
    with PostgresqlServer() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a ledger that is not there yet, on either engine."""
    if request.param == "sqlite":
        yield str(tmp_path / "folder" / "ledger.db")
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    name = f"ledger_{abs(hash(request.node.nodeid))}"
    yield server.create(name)
    server.drop(name)


@pytest.fixture
def ledger(address: str) -> Iterator[Ledger]:
    """A new ledger, on either engine."""
    with open_ledger(address) as opened:
        yield opened
