"""The long lists of every ledger, page by page, on SQLite and on a real PostgreSQL."""

import random
import sqlite3
from collections.abc import Callable
from typing import TypeVar

import msgspec
import psycopg
import pytest

from support.statements import day, digest, from_registry, gone, image, page
from tagledger.errors import MalformedCursor
from tagledger.ledger.answers import Change, Search
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.pages import Page
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.stated import Stated
from tagledger.model.reference import Reference, parse_reference

PYTHON = parse_reference("python:3.6")
T = TypeVar("T")


def everything(ask: Callable[[str | None], Page[T]]) -> list[T]:
    """All items of a list, asked for page by page."""
    items: list[T] = []
    cursor = None
    while True:
        found = ask(cursor)
        items += found.items
        if found.more is None:
            return items
        cursor = found.more


def in_words(change: Change) -> tuple[str, object, object]:
    """Name, what it was before, and what it is now: versions, or None where gone."""
    fact, before = change.observation, change.before
    return fact.reference.title, before and before.root, fact.root


def execute(address: str, *script: str) -> None:
    """Change what is stored behind the ledger's back."""
    if address.startswith("postgresql"):
        with psycopg.connect(address) as server:
            for sql in script:
                server.execute(sql.encode())
    else:
        file = sqlite3.connect(address)
        with file:
            for sql in script:
                file.execute(sql)
        file.close()


MIXED = [
    page("python:3.6", "a", 0),
    page("python:3.6", "a", 1),
    page("python:3.6", "b", 3),
    page("python:3", "b", 3),
    gone("python:3.6", 5),
    page("python:3.6", "a", 7),
    page("ghcr.io/me/tool:1", "c", 4),
    page("python:3.6", "d", 2, source="other pages"),
    page("python:3.6", "d", 6, source="other pages"),
    from_registry("python:3.6", "e", 4),
]


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_the_newest_facts_come_first(ledger: Ledger, limit: int) -> None:
    """By time and not by the order in which they were recorded, in pages without gap or repeat."""
    ledger.record(MIXED[5:])
    ledger.record(MIXED[:5])

    found = everything(lambda cursor: ledger.recent(before=cursor, limit=limit))

    assert sorted((item.snapshot.observed_at for item in MIXED), reverse=True) == [
        fact.observed_at for fact in found
    ]
    assert {
        (item.snapshot.reference.title, item.snapshot.observed_at, item.snapshot.source)
        for item in MIXED
    } == {(fact.reference.title, fact.observed_at, fact.source) for fact in found}


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_changes_tell_what_was_before(ledger: Ledger, limit: int) -> None:
    """Each source is compared with itself; what says the same again is no change."""
    ledger.record([*MIXED[:6], MIXED[7]])
    a, b, d = (digest(f"list {version}") for version in "abd")

    found = everything(lambda cursor: ledger.changes(before=cursor, limit=limit))

    assert [
        (("python:3.6", None, a), day(0)),
        (("python:3.6", b, None), None),
        (("python:3", None, b), None),
        (("python:3.6", a, b), None),
        (("python:3.6", None, d), None),
        (("python:3.6", None, a), None),
    ] == [(in_words(change), change.is_back_to) for change in found]
    assert [day(5), None] == [
        change.before and change.before.observed_at for change in (found[0], found[-1])
    ]


def test_changes_may_be_asked_of_one_repository(ledger: Ledger) -> None:
    """Any tag of it, or none, names the repository; one that is not known has none."""
    ledger.record(MIXED)
    tool = parse_reference("ghcr.io/me/tool:other")

    (change,) = ledger.changes(tool).items

    assert "ghcr.io/me/tool:1" == change.observation.reference.title
    every = everything(lambda cursor: ledger.changes(PYTHON, before=cursor, limit=2))
    assert [item for item in ledger.changes().items if item != change] == every
    assert Page() == ledger.changes(parse_reference("ghcr.io/me/other:1"))


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_recording_changes_nothing(ledger: Ledger, seed: int) -> None:
    """Facts that come late make changes of those behind them, or no changes any more."""
    rng = random.Random(seed)  # noqa: S311 - facts need a seed, not secrecy
    said: list[Stated] = [
        page(f"python:{rng.randrange(3)}", rng.choice("aab"), at, source=source)
        if rng.random() < 0.8
        else gone(f"python:{rng.randrange(3)}", at, source=source)
        for at in range(24)
        for source in ("pages", "other pages")
    ]
    rng.shuffle(said)
    for start in range(0, len(said), 7):
        ledger.record(said[start : start + 7])

    states = {
        (str(name), state.first.observed_at, source): state.is_back_to
        for name in ledger.references()
        for source in ("pages", "other pages")
        for state in ledger.history(name, source=source)
    }

    found = everything(lambda cursor: ledger.changes(before=cursor, limit=5))
    assert states == {
        (
            str(change.observation.reference),
            change.observation.observed_at,
            change.observation.source,
        ): change.is_back_to
        for change in found
    }
    assert [] == [*ledger.check()]


