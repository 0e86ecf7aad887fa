"""The page as it is written: the record's form, and what was wrong with it put right."""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pytest

from support.page_snapshots import OBSERVED_AT
from support.seed_page import PAGE_FILE
from tagledger.errors import NotSupported
from tagledger.model import media_types
from tagledger.model.config import Healthcheck, ImageConfig
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.entries import UNKNOWN_PLATFORM
from tagledger.model.evidence import Evidence
from tagledger.model.platform import Platform
from tagledger.model.reference import Reference, parse_reference
from tagledger.model.snapshot import (
    Artifact,
    Attestation,
    Document,
    Entry,
    Image,
    Layer,
    Missing,
    Snapshot,
)
from tagledger.model.step import Step
from tagledger.reports.page.form import FORMS, PageForm, parse_form
from tagledger.reports.page.reader import read_page
from tagledger.reports.page.writer import PageWriter, write_page

CheckGolden = Callable[[str, str], None]

SEED = PAGE_FILE.read_bytes()
MOMENT = datetime(2019, 11, 13, 14, 48, 55, 123456, tzinfo=UTC)
INDEX, FIRST, SECOND, THIRD, CONFIG, LAYER, DIFF = (
    Digest.of(bytes([number])) for number in range(7)
)
AMD64 = Platform("linux", "amd64")
ARM = Platform("linux", "arm", "v7", features=("neon", "vfp"))
WINDOWS = Platform(
    "windows", "amd64", os_version="10.0.17763.864", os_features=("win32k",)
)
GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"


def manifest(digest: Digest, platform: Platform | None = None) -> Descriptor:
    """A descriptor as an index has it."""
    return Descriptor(media_types.OCI_MANIFEST, digest, 500, platform=platform)


def image(**changes: object) -> Image:
    """A small image, different where asked."""
    made = Image(
        manifest=manifest(FIRST, AMD64),
        platform=AMD64,
        config_descriptor=Descriptor(media_types.OCI_CONFIG, CONFIG, 700),
        config=ImageConfig(entrypoint=("/a/b",), command=()),
        layers=(Layer(LAYER, GZIP, 1_000, DIFF, last_modified=MOMENT),),
        steps=(
            Step("COPY a /", MOMENT, "COPY a /", layer=0, makes_layer=True),
            Step('CMD ["a"]', None, 'CMD ["a"]', makes_layer=False),
        ),
    )
    return msgspec.structs.replace(made, **changes)


def snapshot(*entries: Entry, root: Descriptor | None = None) -> Snapshot:
    """An index of these."""
    return Snapshot(
        reference=parse_reference("ghcr.io/a/b:1"),
        source="docker://ghcr.io/a/b:1",
        observed_at=OBSERVED_AT,
        root=root or Descriptor(media_types.OCI_INDEX, INDEX, 900),
        entries=entries,
    )


def written(entry: Entry, **changes: object) -> list[str]:
    """The lines of a page of this one entry."""
    made = msgspec.structs.replace(snapshot(entry), **changes)
    return write_page(made).decode().splitlines()


def test_the_seed_is_written_byte_for_byte() -> None:
    """The default form is that of the founding page."""
    seed = read_page(SEED, place="seed.md", observed_at=OBSERVED_AT).snapshots[0]
    made = msgspec.structs.replace(seed, form=None)

    assert SEED == write_page(made)
    assert SEED == write_page(seed)
    assert SEED == write_page(seed, form=FORMS["2019"])


def test_the_form_of_2021_counts_the_platforms() -> None:
    """That is all that differs."""
    seed = read_page(SEED, place="seed.md", observed_at=OBSERVED_AT).snapshots[0]

    assert SEED.replace(b"-\tPlatforms:\n", b"-\tPlatforms: 3\n") == write_page(
        seed, form=FORMS["2021"]
    )


def test_an_unknown_form_is_refused() -> None:
    """Forms are called by their year."""
    assert PageForm(counts_platforms=True) == parse_form("2021")
    with pytest.raises(NotSupported, match="no page form '1999'"):
        parse_form("1999")


def test_a_tag_that_does_not_exist_has_a_page() -> None:
    """The record's own words for it."""
    absent = msgspec.structs.replace(snapshot(), root=None, is_absent=True)

    assert b"## `ghcr.io/a/b:1`\n\n**does not exist** (yet?)\n" == write_page(absent)


