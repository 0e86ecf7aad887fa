import io
import re
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pytest
from rich.cells import cell_len
from rich.console import Console

from support.attestations import attestation_of
from support.blobs import Published
from support.images import Entry, index_of, random_image
from support.kinds import KINDS
from support.memory_contents import MOMENT, snapshot_of
from support.seed_snapshot import seed_snapshot
from tagledger.model.config import ImageConfig
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.media_types import DOCKER_CONFIG, DOCKER_MANIFEST
from tagledger.model.platform import Platform
from tagledger.model.reference import parse_reference
from tagledger.model.snapshot import Document, Image, Layer, Snapshot
from tagledger.model.source import Wanted
from tagledger.model.step import Step
from tagledger.reports.terminal import render

CheckGolden = Callable[[str, str], None]
ALL = Wanted(layer_dates=True, attestations=True)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
MANIFEST, CONFIG, LAYER = (Digest.of(name) for name in (b"m", b"c", b"l"))


def shown(
    snapshot: Snapshot,
    *,
    width: int = 80,
    full: bool = False,
    encoding: str = "utf-8",
    environment: dict[str, str] | None = None,
    is_tty: bool = False,
) -> str:
    """What reaches a terminal of that width."""
    written = io.BytesIO()
    file = io.TextIOWrapper(written, encoding=encoding, newline="")
    console = Console(
        file=file,
        width=width,
        force_terminal=is_tty,
        _environ=environment or {"TERM": "xterm-256color"},
    )
    render(snapshot, console, full=full)
    file.flush()
    return written.getvalue().decode(encoding)


def page_like(**changes: object) -> Snapshot:
    """One manifest proven from a page; what the page tells of the config is reported."""
    image = Image(
        manifest=Descriptor(DOCKER_MANIFEST, MANIFEST, 528),
        platform=Platform("linux", "arm", variant="v7"),
        config_descriptor=Descriptor(DOCKER_CONFIG, CONFIG, None),
        config=ImageConfig(docker_version="18.09.7", command=("sh",)),
        layers=(
            Layer(LAYER, size_bytes=5_300_000, last_modified=MOMENT),
            Layer(Digest.of(b"k"), size_bytes=12),
        ),
        steps=(Step("ADD file:1 in /"), Step('CMD ["sh"]')),
    )
    snapshot = Snapshot(
        reference=parse_reference("busybox:1.31"),
        source="page:busybox.md",
        observed_at=datetime(2019, 11, 20, tzinfo=UTC),
        root=image.manifest,
        entries=(image,),
        documents={MANIFEST: Document(DOCKER_MANIFEST, b"m", Evidence.PROVEN)},
        dates_evidence=Evidence.REPORTED,
    )
    return msgspec.structs.replace(snapshot, **changes)


@pytest.mark.parametrize("width", [80, 120])
async def test_the_seed_looks_as_it_should(
    width: int, check_golden: CheckGolden
) -> None:
    """Head, table, facts, steps with bars and layers, in a narrow and a wide terminal."""
    check_golden(f"seed-{width}.txt", shown(await seed_snapshot(), width=width))


async def test_the_full_view_looks_as_it_should(check_golden: CheckGolden) -> None:
    """Steps come in full, with the line breaks that their Dockerfile had."""
    text = shown(await seed_snapshot(), width=100, full=True)

    check_golden("seed-full-100.txt", text)


def attested_index() -> Published:
    """Two platforms, an attestation for each; nothing in it depends on a compressor."""
    images = [
        random_image(format="oci", compression="none", arch=arch)
        for arch in ("amd64", "arm64")
    ]
    attestations = [attestation_of(image) for image in images]
    return index_of([*images, *attestations], format="oci")


def sparse_index() -> Published:
    """A Windows image that is there, and a Linux one that is not."""
    there = random_image(compression="none", os="windows", os_version="10.0.17763.864")
    away = random_image(compression="none", arch="arm", variant="v7")
    return index_of([Entry(away.published, away.platform, is_held=False), there])


LOOKS = {
    "attested-index": attested_index,
    "sparse-index": sparse_index,
    "wasm-module": KINDS["wasm-module"],
}


@pytest.mark.parametrize("kind", LOOKS)
@pytest.mark.parametrize("width", [80, 120])
async def test_other_kinds_look_as_they_should(
    kind: str, width: int, check_golden: CheckGolden
) -> None:
    """Attestations, missing entries and artifacts are said to be what they are."""
    snapshot = await snapshot_of(LOOKS[kind](), wanted=ALL)

    check_golden(f"{kind}-{width}.txt", shown(snapshot, width=width))


async def test_schema_1_has_an_image_id_of_its_own() -> None:
    """It has no config digest, and none is shown; sizes that are not stated are not known."""
    text = shown(await snapshot_of(KINDS["schema-1-signed"]()))

    assert re.search(r"^image ID         [0-9a-f]{64}$", text, re.MULTILINE)
    assert "config digest" not in text
    assert "size             not known · 3 layers" in text


def test_what_is_reported_is_said_to_be(check_golden: CheckGolden) -> None:
    """Beside a proven manifest, settings, steps and dates are shown as reported."""
    text = shown(page_like())

    check_golden("page-80.txt", text)
    assert "settings and steps reported · layer dates reported" in text


