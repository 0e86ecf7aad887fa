"""`history`, `find`, `check` and `ledger:` addresses, as a user asks them of a small ledger."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from support.blobs import JsonObject
from support.images import Image, image_of, index_of, random_image
from support.layers import make_layer
from support.program import Program
from support.publishing import put_into
from support.registry import Registry
from support.told import absent, served, told
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.stated import Stated
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.reference import parse_reference
from tagledger.model.snapshot import Snapshot

BEGAN = datetime(2017, 12, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
NAME = "example:1.0"
BASE = make_layer({"base": b"base" * 50})


def built(version: str) -> Image:
    """An image of that version: one step of several differs from another version's."""
    own = make_layer({"version": version.encode() * 50})
    history = (
        ("/bin/sh -c #(nop) ADD file:1234 in / ", False),
        ('/bin/sh -c #(nop)  CMD ["bash"]', True),
        (f"/bin/sh -c curl -fsSL https://x.org/{version} | bash", False),
    )
    config: JsonObject = {
        "architecture": "amd64",
        "os": "linux",
        "config": {
            "Env": ["PATH=/bin", f"VERSION={version}"],
            "Labels": {"is": "ours"},
        },
        "rootfs": {"type": "layers", "diff_ids": [BASE.diff_id, own.diff_id]},
        "history": [
            {"created": "2017-11-30T10:00:00Z", "created_by": text}
            | ({"empty_layer": True} if is_empty else {})
            for text, is_empty in history
        ],
    }
    return image_of(config, [BASE, own])


ONE, TWO = built("1.0.1"), built("1.0.2")
PAGED = index_of([random_image(seed=5)])


@pytest.fixture
async def asked(program: Program, tmp_path: Path) -> Program:
    """The program with a ledger: a tag that moved, moved back, was gone and came back, and a page's tag."""
    path = tmp_path / "ledger.sqlite"
    with open_ledger(str(path)) as ledger:
        ledger.record(
            [
                await served(ONE.published, NAME, BEGAN),
                await served(ONE.published, NAME, BEGAN + DAY),
                await served(TWO.published, NAME, BEGAN + 2 * DAY),
                await served(ONE.published, NAME, BEGAN + 3 * DAY),
                absent(NAME, BEGAN + 4 * DAY),
                await served(ONE.published, NAME, BEGAN + 5 * DAY),
                await served(TWO.published, "example:other", BEGAN),
                await told(PAGED, "other/told:1", BEGAN),
            ]
        )
    return program.with_variables(TAGLEDGER_LEDGER=str(path))


def told_as_json(program: Program, *arguments: str) -> dict[str, Any]:
    """What a command says with `--json`."""
    said: dict[str, Any] = json.loads(program.output(*arguments, "--json"))
    return said


def test_each_state_is_told_with_what_changed(asked: Program) -> None:
    """Digest, from when to when, and the change in a line; moved back, gone and come back are flagged."""
    states = told_as_json(asked, "history", NAME)["states"]

    change = "1 step changed"
    assert [
        (ONE.digest, "first", None),
        (TWO.digest, "moved", change),
        (ONE.digest, "moved back", change),
        (None, "gone", None),
        (ONE.digest, "came back", "the same"),
    ] == [(state["digest"], state["turn"], state["change"]) for state in states]
    assert [172_800.0, 86_400.0, 86_400.0, 86_400.0, 0.0] == [
        state["lasted_seconds"] for state in states
    ]
    assert ("2017-12-02T12:00:00Z", "2017-12-03T12:00:00Z", 2) == (
        states[0]["last_seen"],
        states[0]["ended_at"],
        states[0]["observations"],
    )
    assert [None, None, "2017-12-01T12:00:00Z", None, "2017-12-01T12:00:00Z"] == [
        state["is_back_to"] for state in states
    ]


