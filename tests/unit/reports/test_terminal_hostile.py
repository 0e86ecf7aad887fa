"""What strangers write reaches a terminal as text, whatever it is (CVE-2021-25743, CVE-2021-42574)."""

import io
import time
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from tagledger.model.config import Healthcheck, ImageConfig
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.platform import Platform
from tagledger.model.printable import UNSAFE
from tagledger.model.reference import Reference
from tagledger.model.snapshot import (
    Artifact,
    Attestation,
    Image,
    Layer,
    Missing,
    Snapshot,
)
from tagledger.model.step import Step
from tagledger.reports.terminal import render

DIGESTS = [Digest.of(bytes([number])) for number in range(12)]
CONTROLS = (
    "\x1b[31m\x1b]0;title\x07\x9b2J\x9d8;;http://x\x9c\x7f\x00\x08\r\v\f"
    "\u202e\u2066\u200f\u2028\u2029\ufeff\u061c\U000e0041\ud800"
)
MARKUP = "[red]a[/red][link=http://x]b[/link][/][bold"


def saying(text: str) -> Snapshot:
    """A snapshot in which every field that takes a text holds this one."""
    pairs = {text: text}
    many = (text, text)
    platform = Platform(text, text, text, text, many, many)

    def pointer(number: int) -> Descriptor:
        return Descriptor(
            text, DIGESTS[number], 1, many, pairs, platform, text, b"x", {text: text}
        )

    layers = (
        Layer(
            DIGESTS[0],
            text,
            5,
            DIGESTS[1],
            6,
            datetime(2020, 1, 1, tzinfo=UTC),
            many,
            pairs,
        ),
        Layer(
            DIGESTS[2],
            f"{text}.foreign.",
            None,
            annotations={"in-toto.io/predicate-type": text},
        ),
    )
    config = ImageConfig(
        platform=platform,
        author=text,
        docker_version=text,
        env=many,
        entrypoint=many,
        command=many,
        shell=many,
        user=text,
        working_dir=text,
        hostname=text,
        exposed_ports=many,
        volumes=many,
        labels=pairs,
        healthcheck=Healthcheck(test=many),
        stop_signal=text,
        on_build=many,
        args_escaped=True,
        unknown=pairs,
    )
    image = Image(
        manifest=pointer(3),
        within=(DIGESTS[4],),
        platform=platform,
        config_descriptor=pointer(5),
        config=config,
        layers=layers,
        steps=(
            Step(text, created_by=text, comment=text, author=text, layer=0),
            Step(f"RUN {text}\n\t{text}", comment=text),
        ),
        annotations=pairs,
        artifact_type=text,
        subject=pointer(6),
    )
    old = msgspec.structs.replace(
        image, config_descriptor=None, v1_id=text, manifest=pointer(7)
    )
    return Snapshot(
        reference=Reference(text, text, text),
        source=text,
        observed_at=datetime(2020, 1, 1, tzinfo=UTC),
        root=msgspec.structs.replace(
            pointer(8), media_type="application/vnd.oci.image.index.v1+json"
        ),
        entries=(
            image,
            old,
            Attestation(
                manifest=pointer(9),
                platform=platform,
                subject_digest=DIGESTS[3],
                layers=layers,
            ),
            Attestation(
                manifest=pointer(9), platform=platform, subject_digest=DIGESTS[10]
            ),
            Artifact(
                manifest=pointer(10),
                artifact_type=text,
                platform=platform,
                config_descriptor=pointer(11),
                layers=layers,
                annotations=pairs,
                subject=pointer(6),
            ),
            Missing(manifest=pointer(11), platform=platform),
        ),
        annotations=pairs,
        artifact_type=text,
        subject=pointer(6),
        contradicted={DIGESTS[3]: text, DIGESTS[7]: text},
    )


def shown(snapshot: Snapshot, *, full: bool, **options: Any) -> str:  # noqa: ANN401 - rich's own options
    """What reaches a terminal with colour."""
    written = io.StringIO()
    environment = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    console = Console(file=written, _environ=environment, **options)
    render(snapshot, console, full=full)
    return written.getvalue()


@pytest.mark.parametrize("is_full", [True, False])
@pytest.mark.parametrize("width", [60, 120, 200])
def test_no_control_of_a_stranger_reaches_the_terminal(
    width: int, *, is_full: bool
) -> None:
    """Escape sequences, C1, bidi and invisible characters in any field come out as visible escapes."""
    text = shown(saying(f"a{CONTROLS}b"), full=is_full, width=width)

    assert UNSAFE.search(text.replace("\n", "")) is None
    assert r"a\x1b[31m\x1b]0;ti" in text


@pytest.mark.parametrize("is_full", [True, False])
def test_markup_stays_text(*, is_full: bool) -> None:
    """What looks like a style or a link is shown as it is written, and styles nothing."""
    snapshot = saying(MARKUP)

    plain = shown(snapshot, full=is_full, width=160)
    styled = shown(snapshot, full=is_full, width=160, force_terminal=True)

    assert plain.count("[red]a[/red][link=http://x]b[/link][/][bold") > 20
    assert "\x1b]8" not in styled
    # Red is only for what contradicts: the word of ours and the reasons given.
    assert styled.count("\x1b[31m") == shown(
        saying("x" * len(MARKUP)), full=is_full, width=160, force_terminal=True
    ).count("\x1b[31m")


@pytest.mark.parametrize("is_full", [True, False])
def test_a_colour_name_or_emoji_code_stays_text(*, is_full: bool) -> None:
    """Nothing is replaced by a picture or highlighted."""
    text = shown(saying(":smile: @click"), full=is_full, width=160)

    assert ":smile: @click" in text


@settings(deadline=None, max_examples=60)
@given(
    st.text(
        st.characters(codec=None)
        | st.sampled_from(f"{CONTROLS}{MARKUP}日本\u0301\t\n ")
    ),
    st.integers(1, 220),
    st.booleans(),
    st.sampled_from(["utf-8", "ascii", "latin-1", "cp437"]),
)
def test_any_text_can_be_shown_anywhere(
    text: str,
    width: int,
    is_full: bool,  # noqa: FBT001 - drawn by hypothesis
    encoding: str,
) -> None:
    """No text, no width and no encoding makes the view fail or lets a control through."""
    written = io.BytesIO()
    file = io.TextIOWrapper(written, encoding=encoding, newline="")
    render(saying(text), Console(file=file, width=width), full=is_full)
    file.flush()

    lines = written.getvalue().decode(encoding).replace("\n", "")
    assert UNSAFE.search(lines) is None


@pytest.mark.parametrize("unit", ["x", " ", "\t", "\n", " \t", "# \n", "日"])
def test_texts_of_megabytes_are_no_trouble(unit: str) -> None:
    """Giant texts are cut in the short view, and in full cost no more than their length."""
    text = unit * (40_000 // len(unit))
    (image, *_) = saying("x").images
    steps = (Step(f"RUN {text}", comment=text),)
    config = ImageConfig(env=(text,), author=text, command=(text,))
    changed = msgspec.structs.replace(image, steps=steps, config=config)
    snapshot = msgspec.structs.replace(saying("x"), entries=(changed,), source=text)

    began = time.process_time()
    short = shown(snapshot, full=False, width=80)
    shown(snapshot, full=True, width=80)

    assert len(short) < 10_000
    assert time.process_time() - began < 8