def test_platforms_attestations_and_a_sparse_index(check_golden: CheckGolden) -> None:
    """Attestations stand apart from platforms, what is missing is said to be."""
    statement = Layer(
        LAYER,
        media_types.IN_TOTO,
        400,
        annotations={"in-toto.io/predicate-type": "https://spdx.dev/Document"},
    )
    attestation = Attestation(
        manifest=manifest(SECOND),
        platform=UNKNOWN_PLATFORM,
        subject_digest=FIRST,
        layers=(statement,),
    )
    loose = Attestation(
        manifest=manifest(DIFF), platform=UNKNOWN_PLATFORM, subject_digest=None
    )
    missing = Missing(manifest=manifest(THIRD, WINDOWS), platform=WINDOWS)
    found = snapshot(image(), attestation, missing, image(platform=ARM), loose)

    check_golden("attested-and-sparse.md", write_page(found).decode())
    check_golden("attested-and-sparse-full.md", write_page(found, full=True).decode())


def test_an_artifact_is_no_broken_image(check_golden: CheckGolden) -> None:
    """A chart has no platform, no Dockerfile and no pull line."""
    chart = Artifact(
        manifest=manifest(FIRST),
        artifact_type="application/vnd.cncf.helm.config.v1+json",
        config_descriptor=Descriptor("application/json", CONFIG, 5),
        layers=(Layer(LAYER, "application/vnd.cncf.helm.chart", 2_345),),
        annotations={"org.example": "a`b"},
        subject=manifest(SECOND),
    )
    made = snapshot(chart, root=chart.manifest)

    check_golden("artifact.md", write_page(made).decode())
    assert b"docker pull" not in write_page(made)
    assert "-\tAnnotations:\n\t-\t``org.example=a`b``\n" in (
        write_page(made, full=True).decode()
    )


def test_what_an_index_lists_and_nobody_read_has_no_size_of_nothing() -> None:
    """A blob listed among manifests is not looked into: what it weighs is not known."""
    listed = Artifact(
        manifest=Descriptor("application/vnd.example.blob", FIRST, 3),
        artifact_type="application/vnd.example.blob",
    )
    made = snapshot(listed)

    page = write_page(made)
    (again,) = read_page(page, place="a.md", observed_at=OBSERVED_AT).snapshots

    assert b"-\tTotal Size: not known\n" in page
    assert page == write_page(again)


def test_an_archive_has_no_digests_of_a_registry(check_golden: CheckGolden) -> None:
    """Nothing is invented: what is not known is said not to be."""
    layer = Layer(None, None, None, DIFF, uncompressed_size_bytes=2_000)
    made = msgspec.structs.replace(
        snapshot(image(manifest=None, layers=(layer,))),
        root=None,
        reference=Reference("", "image.tar", "latest"),
    )

    check_golden("archive.md", write_page(made).decode())


def test_everything_is_said_on_the_full_page(check_golden: CheckGolden) -> None:
    """What the record leaves out stands in further lines."""
    config = ImageConfig(  # noqa: S604 - the SHELL of an image; nothing is run
        created=MOMENT,
        author="A <a@b>",
        docker_version="18.06",
        env=("A=b", "C=d\ne"),
        entrypoint=("/a",),
        command=("b",),
        shell=("/bin/bash", "-c"),
        user="nobody",
        working_dir="/w",
        hostname="h",
        exposed_ports=("80/tcp",),
        volumes=("/v",),
        labels={"b": "2", "a": "1"},
        healthcheck=Healthcheck(("CMD", "x"), 30_000_000_000, 500_000_000, retries=3),
        stop_signal="SIGINT",
        on_build=("RUN y",),
        args_escaped=True,
    )
    layer = Layer(
        LAYER,
        GZIP,
        1_000,
        DIFF,
        urls=("https://a.example/b",),
        annotations={"k": "v"},
    )
    found = image(
        config=config,
        layers=(layer,),
        annotations={"n": "m"},
        artifact_type="a/b",
        subject=manifest(SECOND),
        within=(THIRD,),
    )
    made = msgspec.structs.replace(
        snapshot(found),
        documents={
            FIRST: Document(media_types.OCI_MANIFEST, b"", Evidence.PROVEN),
            CONFIG: Document(media_types.OCI_CONFIG, b""),
        },
    )

    check_golden("full.md", write_page(made, full=True).decode())


def test_a_step_without_a_date_begins_with_a_line_all_the_same() -> None:
    """Otherwise it would read as a part of the step before it."""
    lines = written(image())
    at = lines.index("```dockerfile")

    assert [
        "# Wed, 13 Nov 2019 14:48:55 GMT",
        "COPY a /",
        "# date unknown",
        'CMD ["a"]',
        "```",
    ] == lines[at + 1 : at + 6]


