"""The figures of a ledger, on both engines."""

import sqlite3
from datetime import UTC, date, datetime

import msgspec
import psycopg

from support.statements import (
    PAGE_SOURCE,
    REGISTRY_SOURCE,
    day,
    digest,
    from_registry,
    gone,
    image,
    page,
)
from tagledger.ledger.answers import Activity, ImageSize, PlatformCount
from tagledger.ledger.named_sql import named_sql
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.stated import Stated
from tagledger.model.evidence import Evidence
from tagledger.model.platform import Platform
from tagledger.model.reference import Reference, parse_reference, parse_repository
from tagledger.model.snapshot import Image


def sized(name: str, version: str, at: int, *sizes: tuple[str, int]) -> Stated:
    """A page whose images have one layer of this size, each for an architecture."""
    images = []
    for architecture, size in sizes:
        made = image(version, architecture=architecture)
        layer = msgspec.structs.replace(made.layers[0], size_bytes=size)
        images.append(msgspec.structs.replace(made, layers=(layer,)))
    return page(name, version, at, images=tuple(images))


def told(found: list[ImageSize]) -> list[tuple[str, datetime, str, int | None]]:
    """Of each size its name, moment, platform and number."""
    return [
        (item.reference.title, item.observed_at, str(item.platform), item.size_bytes)
        for item in found
    ]


def test_what_each_source_told(ledger: Ledger) -> None:
    """How much, of how many tags, from when to when; of all time, or of some."""
    ledger.record(
        [
            page("python:3.6", "a", 0),
            page("python:3", "a", 1),
            page("python:3", "b", 40),
            from_registry("python:3.6", "c", 2),
        ]
    )

    pages = Activity(
        source=PAGE_SOURCE,
        observations=3,
        tags=2,
        first_seen=day(0),
        last_seen=day(40),
    )
    registry = Activity(
        source=REGISTRY_SOURCE,
        observations=1,
        tags=1,
        first_seen=day(2),
        last_seen=day(2),
    )
    assert [registry, pages] == ledger.activity()
    (later,) = ledger.activity(since=day(3))
    assert (PAGE_SOURCE, 1, day(40)) == (
        later.source,
        later.observations,
        later.first_seen,
    )
    assert [] == ledger.activity(until=day(-1))
    assert {
        date(2017, 3, 1): 1,
        date(2017, 3, 2): 1,
        date(2017, 3, 3): 1,
        date(2017, 4, 10): 1,
    } == ledger.days()
    assert {date(2017, 3, 2): 1} == ledger.days(since=day(1), until=day(1))


def test_a_day_begins_at_midnight_utc(ledger: Ledger) -> None:
    """The last moment of a day belongs to it, the next one does not."""
    stated = page("python:3.6", "a", 0)
    for moment in (
        datetime(2017, 3, 1, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2017, 3, 2, tzinfo=UTC),
    ):
        snapshot = msgspec.structs.replace(stated.snapshot, observed_at=moment)
        ledger.record([msgspec.structs.replace(stated, snapshot=snapshot)])

    assert {date(2017, 3, 1): 1, date(2017, 3, 2): 1} == ledger.days()


def test_platforms_and_documents_are_counted(ledger: Ledger) -> None:
    """Images by platform without versions; what is held by media type and how it is known."""
    stated = page(
        "python:3.6", "a", 0, images=(image("a"), image("a", architecture="arm"))
    )
    windows = image("w")
    for version in ("10.0.17763.864", "10.0.17763.914"):
        platform = Platform("windows", "amd64", os_version=version)
        made = msgspec.structs.replace(windows, platform=platform)
        ledger.record([page(f"python:{version}", version, 0, images=(made,))])
    unknown = msgspec.structs.replace(
        image("u"), platform=Platform("unknown", "unknown")
    )
    ledger.record([stated, page("python:2", "u", 0, images=(unknown,))])
    ledger.record([from_registry("python:3.6", "c", 2)])

    assert [
        PlatformCount(platform="linux/amd64", images=2),
        PlatformCount(platform="windows/amd64", images=2),
        PlatformCount(platform=None, images=1),
        PlatformCount(platform="linux/arm", images=1),
    ] == sorted(
        ledger.platforms(), key=lambda item: (-item.images, item.platform or "")
    )
    held = {item.media_type: item for item in ledger.documents()}
    parts = held.pop("text/markdown")
    (manifest,) = held.values()
    assert (1, len(b'{"manifest of": "c"}'), Evidence.READ) == (
        manifest.documents,
        manifest.size_bytes,
        manifest.evidence,
    )
    counts = ledger.counts()
    assert counts.contents == parts.documents + 1
    assert counts.content_bytes == parts.size_bytes + manifest.size_bytes


def test_verdicts_are_counted_until_the_bytes_come(ledger: Ledger) -> None:
    """A contradiction is listed with its reason; bytes that were read since outdo it."""
    ledger.record([from_registry("python:3.6", "c", 2), page("python:3.6", "a", 0)])
    fact = ledger.at(parse_reference("python:3.6"), day(2))
    assert fact is not None
    assert fact.root is not None

    ledger.judge(
        {
            digest("list a"): (Evidence.CONTRADICTED, "no trial fits"),
            digest("manifest a amd64"): (Evidence.REPORTED, "nobody knows the URL"),
            digest("config a amd64"): (Evidence.PROVEN, "rebuilt"),
            fact.root: (Evidence.CONTRADICTED, "no trial fits"),
        }
    )

    assert {
        Evidence.PROVEN: 1,
        Evidence.REPORTED: 1,
        Evidence.CONTRADICTED: 1,
    } == ledger.verdicts()
    assert [(digest("list a"), "no trial fits")] == ledger.contradictions()


