import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from rich.console import Console

from support.any_snapshots import pairs_of_snapshots
from support.differing import digest, image, layer, snapshot, steps
from support.seed_page import PAGE_FILE
from support.seed_snapshot import seed_snapshot
from tagledger.model.config import ImageConfig
from tagledger.model.descriptor import Descriptor
from tagledger.model.difference.compare import compare
from tagledger.model.difference.values import Difference
from tagledger.model.evidence import Evidence
from tagledger.model.media_types import DOCKER_MANIFEST
from tagledger.model.platform import Platform
from tagledger.model.printable import UNSAFE
from tagledger.model.snapshot import Artifact, Missing, Snapshot
from tagledger.reports.difference.json_report import (
    SCHEMA,
    difference_schema,
    encode_difference,
    encode_difference_schema,
)
from tagledger.reports.difference.markdown import write_difference
from tagledger.reports.difference.rows import PARTLY_UNKNOWN
from tagledger.reports.difference.terminal import render_difference
from tagledger.reports.page.reader import read_page

CheckGolden = Callable[[str, str], None]
COMMITTED = Path(__file__).parents[4] / "docs" / "diff-schema.json"
HOSTILE = "\x1b[31m\u202e\u2066\ud800\r\n```\n- [a](javascript:b) <script> [red]\t`"
SHARED = (
    *("ADD file:2a0c in /", 'CMD ["bash"]', "ENV PYTHON_VERSION=3.8.0"),
    *("RUN apt-get update && apt-get install -y curl=7.64.0 && rm -rf /var/lib/apt",),
)


def shown(
    difference: Difference,
    *,
    width: int = 80,
    full: bool = False,
    encoding: str = "utf-8",
) -> str:
    """What reaches a terminal of that width."""
    written = io.BytesIO()
    file = io.TextIOWrapper(written, encoding=encoding, newline="")
    console = Console(file=file, width=width, _environ={"TERM": "xterm"})
    render_difference(difference, console, full=full)
    file.flush()
    return written.getvalue().decode(encoding)


def many_changes() -> Difference:
    """A moved base, changed, added, moved and removed steps, settings, platforms, an artifact."""
    windows = Platform("windows", "amd64", os_version="10.0.17763.864")
    patched = Platform("windows", "amd64", os_version="10.0.17763.914")
    days = [0, 0, 9, 9, 9, 9, 9]
    chart = Artifact(manifest=None, artifact_type="application/vnd.example.chart")
    before = snapshot(
        image(
            "one",
            layers=[layer("base", 50_000_000), layer("apt"), layer("a"), layer("b")],
            steps=steps(
                *SHARED, "COPY a /a", "RUN make b", 'CMD ["python"]', days=days
            ),
            config=ImageConfig(
                env=("PYTHON_VERSION=3.8.0", "LANG=C"),
                command=("python",),
                labels={"maintainer": "a"},
                volumes=("/data",),
            ),
        ),
        image("windows", platform=windows),
        image("same", platform=Platform("linux", "s390x")),
        image("gone", platform=Platform("linux", "386")),
        chart,
    )
    newer = [
        text.replace("3.8.0", "3.8.1").replace("7.64.0", "7.65.1") for text in SHARED
    ]
    after = snapshot(
        image(
            "two",
            layers=[
                layer("base 2", 51_200_000),
                layer("apt 2"),
                layer("b 2"),
                layer("a 2"),
            ],
            steps=steps(
                *newer, "RUN make b", "COPY a /a", 'ENTRYPOINT ["python3"]', days=days
            ),
            config=ImageConfig(
                env=("PYTHON_VERSION=3.8.1",),
                entrypoint=("python3",),
                labels={"maintainer": "b"},
                user="1000",
            ),
        ),
        image("patched", platform=patched),
        image("same", platform=Platform("linux", "s390x")),
        Missing(
            manifest=Descriptor(DOCKER_MANIFEST, digest("away"), 1),
            platform=Platform("linux", "arm64"),
        ),
    )
    return compare(before, after)


def page_against_registry(before: Snapshot) -> Difference:
    """A page against what a registry has, which differs in the digests of the configs alone."""
    page = read_page(
        PAGE_FILE.read_bytes(), place="report:page.md", observed_at=before.observed_at
    )
    return compare(page.snapshots[0], before)


@pytest.mark.parametrize("width", [80, 120])
def test_the_view_looks_as_it_should(width: int, check_golden: CheckGolden) -> None:
    """A head with both sides, the whole in one line, then each platform that changed."""
    check_golden(f"diff-{width}.txt", shown(many_changes(), width=width))


def test_the_full_view_looks_as_it_should(check_golden: CheckGolden) -> None:
    """What is the same is shown as well."""
    check_golden("diff-full-100.txt", shown(many_changes(), width=100, full=True))


def test_the_markdown_looks_as_it_should(check_golden: CheckGolden) -> None:
    """Lists, and patches in fences."""
    check_golden("diff.md", write_difference(many_changes()))


async def test_a_page_against_a_registry_looks_as_it_should(
    check_golden: CheckGolden,
) -> None:
    """What the page cannot know is asked, not removed; how each side is known is said."""
    difference = page_against_registry(await seed_snapshot())

    check_golden("diff-page-80.txt", shown(difference))
    assert "not told before: " in shown(difference)


