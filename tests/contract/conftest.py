"""Each kind of place, and each engine of the ledger, in turn."""

from collections.abc import Iterator

import pytest

from contract.places import PLACES, Make, Place
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


@pytest.fixture
def ledger(address: str) -> Iterator[Ledger]:
    """A new ledger, on either engine."""
    with open_ledger(address) as opened:
        yield opened