def test_a_tag_s_sizes_are_those_of_its_states(ledger: Ledger) -> None:
    """Wherever it changed, for each platform, from when to when; what is gone weighs nothing."""
    ledger.record(
        [
            sized("python:3.6", "a", 0, ("amd64", 100), ("arm", 80)),
            sized("python:3.6", "a", 5, ("amd64", 100), ("arm", 80)),
            sized("python:3.6", "b", 9, ("amd64", 120)),
            gone("python:3.6", 12),
            sized("python:3.6", "c", 20, ("amd64", 0)),
            sized("python:3", "z", 1, ("amd64", 7)),
        ]
    )
    name = parse_reference("python:3.6")

    title = "python:3.6"
    everything = [
        (title, day(0), "linux/amd64", 100),
        (title, day(0), "linux/arm", 80),
        (title, day(9), "linux/amd64", 120),
        (title, day(20), "linux/amd64", None),
    ]
    assert everything == told(ledger.sizes(name))
    assert day(5) == ledger.sizes(name)[0].last_seen
    assert everything[:2] == told(ledger.sizes(name, since=day(4), until=day(8)))
    assert everything[2:3] == told(ledger.sizes(name, since=day(6), until=day(19)))
    assert [] == ledger.sizes(parse_reference("python:2"))


def test_a_repository_s_sizes_are_the_ends_of_its_tags(ledger: Ledger) -> None:
    """Each tag when it was first and last seen to exist in that time; once if that is the same fact."""
    ledger.record(
        [
            sized("python:3.6", "a", 0, ("amd64", 100)),
            sized("python:3.6", "b", 3, ("amd64", 500)),
            sized("python:3.6", "c", 6, ("amd64", 120)),
            gone("python:3.6", 9),
            sized("python:3", "z", 1, ("amd64", 7), ("arm", 5)),
            gone("python:2", 1),
            sized("me/python:3", "y", 1, ("amd64", 1)),
        ]
    )
    name = parse_repository("python")

    assert [
        ("python:3.6", day(0), "linux/amd64", 100),
        ("python:3", day(1), "linux/amd64", 7),
        ("python:3", day(1), "linux/arm", 5),
        ("python:3.6", day(6), "linux/amd64", 120),
    ] == told(ledger.sizes(name))
    assert [("python:3.6", day(3), "linux/amd64", 500)] == told(
        ledger.sizes(name, since=day(2), until=day(4))
    )
    assert [] == ledger.sizes(Reference("", "python"))


def test_a_fact_of_the_same_moment_is_taken_once(ledger: Ledger) -> None:
    """Of two sources that spoke at once, the later fact ends and the earlier begins."""
    two: tuple[Image, ...] = (image("b"),)
    ledger.record(
        [
            page("python:3.6", "a", 0),
            page("python:3.6", "b", 0, images=two, source="other pages"),
        ]
    )

    found = ledger.sizes(parse_repository("python"))

    assert [PAGE_SOURCE, "other pages"] == [item.source for item in found]


def test_sizes_are_looked_up_and_not_searched_for(address: str) -> None:
    """Neither question has to read the whole of a large table."""
    with open_ledger(address) as ledger:
        for number in range(40):
            ledger.record(
                [
                    page(f"repo{number}:{tag}", f"v{number}-{tag}", number)
                    for tag in range(60)
                ]
            )
    values = {
        "repository": "docker.io/library/repo7",
        "since": 0,
        "until": 2**62,
        "statement_id": 1,
    }

    plans = [
        plan(address, name, values) for name in ("repository_sizes", "statement_sizes")
    ]

    for table in ("observation", "statement", "statement_entry", "entry", "tag"):
        assert [] == [line for text in plans for line in text if scans(line, table)], (
            table
        )


def plan(address: str, name: str, values: dict[str, object]) -> list[str]:
    """How the engine would answer that question, now that it has counted its rows."""
    if not address.startswith("postgresql"):
        file = sqlite3.connect(address)
        file.execute("ANALYZE")
        sql = named_sql("sqlite", "sqlite3")[name]
        rows = file.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
        file.close()
        return [str(row[3]) for row in rows]
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("ANALYZE")
        # Of so few rows it would rather read all: is there another way?
        server.execute("SET enable_seqscan = off")
        question = named_sql("postgresql", "psycopg")[name]
        return [
            row[0] for row in server.execute(f"EXPLAIN {question}".encode(), values)
        ]


def scans(line: str, table: str) -> bool:
    """Whether this line of a plan reads all rows of the table."""
    short = {
        "observation": "o",
        "statement": "st",
        "statement_entry": "se",
        "entry": "e",
        "tag": "t",
    }[table]
    return line.strip(" ->").startswith(
        (f"SCAN {short} ", f"Seq Scan on {table} ")
    ) or (line == f"SCAN {short}")
