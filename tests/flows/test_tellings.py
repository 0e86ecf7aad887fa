"""What changed, in words: told once, and told to nobody who could not have found the facts."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest

from support.site_ledger import APP, fill_site_ledger
from tagledger.errors import LedgerTooSlow
from tagledger.flows.history import history
from tagledger.flows.snapshots import Snapshots
from tagledger.flows.tellings import Tellings
from tagledger.ledger.opening import open_for_reading
from tagledger.ledger.protocol import Ledger
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


class OutOfTime:
    """A ledger whose time is over when it is asked what can be read."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def readable(self, _statements: Sequence[int]) -> NoReturn:
        """Never an answer."""
        raise LedgerTooSlow("here", 1.0)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the ledger has
        """All else is the ledger's own."""
        return getattr(self._ledger, name)


def test_a_history_whose_time_is_over_is_told_all_the_same(tmp_path: Path) -> None:
    """To see of all states at once which can be read is a help, and no condition."""
    path = tmp_path / "ledger.sqlite"
    fill_site_ledger(path)
    with open_for_reading(str(path)) as ledger:
        late = cast("Ledger", OutOfTime(ledger))
        told = asyncio.run(history(late, APP))

        assert any(episode.change for episode in told.episodes)
        assert asyncio.run(history(ledger, APP)) == told