def test_the_lines_of_a_history(asked: Program) -> None:
    """A person sees the time, the digest and the flags."""
    lines = asked.output("history", NAME).decode().splitlines()

    assert lines[:4] == [
        NAME,
        "",
        "2017-12-01 12:00 to 2017-12-03 12:00  for 2 days, seen 2 times, last 2017-12-02 12:00",
        f"    {ONE.digest} (from docker://{NAME})",
    ]
    assert "    1 step changed" in lines
    assert "    ! moved back to what it was on 2017-12-01" in lines
    assert "    ! came back to what it was on 2017-12-01" in lines
    assert f"    does not exist (said by docker://{NAME})" in lines


@pytest.fixture
async def disputed(program: Program, tmp_path: Path) -> Program:
    """The program with a tag of which a mirror, a registry and pages tell: pages agree late, the mirror does not."""
    path = tmp_path / "disputed.sqlite"
    with open_ledger(str(path)) as ledger:
        for number in range(4):
            moment = BEGAN + number * DAY
            facts = [
                await served(ONE.published, NAME, moment),
                from_source("mirror", await served(TWO.published, NAME, moment + HOUR)),
            ]
            ledger.record(facts)
        ledger.record([await told(ONE.published, NAME, BEGAN + 2 * DAY)])
    return program.with_variables(TAGLEDGER_LEDGER=str(path))


def from_source(source: str, fact: Stated) -> Stated:
    """The same, as another source said it."""
    return msgspec.structs.replace(
        fact, snapshot=msgspec.structs.replace(fact.snapshot, source=source)
    )


def test_sources_that_disagree_are_not_told_as_a_tag_that_moved(
    disputed: Program,
) -> None:
    """Each has its state; those that agree are named beside it, and so are those that do not."""
    said = told_as_json(disputed, "history", NAME)
    own = f"docker://{NAME}"

    assert [own, "mirror", "pages"] == said["sources"]
    assert said["is_disputed"]
    assert [
        (own, ONE.digest, "first", 4, ["pages"], ["mirror"], False),
        ("mirror", TWO.digest, "first", 4, [], [own, "pages"], False),
        ("pages", ONE.digest, "first", 1, [own], ["mirror"], True),
    ] == [
        (
            state["source"],
            state["digest"],
            state["turn"],
            state["observations"],
            [other["source"] for other in state["same"]],
            [other["source"] for other in state["otherwise"]],
            state["is_repeat"],
        )
        for state in said["states"]
    ]


def test_the_lines_of_a_history_that_several_tell(disputed: Program) -> None:
    """What two say is told once, with both; what another says meanwhile is flagged."""
    lines = disputed.output("history", NAME).decode().splitlines()

    assert lines == [
        NAME,
        "told by 3 sources:",
        f"    docker://{NAME}",
        "    mirror",
        "    pages",
        "! they do not always agree",
        "",
        "2017-12-01 12:00 on  for 3 days so far, seen 4 times, last 2017-12-04 12:00",
        f"    {ONE.digest} (from docker://{NAME})",
        "    also from pages, reported, 2017-12-03 12:00 to 2017-12-03 12:00, seen once",
        "    ! otherwise mirror, 2017-12-01 13:00 to 2017-12-04 13:00, seen 4 times: "
        + TWO.digest,
        "",
        "2017-12-01 13:00 on  for 3 days so far, seen 4 times, last 2017-12-04 13:00",
        f"    {TWO.digest} (from mirror)",
        f"    ! otherwise docker://{NAME}, 2017-12-01 12:00 to 2017-12-04 12:00, seen 4 times: "
        + ONE.digest,
        "    ! otherwise pages, reported, 2017-12-03 12:00 to 2017-12-03 12:00, seen once: "
        + ONE.digest,
    ]