async def test_without_utf_8_it_is_drawn_in_ascii(check_golden: CheckGolden) -> None:
    """An encoding without the signs gets plain ones, and what it lacks as escapes."""
    snapshot = await snapshot_of(attested_index(), wanted=ALL)

    text = shown(snapshot, width=60, encoding="ascii")

    check_golden("ascii-60.txt", text)


def test_letters_that_the_encoding_lacks_are_escaped() -> None:
    """Nothing fails and nothing is dropped where a terminal cannot show a letter."""
    snapshot = page_like(source="page:é日.md")

    assert "page:\\xe9\\u65e5.md" in shown(snapshot, encoding="ascii")
    assert "page:é\\u65e5.md" in shown(snapshot, encoding="latin-1")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_full", [True, False])
async def test_every_digest_is_there_in_full(kind: str, *, is_full: bool) -> None:
    """Index, manifests, configs, layers, attestations and what is missing: each to be copied."""
    snapshot = await snapshot_of(KINDS[kind](), wanted=ALL)

    found = set(DIGEST.findall(shown(snapshot, width=60, full=is_full)))

    expected: set[str | None] = {snapshot.root.digest} if snapshot.root else set()
    for entry in snapshot.entries:
        expected |= {entry.digest, *entry.within}
    for image in snapshot.images:
        expected |= {layer.digest for layer in image.layers}
        expected |= {layer.diff_id for layer in image.layers} if is_full else set()
        if image.config_descriptor:
            expected.add(image.config_descriptor.digest)
    assert expected - {None} <= found


@pytest.mark.parametrize("width", [60, 72, 80, 99, 120, 160, 200])
async def test_lines_fit_the_width(width: int) -> None:
    """Nothing but a digest and a media type that are wider themselves runs over."""
    lines = shown(await seed_snapshot(), width=width).splitlines()

    too_long = [line for line in lines if cell_len(line) > width]
    assert [] == [
        line for line in too_long if not re.search(r"sha256:|application/", line)
    ]
    assert all(line == line.rstrip() for line in lines)


async def test_a_pipe_gets_no_colour() -> None:
    """What is not a terminal gets text alone."""
    assert "\x1b" not in shown(await seed_snapshot())


async def test_colour_changes_nothing_but_colour() -> None:
    """The words are the same with colour, without it and in a dumb terminal."""
    snapshot = await seed_snapshot()
    plain = shown(snapshot)

    coloured = shown(snapshot, is_tty=True)
    uncoloured = shown(
        snapshot, is_tty=True, environment={"TERM": "xterm", "NO_COLOR": "1"}
    )
    dumb = shown(snapshot, is_tty=True, environment={"TERM": "dumb"})

    style = re.compile(r"\x1b\[[0-9;]*m")
    assert "\x1b[36m" in coloured
    assert plain == style.sub("", coloured)
    assert plain == style.sub("", uncoloured)
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", uncoloured)
    assert plain == dumb


def test_a_tag_that_does_not_exist_is_said_not_to() -> None:
    """An absent tag is no empty image."""
    text = shown(page_like(root=None, entries=(), is_absent=True))

    assert "Nothing is published under this name." in text


def test_a_source_without_a_registry_s_digests_says_so() -> None:
    """`docker save` knows no manifest: diff IDs are shown, and nothing is made up."""
    layers = (Layer(None, diff_id=LAYER, uncompressed_size_bytes=10),)
    (image,) = page_like().images
    saved = msgspec.structs.replace(image, manifest=None, layers=layers)

    text = shown(page_like(root=None, entries=(saved,), documents={}), width=100)

    assert "not known to this source" in text
    assert f"{LAYER}  diff ID" in text


def test_a_contradiction_is_shown_with_its_reason() -> None:
    """Nobody overlooks that statements exclude each other."""
    text = shown(
        page_like(documents={}, contradicted={MANIFEST: "two sizes for one layer"})
    )

    assert re.search(r"manifest digest  contradicted", text)
    assert "two sizes for one layer" in text


def test_a_partly_known_size_is_marked() -> None:
    """A sum with a part missing has a plus; one of nothing known is no number."""
    (image,) = page_like().images
    partly = msgspec.structs.replace(image, layers=(*image.layers, Layer(LAYER)))
    unknown = msgspec.structs.replace(image, layers=(Layer(LAYER),))

    assert "size             5.3 MB+ · 3 layers" in shown(page_like(entries=(partly,)))
    assert "size             not known · 1 layer" in shown(
        page_like(entries=(unknown,))
    )


def test_long_lists_are_shortened_and_come_in_full() -> None:
    """Eight labels are enough to look at; all are there when all are asked for."""
    labels = {f"label-{number}": "x" * 100 for number in range(20)}
    (image,) = page_like().images
    labelled = msgspec.structs.replace(image, config=ImageConfig(labels=labels))
    snapshot = page_like(entries=(labelled,))

    short, full = shown(snapshot), shown(snapshot, full=True)

    assert "… and 12 more" in short
    assert "label-8" not in short
    assert all(f"{name}={value}" in full for name, value in labels.items())


async def test_what_was_not_asked_for_is_not_read() -> None:
    """Attestations and configs that are only listed are not said to be reported."""
    published = attested_index()

    text = shown(await snapshot_of(published, wanted=Wanted(configs=False)))

    assert "attested by      not read\n" in text
    assert "config digest    not read · the image ID\n" in text
    assert "reported" not in text
