"""What changed, in words: told once, and told to nobody who could not have found the facts."""

import asyncio
from pathlib import Path

import pytest

from support.site_ledger import APP, fill_site_ledger
from tagledger.errors import LedgerTooSlow
from tagledger.flows.snapshots import Snapshots
from tagledger.flows.tellings import Tellings
from tagledger.ledger.opening import open_for_reading
from tagledger.model.reference import parse_reference


def test_what_was_told_is_told_again_without_reading(tmp_path: Path) -> None:
    """The second who asks is answered though the ledger has no time left; a third pair is not."""
    path = tmp_path / "ledger.sqlite"
    fill_site_ledger(path)
    with open_for_reading(str(path)) as ledger:
        states = ledger.history(parse_reference(APP))
        there = [state.first for state in states if not state.first.is_absent]
        tellings = Tellings(Snapshots(most=1))
        told = asyncio.run(tellings.words(ledger, there[0], there[1]))
        with ledger.within(0):
            again = asyncio.run(tellings.words(ledger, there[0], there[1]))
            with pytest.raises(LedgerTooSlow):
                asyncio.run(tellings.words(ledger, there[1], there[0]))

    assert told
    assert told == again