@pytest.mark.parametrize(
    ("arguments", "digest", "source"),
    [
        (("--at", "2017-12-03T12:30"), ONE.digest, "pages"),
        (("--at", "2017-12-03T13:30"), TWO.digest, "mirror"),
        (("--at", "2017-12-04T12:30"), ONE.digest, f"docker://{NAME}"),
        (("--at", "2017-12-04T12:30", "--source", "mirror"), TWO.digest, "mirror"),
    ],
)
def test_of_a_moment_the_latest_word_counts(
    disputed: Program, arguments: tuple[str, ...], digest: str, source: str
) -> None:
    """`--at` gives the state of the source that spoke last before it, as `ledger:REF` does."""
    (state,) = told_as_json(disputed, "history", NAME, *arguments)["states"]

    assert (digest, source) == (state["digest"], state["source"])


def test_a_page_s_word_is_marked_as_reported(asked: Program) -> None:
    """Nobody has seen the bytes."""
    lines = asked.output("history", "other/told:1").decode()

    assert f"{PAGED.digest} (from pages, reported)" in lines


@pytest.mark.parametrize(
    ("moment", "digest", "turn"),
    [
        ("2017-12-02", ONE.digest, "first"),
        ("2017-12-03T12:00", TWO.digest, "moved"),
        ("2017-12-03T13:00:00+02:00", ONE.digest, "first"),
        ("2017-12-05T23:00:00Z", None, "gone"),
        ("2030-01-01", ONE.digest, "came back"),
    ],
)
def test_the_state_of_a_moment(
    asked: Program, moment: str, digest: str | None, turn: str
) -> None:
    """`--at` gives the one state that it was then."""
    states = told_as_json(asked, "history", NAME, "--at", moment)["states"]

    assert [(digest, turn)] == [(state["digest"], state["turn"]) for state in states]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("history", "unknown:1"), 3),
        (("history", NAME, "--at", "2017-11-30"), 3),
        (("history", NAME, "--at", "yesterday"), 2),
        (("history", "No Name"), 2),
        (("find", "0" * 64), 3),
        (("find", "abc"), 2),
        (("find",), 2),
        (("find", "--exact"), 2),
        (("find", "abcdef", "--env", "A"), 2),
        (("find", "--text", "curl", "--platform", "a/b/c/d/e"), 2),
        (("show", f"ledger:{NAME}", "--at", "2017-11-30"), 3),
        (("show", "--at", "2017-12-02", NAME), 2),
        (("show", "--at", "2017-12-02", "oci:somewhere"), 2),
        (("show", "ledger:unknown:1"), 3),
    ],
)
def test_what_is_not_known_or_not_understood(
    asked: Program, arguments: tuple[str, ...], code: int
) -> None:
    """3 for what the ledger does not know, 2 for what is no question; nothing is printed."""
    done = asked.run(*arguments)

    assert (code, b"") == (done.code, done.out)
    assert done.err


@pytest.mark.parametrize("command", ["history", "find", "check"])
def test_there_has_to_be_a_ledger(program: Program, command: str) -> None:
    """Who only asks makes none."""
    arguments = {"history": ("x:1",), "find": ("abcdef",), "check": ()}[command]

    done = program.run(command, *arguments)

    assert 5 == done.code
    assert [] == [*program.home.iterdir()]


def test_every_command_reads_the_past(asked: Program) -> None:
    """`ledger:REF` with `--at` is what it was then, for whoever takes an address."""
    at = ("--at", "2017-12-03T12:00")

    raw = asked.output("raw", *at, f"ledger:{NAME}")
    shown = asked.output("show", *at, f"ledger:{NAME}").decode()
    tags = asked.output("tags", *at, "ledger:example").decode()

    assert TWO.manifest.content == raw
    assert TWO.digest in shown
    assert "1.0\nother\n" == tags
    assert (
        "other\n"
        == asked.output("tags", "--at", "2017-12-05T12:00", "ledger:example").decode()
    )