def test_repositories_come_with_how_much_was_seen(ledger: Ledger) -> None:
    """Sorted, by pattern, in pages; names that are gone count as well."""
    ledger.record(MIXED[:7])
    ledger.record([page("python:2", "a", 1), page("golang:1", "g", 2)])
    listed = [
        (item.repository.familiar, item.tags, item.first_seen, item.last_seen)
        for item in everything(
            lambda cursor: ledger.repositories(after=cursor, limit=1)
        )
    ]

    assert [
        ("golang", 1, day(2), day(2)),
        ("python", 3, day(0), day(7)),
        ("ghcr.io/me/tool", 1, day(4), day(4)),
    ] == listed
    for pattern, expected in (
        ("library/*", ["golang", "python"]),
        ("p?thon", ["python"]),
        ("ghcr.io/*", ["ghcr.io/me/tool"]),
        ("nobody/*", []),
    ):
        assert expected == [
            item.repository.familiar for item in ledger.repositories(pattern).items
        ], pattern


def test_the_tags_of_a_repository_are_as_the_latest_fact_has_them(
    ledger: Ledger,
) -> None:
    """Platforms and sizes of now, first and last seen, and those that are gone."""
    images = (image("b"), image("b", architecture="arm"))
    ledger.record(
        [
            page("python:3.6", "b", 3, images=images),
            page("python:3.6", "a", 0),
            page("python:3.5", "a", 1),
            gone("python:3.5", 2),
            page("golang:1", "g", 2),
        ]
    )

    older, newer = everything(
        lambda cursor: ledger.tags_of(PYTHON, after=cursor, limit=1)
    )

    assert ("python:3.5", True, (), day(1), day(2)) == (
        older.latest.reference.title,
        older.latest.is_absent,
        older.entries,
        older.first_seen,
        older.latest.observed_at,
    )
    assert ("python:3.6", digest("list b"), day(0), day(3)) == (
        newer.latest.reference.title,
        newer.latest.root,
        newer.first_seen,
        newer.latest.observed_at,
    )
    assert [("linux/amd64", 1_010), ("linux/arm", 1_010)] == [
        (entry.platform, entry.total_size_bytes) for entry in newer.entries
    ]
    assert (older, newer) == ledger.tags_of(PYTHON).items
    assert Page() == ledger.tags_of(parse_reference("nobody:1"))


def test_names_without_a_tag_are_listed_too(ledger: Ledger) -> None:
    """A name by digest stands among the tags, and pages go on behind it."""
    stated = page("python:3.6", "a", 0)
    pinned = parse_reference(f"python@{digest('x')}")
    bare = msgspec.structs.replace(PYTHON, domain="", path="folder/a b", tag=None)
    ledger.record([stated, *(_named(stated, name) for name in (pinned, bare))])

    names = [
        str(item.latest.reference)
        for item in everything(lambda at: ledger.tags_of(PYTHON, after=at, limit=1))
    ]

    assert sorted([str(PYTHON), str(pinned)]) == sorted(names)
    (only,) = ledger.tags_of(bare).items
    assert bare == only.latest.reference


def _named(stated: Stated, name: Reference) -> Stated:
    snapshot = msgspec.structs.replace(stated.snapshot, reference=name)
    return msgspec.structs.replace(stated, snapshot=snapshot)


@pytest.mark.parametrize(
    "cursor", ["", "x", "1", "1.", ".1", "1.x", f"{2**63}.1", "1" * 5_000, "\0.1"]
)
def test_a_cursor_that_no_page_gave_is_refused(ledger: Ledger, cursor: str) -> None:
    """It is said to be one, and nothing is guessed."""
    with pytest.raises(MalformedCursor):
        ledger.recent(before=cursor)
    with pytest.raises(MalformedCursor):
        ledger.changes(before=cursor)
    assert Page() == ledger.tags_of(PYTHON, after=cursor)