@pytest.mark.parametrize(
    "forged",
    [
        "# Wed, 13 Nov 2019 14:48:55 GMT",
        "# date unknown",
        "# Foo, 99 Bar 0000 99:99:99 GMT",
    ],
)
def test_a_step_cannot_forge_another(forged: str) -> None:
    """A line that would read as a date line is indented by a space."""
    step = Step(f"RUN <<E\n{forged}\nRUN evil\nE", MOMENT, "RUN <<E")
    page = write_page(snapshot(image(steps=(step,))))
    found = read_page(page, place="x", observed_at=OBSERVED_AT).snapshots[0]

    assert f"\n {forged}\nRUN evil\n".encode() in page
    assert 1 == len(found.images[0].steps)


def test_a_fence_is_longer_than_any_run_of_backticks_inside() -> None:
    """A command that holds a fence stays inside its own."""
    lines = written(image(steps=(Step("RUN a\n````\n# b", MOMENT, "x"),)))

    assert "`````dockerfile" in lines
    assert 1 == lines.count("`````")


def test_a_code_span_is_opened_by_a_run_that_is_not_inside() -> None:
    """A command with backticks stays inside its code span."""
    config = ImageConfig(command=("sh", "-c", "echo `date` ``"))

    assert '-\tDefault Command: ```["sh","-c","echo `date` ``"]```' in written(
        image(config=config)
    )


def test_json_is_written_as_the_record_wrote_it() -> None:
    """Compact, slashes escaped, and no character that deceives the eye."""
    config = ImageConfig(entrypoint=("/a\\b", '"\n\x1b\u202e\U000e0041é'))

    assert r'-	Entrypoint: `["\/a\\b","\"\n\u001B\u202E\uDB40\uDC41é"]`' in written(
        image(config=config)
    )


def test_an_empty_command_is_not_an_absent_one() -> None:
    """The record shows an empty command, and no empty entrypoint."""
    config = ImageConfig(entrypoint=(), command=(), shell=())
    lines = written(image(config=config))

    assert "-\tDefault Command: `[]`" in lines
    assert not any("Entrypoint" in line or "SHELL" in line for line in lines)


def test_a_platform_of_odd_words_is_code() -> None:
    """Features and versions stand as the record has them, odd ones in backticks."""
    odd = Platform("li*nux", "amd64\n## x")

    assert "\t-\tlinux; arm variant v7 ft. neon, vfp" in written(image(platform=ARM))
    assert "\t-\twindows version 10.0.17763.864 ft. win32k; amd64" in written(
        image(platform=WINDOWS)
    )
    assert "\t-\t`li*nux; amd64\\n## x`" in written(image(platform=odd))


def test_sizes_that_nobody_knows_are_not_made_up() -> None:
    """A sum needs all its parts."""
    layers = (Layer(LAYER, GZIP, None), Layer(DIFF, GZIP, 5))

    assert "-\tTotal Size: not known" in written(image(layers=layers))


def test_a_schema_1_image_has_an_id_of_its_own() -> None:
    """It has no config digest, and its page says so by leaving out the algorithm."""
    found = image(config_descriptor=None, v1_id="5" * 64)

    assert f"-\tImage ID: `{'5' * 64}`" in written(found)


def test_the_shell_of_a_page_is_taken_off_where_the_record_left_it() -> None:
    """`cmd /S /C #(nop) COPY` is a COPY; what a page's form asks for stays as it was."""
    texts = (
        "RUN cmd /S /C #(nop) COPY file:1 in C:\\",
        "SHELL [powershell -Command $x;]",
        "RUN powershell -Command $x; #(nop)  ENV A=b",
        "RUN cmd /S /C mkdir x",
        "RUN other #(nop) ENV A=b",
    )
    steps = tuple(Step(text, MOMENT) for text in texts)
    lines = written(image(steps=steps))
    at = lines.index("```dockerfile")

    assert [
        "COPY file:1 in C:\\",
        "SHELL [powershell -Command $x;]",
        "ENV A=b",
        "RUN cmd /S /C mkdir x",
        "RUN other #(nop) ENV A=b",
    ] == lines[at + 2 : at + 12 : 2]


def test_a_section_that_pages_share_is_written_once() -> None:
    """A writer that is kept remembers entries by identity, within its bounds."""
    seed = read_page(SEED, place="seed.md", observed_at=OBSERVED_AT).snapshots[0]
    for size in (0, 1 << 20):
        writer = PageWriter(max_cached_bytes=size)

        assert [SEED, SEED] == [writer.write(seed), writer.write(seed)]