def test_a_tag_against_its_own_past(asked: Program) -> None:
    """Each side of a difference has its moment; what is not given is now."""
    name = f"ledger:{NAME}"

    now = asked.run("diff", "--json", "--at", "2017-12-03T12:00", name, name)
    then = asked.run("diff", "--json", "--other-at", "2017-12-03T12:00", name, name)
    same = asked.run("diff", "--json", name, name)

    digests = [
        (
            json.loads(done.out)["root"]["before"],
            json.loads(done.out)["root"]["after"],
        )
        for done in (now, then, same)
    ]
    assert [1, 1, 0] == [now.code, then.code, same.code]
    assert [
        (TWO.digest, ONE.digest),
        (ONE.digest, TWO.digest),
        (ONE.digest, ONE.digest),
    ] == digests


def test_the_past_against_a_registry(asked: Program) -> None:
    """`--at` speaks of A alone, so B may be anywhere."""
    with Registry() as registry:
        put_into(registry, "a/b", TWO.published, "1.0")
        there = f"{registry.address}/a/b:1.0"

        same = asked.run("diff", "--at", "2017-12-03T12:00", f"ledger:{NAME}", there)
        other = asked.run("diff", "--at", "2017-12-02", f"ledger:{NAME}", there)

    assert (0, 1) == (same.code, other.code)


@pytest.mark.parametrize(
    ("digest", "role"),
    [
        (TWO.digest, "manifest"),
        (TWO.config.digest, "config"),
        (TWO.layers[1].blob.digest, "layer"),
        (TWO.diff_ids[1], "diff ID"),
        (PAGED.digest, "index"),
    ],
)
def test_a_digest_is_found(asked: Program, digest: str, role: str) -> None:
    """Of every kind, whole or by six digits: what it is, and where it was from when to when."""
    whole = told_as_json(asked, "find", digest)
    part = told_as_json(asked, "find", digest.partition(":")[2][:6])

    assert whole == part
    (found,) = whole["digests"]
    assert digest == found["digest"]
    assert role in found["roles"]
    names = [use["reference"].removeprefix("docker.io/") for use in whole["uses"]]
    here = ["library/example:1.0", "library/example:other"]
    assert (["other/told:1"] if digest == PAGED.digest else here) == names


def test_where_a_digest_was(asked: Program) -> None:
    """First and last seen, when it ended, and whether it still is so."""
    uses = told_as_json(asked, "find", TWO.digest)["uses"]

    assert [
        ("2017-12-03T12:00:00Z", "2017-12-03T12:00:00Z", "2017-12-04T12:00:00Z"),
        ("2017-12-01T12:00:00Z", "2017-12-01T12:00:00Z", None),
    ] == [(use["first_seen"], use["last_seen"], use["ended_at"]) for use in uses]
    lines = asked.output("find", TWO.digest).decode()
    assert f"{TWO.digest}  manifest\n" in lines
    assert "its bytes are held, read" in lines
    assert "not any more" in lines
    assert "still so when last seen" in lines


async def test_several_digests_that_begin_so_are_listed(
    program: Program, tmp_path: Path
) -> None:
    """Each with what it is; the exit code says that the question has to say more."""
    path = tmp_path / "ledger.sqlite"
    found: dict[str, list[str]] = {}
    facts = []
    # Six digits are 16 million: some thousands of layers hold two that begin alike.
    for number in range(20_000):
        digest = Digest.of(str(number).encode())
        found.setdefault(digest[7:13], []).append(digest)
    prefix, alike = next(item for item in found.items() if len(item[1]) > 1)
    for position, text in enumerate(alike):
        facts.append(
            Stated(
                snapshot=Snapshot(
                    reference=parse_reference(f"x:{position}"),
                    source="test",
                    observed_at=BEGAN,
                    root=Descriptor("index", Digest(text), None),
                )
            )
        )
    with open_ledger(str(path)) as ledger:
        ledger.record(facts)
    asked = program.with_variables(TAGLEDGER_LEDGER=str(path))

    done = asked.run("find", prefix)

    assert 2 == done.code
    assert sorted(alike) == [line[:71] for line in done.out.decode().splitlines()]
    as_json = json.loads(asked.run("find", "--json", prefix).out)
    assert as_json["is_ambiguous"]
    assert 0 == asked.run("find", alike[0]).code


