"""`stats` and `sizes`, as a user asks them."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from support.program import Program
from support.statements import day, gone, image, page
from tagledger.flows.sizes import sizes
from tagledger.flows.stats import Span, stats
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.stated import Stated
from tagledger.model.platform import Platform
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Image

MB = 1_000_000


def sized(version: str, size: int, platform: Platform) -> Image:
    """An image of one layer of that many megabytes."""
    made = image(f"{version} {platform}")
    layer = msgspec.structs.replace(made.layers[0], size_bytes=size * MB)
    return msgspec.structs.replace(made, layers=(layer,), platform=platform)


def windows(patch: str) -> Platform:
    """Windows at that patch level."""
    return Platform("windows", "amd64", os_version=f"10.0.17763.{patch}")


LINUX = Platform("linux", "amd64")
NAME = "python:3.6"
FACTS = [
    page(NAME, "a", 0, images=(sized("a", 100, LINUX), sized("a", 2_000, windows("1")))),
    page(NAME, "b", 31, images=(sized("b", 150, LINUX), sized("b", 1_900, windows("2")))),
    page(NAME, "b", 32, images=(sized("b", 150, LINUX), sized("b", 1_900, windows("2"))), source="other"),
    page(NAME, "c", 400, images=(sized("c", 125, LINUX),)),
    page("python:3.10", "d", 10, images=(sized("d", 50, LINUX),)),
    gone("python:3.10", 20),
]  # fmt: skip


@pytest.fixture
def asked(program: Program, tmp_path: Path) -> Program:
    """The program with a ledger of a tag that grew and shrank, on two platforms, and of one that is gone."""
    path = tmp_path / "ledger.sqlite"
    with open_ledger(str(path)) as ledger:
        ledger.record(FACTS)
    return program.with_variables(TAGLEDGER_LEDGER=str(path), COLUMNS="80")


def told_as_json(program: Program, *arguments: str) -> dict[str, Any]:
    """What a command says with `--json`."""
    said: dict[str, Any] = json.loads(program.output(*arguments, "--json"))
    return said


def series(said: dict[str, Any]) -> list[tuple[str, str, int, list[int]]]:
    """Of each series its tag, platform, growth and sizes, in megabytes."""
    return [
        (
            item["reference"].rpartition(":")[2],
            item["platform"],
            item["grown_bytes"] // MB,
            [point["size_bytes"] // MB for point in item["points"]],
        )
        for item in said["series"]
    ]


def test_how_a_tag_grew(asked: Program) -> None:
    """A point wherever it changed, for each platform; a patch level makes no other platform, a second witness no point."""
    said = told_as_json(asked, "sizes", NAME)

    assert ("docker.io/library/python:3.6", False) == (
        said["name"],
        said["is_repository"],
    )
    assert [
        ("3.6", "linux/amd64", 25, [100, 150, 125]),
        ("3.6", "windows/amd64:10.0.17763", -100, [2_000, 1_900]),
    ] == series(said)
    first = said["series"][0]["points"][0]
    assert ("2017-03-01T12:00:00Z", "history of pages") == (
        first["observed_at"],
        first["source"],
    )


def test_how_the_tags_of_a_repository_grew(asked: Program) -> None:
    """What each was first and last, newest version first, though it is gone."""
    said = told_as_json(asked, "sizes", "python")

    assert said["is_repository"]
    assert [
        ("3.10", "linux/amd64", 0, [50]),
        ("3.6", "linux/amd64", 25, [100, 125]),
        ("3.6", "windows/amd64:10.0.17763", 0, [2_000]),
    ] == series(said)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--platform", "windows"), [[2_000, 1_900]]),
        (("--platform", "windows/amd64:10.0.17763.1"), [[2_000]]),
        (("--since", "2017-03-15", "--platform", "linux"), [[150, 125]]),
        (("--until", "2017-03-02", "--platform", "linux"), [[100]]),
        (("--since", "2018-01-01"), [[125]]),
    ],
)
def test_sizes_may_be_narrowed(
    asked: Program, arguments: tuple[str, ...], expected: list[list[int]]
) -> None:
    """By platform, and by when it was seen."""
    assert expected == [
        sizes for *_, sizes in series(told_as_json(asked, "sizes", NAME, *arguments))
    ]


def test_the_drawing_of_a_tag(asked: Program) -> None:
    """Bars are to one scale, and say the same in numbers."""
    drawn = asked.output("sizes", NAME, "--platform", "linux").decode().splitlines()

    bars = [line.count("█") for line in drawn[3:6]]
    assert drawn[0] == NAME
    assert "── linux/amd64 " in drawn[2]
    assert "2017-03-01 12:00  100.0 MB █" in drawn[3]
    assert drawn[4].endswith("  +50.0 MB")
    assert drawn[5].endswith("  -25.0 MB")
    assert bars[0] < bars[2] < bars[1]
    assert drawn[6] == "+25.0 MB (+25.0 %) in 400 days"
    assert all(len(line) <= 80 for line in drawn)


def test_the_drawing_of_a_repository(asked: Program) -> None:
    """A size that is not of now says until when it was seen."""
    drawn = asked.output("sizes", "python").decode()

    assert "3.10   50.0 MB █" in drawn
    assert "+25.0 MB since 2017-03-01" in drawn
    assert "only seen 2017-03-01" in drawn


@pytest.mark.parametrize("width", ["20", "60", "300"])
def test_drawings_fit(asked: Program, width: str) -> None:
    """From 60 columns on no line is wider than the terminal, and none than 160."""
    wide = asked.with_variables(COLUMNS=width)
    lines = [
        line
        for command in (("sizes", "python"), ("sizes", NAME), ("stats",))
        for line in wide.output(*command).decode().splitlines()
    ]

    assert max(map(len, lines)) <= min(max(int(width), 60), 160)


def test_drawings_without_colour_and_signs(asked: Program) -> None:
    """An encoding that has no blocks gets letters that it has; no escape is written to a file."""
    plain = asked.with_variables(PYTHONIOENCODING="ascii", PYTHONUTF8="0")

    for command in (("sizes", NAME), ("stats",)):
        drawn = plain.output(*command)
        assert drawn.isascii()
        assert b"###" in drawn
        assert b"\x1b" not in drawn


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("sizes", "unknown"), 3, "unknown: the ledger has no observation of it"),
        (("sizes", NAME, "--since", "2030-01-01"), 3, "no observation"),
        (("sizes", NAME, "--platform", "arm64"), 3, "published here: linux/amd64"),
        (("sizes", NAME, "--platform", "a/b/c/d"), 2, "more than three parts"),
        (("sizes", "No Name"), 2, "is not an image reference"),
        (("sizes",), 2, "Missing argument"),
        (("stats", "--by", "week"), 2, "'week' is not one of"),
    ],
)
def test_what_is_not_known_or_not_understood(
    asked: Program, arguments: tuple[str, ...], code: int, words: str
) -> None:
    """3 for what the ledger does not know, 2 for what is no question; nothing is printed."""
    done = asked.run(*arguments)

    assert (code, b"") == (done.code, done.out)
    assert words in done.err


@pytest.mark.parametrize("command", [("stats",), ("sizes", "x")])
def test_there_has_to_be_a_ledger(program: Program, command: tuple[str, ...]) -> None:
    """Who only asks makes none."""
    assert 5 == program.run(*command).code
    assert [] == [*program.home.iterdir()]


def test_a_name_in_a_layout_has_sizes_too(tmp_path: Path) -> None:
    """With a tag and without, though it is no name in a registry."""
    local = Reference("", "My Folder", "1.0")
    snapshot = msgspec.structs.replace(FACTS[0].snapshot, reference=local)
    with open_ledger(str(tmp_path / "ledger.sqlite")) as ledger:
        ledger.record([Stated(snapshot=snapshot)])

        for text in ("My Folder:1.0", "My Folder", "ledger:My Folder"):
            found = sizes(ledger, text)
            assert [local] * 2 == [item.reference for item in found.series]


def test_the_figures(asked: Program) -> None:
    """What is held and by whom it was told; the periods have no gap."""
    said = told_as_json(asked, "stats", "--by", "month")

    assert "tagledger.stats/1" == said["schema"]
    assert (6, 2, 1) == tuple(
        said["holds"][name] for name in ("observations", "tags", "repositories")
    )
    assert [("history of pages", 5, 2), ("other", 1, 1)] == [
        (item["source"], item["observations"], item["tags"]) for item in said["sources"]
    ]
    assert [("linux/amd64", 4), ("windows/amd64", 2)] == [
        (item["platform"], item["images"]) for item in said["platforms"]
    ]
    periods = {item["begins"]: item["observations"] for item in said["periods"]}
    assert 14 == len(periods)
    assert (3, 2, 0, 1) == (
        periods["2017-03-01"],
        periods["2017-04-01"],
        periods["2017-05-01"],
        periods["2018-04-01"],
    )
    assert 6 == sum(periods.values()) == said["observations"]


def test_figures_of_some_time(asked: Program) -> None:
    """Observations, sources and periods count what was observed then; what is held does not change."""
    said = told_as_json(
        asked, "stats", "--since", "2017-03-10", "--until", "2017-03-11"
    )

    assert (1, 6) == (said["observations"], said["holds"]["observations"])
    assert ("2017-03-10T00:00:00Z", "2017-03-11T23:59:59.999999Z") == (
        said["since"],
        said["until"],
    )
    assert [{"begins": "2017-03-01", "observations": 1}] == said["periods"]


def test_the_drawing_of_the_figures(asked: Program) -> None:
    """A line of words for each figure, and a chart by month or by year."""
    by_month = asked.output("stats").decode()
    by_year = asked.output("stats", "--by", "year").decode().splitlines()

    assert "observed         6 observations · 2 tags · 1 repository\n" in by_month
    assert (
        "history of pages\n    5 observations of 2 tags · 2017-03-01 to 2018-04-05\n"
        in by_month
    )
    assert "── observations by month ─" in by_month
    assert "2017-05  0\n" in by_month
    first, second = by_year[-2:]
    assert first.startswith("2017  5 ████")
    assert second.startswith("2018  1 ████")
    assert first.count("█") > second.count("█")


def test_a_ledger_without_anything_has_figures(tmp_path: Path) -> None:
    """All are nought, and nothing is drawn of them."""
    with open_ledger(str(tmp_path / "ledger.sqlite")) as ledger:
        found = stats(ledger)

    assert (0, (), ()) == (found.observations, found.periods, found.sources)
    assert 0 == found.counts.contents


def test_more_than_three_years_are_counted_by_year(tmp_path: Path) -> None:
    """Unless asked for otherwise; a year without anything counts nought."""
    with open_ledger(str(tmp_path / "ledger.sqlite")) as ledger:
        ledger.record([page(NAME, "a", 0), page(NAME, "b", 1_500)])
        found = stats(ledger)
        by_month = stats(ledger, span=Span.MONTH)
        short = stats(ledger, until=day(1))

    assert Span.YEAR is found.span
    assert [
        (date(year, 1, 1), count)
        for year, count in ((2017, 1), (2018, 0), (2019, 0), (2020, 0), (2021, 1))
    ] == [(item.begins, item.observations) for item in found.periods]
    assert 50 == len(by_month.periods)
    assert Span.MONTH is short.span