def test_without_utf_8_it_is_drawn_in_ascii() -> None:
    """No sign is needed that an encoding may lack."""
    text = shown(many_changes(), encoding="ascii")

    assert "10.0.17763.864 -> windows" in text
    assert "\\u" not in text


def test_nothing_changed_is_said_in_one_line() -> None:
    """Two snapshots that are the same make no long view."""
    one = snapshot(image("one", steps=steps("RUN a")))

    lines = shown(compare(one, one)).splitlines()

    assert "the same" in lines
    assert len(lines) < 12


def test_what_is_not_known_of_the_same_is_pointed_at() -> None:
    """An archive knows no manifest: the image is the same, and the view does not hide what it rests on."""
    whole = image("one", steps=steps("RUN a"))
    saved = msgspec.structs.replace(whole, manifest=None)

    difference = compare(snapshot(whole, root="r"), snapshot(saved, root="r"))

    assert PARTLY_UNKNOWN in shown(difference)
    assert PARTLY_UNKNOWN in write_difference(difference)
    assert PARTLY_UNKNOWN not in shown(difference, full=True)
    assert "manifest digest  unknown" in shown(difference, full=True)
    assert PARTLY_UNKNOWN not in shown(compare(snapshot(whole), snapshot(whole)))


def hostile() -> Difference:
    """Every text that a stranger can write is `HOSTILE`, and differs."""

    def saying(text: str, name: str) -> Snapshot:
        config = ImageConfig(
            env=(f"{text}={text}",),
            labels={text: text},
            user=text,
            command=(text, text),
            exposed_ports=(text,),
            unknown={text: text},
            author=text,
        )
        made = image(
            name,
            platform=Platform("linux", f"x{HOSTILE}", os_version=text),
            steps=steps(f"RUN {text}", f"COPY {HOSTILE} {text}", f"ENV {text}"),
            layers=[layer(name)] * 2,
            config=config,
            annotations={text: text},
        )
        listed = snapshot(
            made,
            image(f"more {name}", platform=Platform(text, text)),
            Artifact(manifest=None, artifact_type=text),
        )
        return msgspec.structs.replace(
            listed,
            reference=msgspec.structs.replace(listed.reference, tag=text),
            source=text,
            annotations={text: text},
        )

    return compare(saying(HOSTILE, "one"), saying(f"{HOSTILE}!", "two"))


@pytest.mark.parametrize("full", [True, False])
def test_a_terminal_is_not_harmed(*, full: bool) -> None:
    """No control, bidi or markup of an image takes effect (CVE-2021-25743, CVE-2021-42574)."""
    text = shown(hostile(), full=full)

    assert [] == UNSAFE.findall(text.replace("\n", ""))
    assert "[red]" in text


def test_markdown_cannot_be_broken_out_of() -> None:
    """Fences end where ours end, and outside of them all foreign text is in code spans."""
    text = write_difference(hostile(), full=True)

    assert [] == UNSAFE.findall(text.replace("\n", "").replace("\t", ""))
    outside, fence = [], ""
    for line in text.split("\n"):
        mark = re.match("`{3,}", line)
        if fence:
            fence = "" if line == fence else fence
        elif mark is not None:
            fence = mark[0]
        else:
            outside.append(re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", line))
    assert not fence
    assert "<script>" in text
    assert [] == [line for line in outside if re.search(r"[<>\[\]]|javascript", line)]


def test_json_is_safe_to_look_at() -> None:
    """Characters that could drive a terminal are escapes, and what is no character is replaced."""
    content = encode_difference(hostile())

    assert [] == UNSAFE.findall(content.decode().replace("\n", ""))
    assert SCHEMA == json.loads(content)["schema"]


def test_the_committed_schema_is_current() -> None:
    """What the documentation carries is what the code writes (else: make schema)."""
    committed = COMMITTED.read_bytes()

    assert committed == encode_difference_schema()


def test_the_schema_is_one_and_leaves_no_field_out() -> None:
    """It is valid, and every field is always there."""
    schema = difference_schema()

    jsonschema.Draft202012Validator.check_schema(schema)
    for name, value in schema["$defs"].items():
        if value.get("type") == "object":
            assert list(value["properties"]) == value["required"], name
            assert value["description"], name


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pairs_of_snapshots())
def test_everything_can_be_shown_in_every_form(pair: tuple[Snapshot, Snapshot]) -> None:
    """No two snapshots make a view fail, and all JSON follows the schema."""
    difference = compare(*pair)
    validator = jsonschema.Draft202012Validator(
        difference_schema(), format_checker=jsonschema.FormatChecker()
    )

    text = shown(difference)
    full = shown(difference, full=True)
    markdown = write_difference(difference, full=True)
    report = json.loads(encode_difference(difference, compact=True))

    assert [] == list(validator.iter_errors(report))
    assert difference.differs == report["differs"]
    for shape in (text, full, markdown):
        assert [] == UNSAFE.findall(shape.replace("\n", "").replace("\t", ""))


def test_evidence_of_both_sides_is_shown() -> None:
    """A digest that one side read and the other was told says both."""
    read = snapshot(image("one"))
    told = snapshot(image("one"), evidence=Evidence.REPORTED)

    text = shown(compare(told, read), full=True)

    assert "same · reported before · read after" in text
