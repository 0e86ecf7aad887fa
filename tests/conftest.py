from collections.abc import Callable
from pathlib import Path

import pytest


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
