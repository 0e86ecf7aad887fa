from pathlib import Path

from support.site_ledger import APP, PAGED, fill_site_ledger, moment
from tagledger.flows.sizes_over_time import (
    MAX_STATES,
    evenly,
    line_name,
    sizes_over_time,
)
from tagledger.ledger.opening import open_ledger
from tagledger.model.reference import parse_reference


def test_a_line_is_broken_while_the_name_is_gone(tmp_path: Path) -> None:
    """Each platform has its sizes, each since the state that began with it."""
    with open_ledger(str(fill_site_ledger(tmp_path / "ledger.sqlite"))) as ledger:
        states = ledger.history(parse_reference(APP))
        found = sizes_over_time(ledger, states)
        paged = sizes_over_time(ledger, ledger.history(parse_reference(PAGED)))

    lines = {line.platform: line.sizes for line in found.lines}
    assert [*lines] == ["linux/amd64", "linux/arm64"]
    assert [(size.since, size.size_bytes) for size in lines["linux/amd64"]] == [
        (moment(0), 51_100),
        (moment(5), 54_100),
        (moment(9), None),
        (moment(12), 54_100),
        (moment(20), 51_100),
        (moment(30), 57_100),
    ]
    assert [size.since for size in lines["linux/arm64"]] == [moment(30)]
    assert found.until == moment(30)
    assert [len(line.sizes) for line in paged.lines] == [1]


def test_very_many_states_are_taken_at_even_distances(tmp_path: Path) -> None:
    """The first and the last are among them."""
    with open_ledger(str(fill_site_ledger(tmp_path / "ledger.sqlite"))) as ledger:
        state = ledger.history(parse_reference(APP))[0]
    many = [state] * (3 * MAX_STATES)

    taken = evenly(many, MAX_STATES)
    assert len(taken) == MAX_STATES
    assert evenly(many[:5], MAX_STATES) == many[:5]


def test_a_windows_build_is_one_line() -> None:
    """Its patch level moves every month; other versions are what they are."""
    assert line_name("windows/amd64:10.0.17763.864") == "windows/amd64:10.0.17763"
    assert line_name("linux/arm/v7") == "linux/arm/v7"
    assert line_name(None) == "unknown platform"
