"""Digests that very many images share, on SQLite and on a real PostgreSQL."""

import random

import pytest

from contract.test_listings import execute
from support.statements import day, digest, from_registry, page
from tagledger.ledger.answers import Use
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.sharing import MAX_TOLD
from tagledger.ledger.stated import Stated

TAGS = 2 * MAX_TOLD
BATCH = 64


def many() -> list[Stated]:
    """Twice as many tags as are told anew, each with an image on the same base."""
    return [page(f"me/tool{at % 7}:{at}", f"v{at}", at % 5) for at in range(TAGS)]


def record(ledger: Ledger, said: list[Stated]) -> None:
    """In batches, as an import does it."""
    for start in range(0, len(said), BATCH):
        ledger.record(said[start : start + BATCH])


def told(uses: list[Use]) -> list[tuple[object, ...]]:
    """What matters of where something was."""
    return [
        (
            use.reference.title,
            use.first_seen,
            use.last_seen,
            use.ended_at,
            use.observations,
        )
        for use in uses
    ]


def test_a_layer_of_very_many_is_found_as_any_other(ledger: Ledger) -> None:
    """As layer and as diff ID: all names, sorted, in pages; how many images; when each ended."""
    record(ledger, many())
    ledger.record([page("me/tool3:3", "v3", 9), from_registry("me/tool3:10", "c", 11)])

    names = sorted((f"tool{at % 7}", str(at)) for at in range(TAGS))
    for name in ("base", "base unpacked"):
        found = ledger.find(digest(name))
        assert found is not None
        assert TAGS + (name == "base") == found.images
        uses = ledger.uses(digest(name), limit=TAGS + 9)
        assert names == [
            (use.reference.path.partition("/")[2], use.reference.tag) for use in uses
        ]
        by_title = {row[0]: row[1:] for row in told(uses)}
        assert (day(3), day(9), None, 2) == by_title["me/tool3:3"]
        assert uses[17:40] == ledger.uses(digest(name), limit=23, offset=17)
    assert (day(0), day(11), None, 2) == {
        row[0]: row[1:] for row in told(ledger.uses(digest("base"), limit=TAGS))
    }["me/tool3:10"]
    assert (day(0), day(0), day(11), 1) == {
        row[0]: row[1:]
        for row in told(ledger.uses(digest("base unpacked"), limit=TAGS))
    }["me/tool3:10"]
    assert [] == [*ledger.check()]


def test_an_image_under_very_many_names_is_found_as_any_other(ledger: Ledger) -> None:
    """Index, manifest, config and layers of one image, which counts as one."""
    record(ledger, [page(f"me/tool:{at}", "a", at % 5) for at in range(TAGS)])

    for name in ("list a", "manifest a amd64", "config a amd64", "layer of a"):
        found = ledger.find(digest(name))
        assert found is not None
        assert 1 == found.images, name
        assert sorted(str(at) for at in range(TAGS)) == [
            use.reference.tag for use in ledger.uses(digest(name), limit=TAGS + 9)
        ]
    assert [] == [*ledger.check()]


def test_the_order_of_recording_does_not_matter(ledger: Ledger) -> None:
    """Facts that come late widen what is kept, at either end."""
    said = [*many(), *(page(f"me/tool{at}:{at}", f"v{at}", 7) for at in range(7))]
    random.Random(4).shuffle(said)  # noqa: S311 - facts need a seed, not secrecy
    record(ledger, said)

    uses = told(ledger.uses(digest("base"), limit=TAGS + 9))

    assert TAGS == len(uses)
    assert [(f"me/tool{at}:{at}", day(at % 5), day(7), None, 2) for at in range(7)] == [
        row for row in uses if row[4] != 1
    ]
    assert [] == [*ledger.check()]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE shared_digest SET images = images + 1",
        "DELETE FROM shared_use",
        "UPDATE shared_use SET last_seen = last_seen - 1",
        "UPDATE shared_use SET repository = 'elsewhere'",
    ],
)
def test_check_compares_what_is_kept_with_the_facts(address: str, sql: str) -> None:
    """What is kept only for speed may not say other than the observations."""
    with open_ledger(address) as ledger:
        record(ledger, many())
        assert [] == [*ledger.check()]
    execute(address, sql)

    with open_ledger(address) as ledger:
        assert {"digest"} == {str(item.where).split()[0] for item in ledger.check()}