@pytest.mark.parametrize(
    ("sql", "where"),
    [
        ("DELETE FROM change WHERE observation_id = 1", "observation 1"),
        ("UPDATE change SET said = said + 1 WHERE observation_id = 3", "observation 3"),
        (
            (
                "INSERT INTO change SELECT 2, tag_id, source_id, repository_id,"
                " observed_at + 1, said FROM change WHERE observation_id = 1"
            ),
            "observation 2",
        ),
        ("UPDATE repository_span SET tags = 9", "repository 1"),
        ("DELETE FROM repository_span", "repository 1"),
        ("DELETE FROM appearance WHERE statement_id = 1", "statement 1"),
        ("UPDATE appearance SET observations = 9", "statement 1"),
        ("DELETE FROM sighting", "entry 1"),
        ("DELETE FROM repository_recipe", "repository 1"),
        ("UPDATE sighting SET last_seen = last_seen + 1", "entry 1"),
    ],
)
def test_check_compares_the_lists_with_the_facts(
    address: str, sql: str, where: str
) -> None:
    """What is kept only for speed may not say other than the observations."""
    with open_ledger(address) as ledger:
        ledger.record(MIXED[:3])
        assert [] == [*ledger.check()]
    execute(address, sql)

    with open_ledger(address) as ledger:
        assert where in {str(finding.where) for finding in ledger.check()}


STEPS_OF_A_FILE = (
    """CREATE TRIGGER step_added AFTER INSERT ON step BEGIN
    INSERT INTO step_words (rowid, text) VALUES (new.id, new.text);
    INSERT INTO step_letters (rowid, text) VALUES (new.id, new.text);
    END""",
)
STEPS_OF_A_SERVER = (
    "DROP INDEX recipe_step_step",
    "CREATE INDEX recipe_step_step ON recipe_step (step_id)",
    "DROP INDEX setting_list_item_setting",
    "CREATE INDEX setting_list_item_setting ON setting_list_item (setting_id)",
    "DROP INDEX entry_recipe",
    "CREATE INDEX entry_recipe ON entry (recipe_id)",
    "DROP INDEX entry_setting_list",
    "CREATE INDEX entry_setting_list ON entry (setting_list_id)",
    "ALTER TABLE step DROP COLUMN words",
    """ALTER TABLE step ADD COLUMN words TSVECTOR NOT NULL GENERATED ALWAYS AS (
    to_tsvector('simple', regexp_replace(text, '[^[:alnum:]]+', ' ', 'g'))) STORED""",
    "CREATE INDEX step_words ON step USING gin (words)",
)
"""How steps were kept up to the third schema."""


def test_a_ledger_of_the_first_schema_gets_the_lists(address: str) -> None:
    """Opening brings it up to date, and the lists are as if they had always been there."""
    with open_ledger(address) as ledger:
        ledger.record(MIXED)
        before = ledger.changes(), ledger.repositories(), ledger.recent()
        found = ledger.search(Search(words="bash"))
    execute(
        address,
        *(STEPS_OF_A_SERVER if address.startswith("postgresql") else STEPS_OF_A_FILE),
        "DROP TABLE change",
        "DROP TABLE repository_span",
        "DROP TABLE appearance",
        "DROP TABLE shared_use",
        "DROP TABLE repository_recipe",
        "DROP TABLE shared_digest",
        "DROP TABLE sighting",
        "DROP INDEX entry_platform",
        "CREATE INDEX observation_statement ON observation (statement_id)",
        "DROP INDEX observation_time",
        "DROP INDEX observation_source",
        "DROP TABLE subject",
        "DELETE FROM schema_version WHERE version > 1",
    )
    words: list[str] = []

    with open_ledger(address, progress=words.append) as ledger:
        assert before == (ledger.changes(), ledger.repositories(), ledger.recent())
        assert [] == [*ledger.check()]
        assert found == ledger.search(Search(words="bash"))
        later = image("later", steps=("RUN something later",))
        ledger.record([page("python:3.6", "later", 99, images=(later,))])
        assert 1 == len(ledger.search(Search(words="something later")))
        assert 1 == len(ledger.search(Search(exact="thing lat")))
        assert [] == [*ledger.check()]
    assert found
    assert "schema 1 brought to " in words[0]
