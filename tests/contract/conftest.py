"""Each kind of place in turn."""

from collections.abc import Iterator

import pytest

from contract.places import PLACES, Make, Place


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