def hits(program: Program, *arguments: str) -> list[tuple[str, str]]:
    """The names and digests that a search finds."""
    found = told_as_json(program, "find", *arguments)["hits"]
    return sorted(
        (hit["reference"].removeprefix("docker.io/library/"), hit["manifest_digest"])
        for hit in found
    )


MOVED = sorted([(NAME, ONE.digest), (NAME, TWO.digest), ("example:other", TWO.digest)])
OF_TWO = [(NAME, TWO.digest), ("example:other", TWO.digest)]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--text", "bash curl"), MOVED),
        (("--text", "curl BASH https"), MOVED),
        (("--text", "curl wget"), []),
        (("--text", "| bash", "--exact"), MOVED),
        (("--text", "1.0.2 | bash", "--exact"), OF_TWO),
        (("--text", "bash curl", "--exact"), []),
        (("--env", "VERSION=1.0.2"), OF_TWO),
        (("--env", "VERSION"), MOVED),
        (("--env", "VERSION=3"), []),
        (("--label", "is=ours"), MOVED),
        (("--label", "is=theirs"), []),
        (("--text", "curl", "--platform", "linux/amd64"), MOVED),
        (("--text", "curl", "--platform", "windows"), []),
        (("--text", "curl", "--repo", "library/ex*"), MOVED),
        (("--text", "curl", "--repo", "ex?mple"), MOVED),
        (("--text", "curl", "--repo", "other/*"), []),
        (("--text", "curl", "--since", "2017-12-04"), [(NAME, ONE.digest)]),
        (("--text", "1.0.2", "--until", "2017-12-02"), [("example:other", TWO.digest)]),
        (("--text", "1.0.2", "--until", "2017-12-03"), OF_TWO),
    ],
)
def test_images_are_found_by_what_made_them(
    asked: Program, arguments: tuple[str, ...], expected: list[tuple[str, str]]
) -> None:
    """All words in one step, or a substring; settings, platform, repository, time: all must fit."""
    assert expected == hits(asked, *arguments)


def test_results_come_in_pages(asked: Program) -> None:
    """All pages together are all hits, each once; that more follow is said."""
    first = asked.run("find", "--text", "curl", "--limit", "2")
    pages = [
        told_as_json(asked, "find", "--text", "curl", "--limit", "2", "--page", page)
        for page in ("1", "2", "3")
    ]

    assert "--page 2" in first.err
    assert b"curl -fsSL https://x.org/" in first.out
    assert [True, False, False] == [page["has_more"] for page in pages]
    assert [2, 1, 0] == [len(page["hits"]) for page in pages]
    every = [str(hit) for page in pages for hit in page["hits"]]
    assert 3 == len(set(every))


def test_a_whole_ledger_is_well(asked: Program) -> None:
    """Nothing is found, and how much was looked at is said."""
    assert asked.output("check").startswith(b"all is well: 8 observations")
    said = told_as_json(asked, "check")

    assert ([], 8) == (said["findings"], said["observations"])


def test_damage_is_named(asked: Program) -> None:
    """A byte of a document that is another one is found; the exit code is that of findings."""
    path = asked.environment["TAGLEDGER_LEDGER"]
    with sqlite3.connect(path) as database:
        database.execute(
            "UPDATE pack SET compressed = zeroblob(length(compressed)) "
            "WHERE id = (SELECT MIN(id) FROM pack)"
        )
    database.close()

    done = asked.run("check")
    as_json = json.loads(asked.run("check", "--json").out)

    assert 1 == done.code
    assert b"pack 1: " in done.out
    assert ["pack 1"] == [finding["where"] for finding in as_json["findings"]]
