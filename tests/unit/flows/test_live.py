"""How often registries are asked for visitors."""

from tagledger.flows.live import FOR_ALL, FOR_EACH, LiveLookups, LiveOptions
from tagledger.model.reference import parse_reference


def names(number: int) -> list[str]:
    """So many names of one registry."""
    return [f"r.example/a:{at}" for at in range(number)]


def test_each_address_has_so_many_a_minute() -> None:
    """Then it waits, until time gives one back; another address does not."""
    now = [0.0]
    live = LiveLookups(LiveOptions(registries=("r.example",)), clock=lambda: now[0])
    waits = [live.wait(parse_reference(name), "1.1.1.1") for name in names(FOR_EACH)]
    late = live.wait(parse_reference("r.example/a:late"), "1.1.1.1")
    other = live.wait(parse_reference("r.example/a:late"), "2.2.2.2")
    now[0] = late
    after = live.wait(parse_reference("r.example/a:late"), "1.1.1.1")

    assert {0.0} == {*waits}
    assert 60 / FOR_EACH == late
    assert (0.0, 0.0) == (other, after)


def test_all_addresses_have_so_many_together() -> None:
    """A worker of two has half of what the service may ask."""
    options = LiveOptions(registries=("r.example",), share=0.5)
    live = LiveLookups(options, clock=lambda: 0.0)
    waits = [
        live.wait(parse_reference(name), f"10.0.0.{number}")
        for number, name in enumerate(names(FOR_ALL // 2 + 1))
    ]

    assert {0.0} == {*waits[:-1]}
    assert 2.0 == waits[-1]


def test_only_registries_of_the_list() -> None:
    """By the name that a reference has."""
    live = LiveLookups(LiveOptions(registries=("docker.io",)))

    assert live.allows(parse_reference("python:3.8"))
    assert not live.allows(parse_reference("ghcr.io/a/b:1"))
