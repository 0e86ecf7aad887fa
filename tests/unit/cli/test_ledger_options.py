from pathlib import Path

import click
import pytest

from tagledger.cli.app import program
from tagledger.cli.ledger_options import default_ledger, ledger_address
from tagledger.settings import Settings

HOME = Path("/home/anna")
OWN = "/home/anna/.local/share/tagledger/ledger.sqlite"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, OWN),
        ({"XDG_DATA_HOME": "/data"}, "/data/tagledger/ledger.sqlite"),
        ({"XDG_DATA_HOME": "relative"}, OWN),
        ({"XDG_DATA_HOME": ""}, OWN),
        ({"TAGLEDGER_LEDGER": "/a.db", "XDG_DATA_HOME": "/data"}, "/a.db"),
        ({"TAGLEDGER_LEDGER": ""}, OWN),
    ],
)
def test_the_surroundings_name_the_ledger(
    environment: dict[str, str], expected: str
) -> None:
    """The variable wins over the data directory, which is the user's own by default."""
    assert expected == default_ledger(Settings(environment, HOME))


def test_the_option_wins() -> None:
    """What is given before the command's name is the ledger."""
    context = program.make_context("tagledger", ["--ledger", "x.db", "tags", "a"])

    with context, click.Context(program, parent=context):
        assert "x.db" == ledger_address()
