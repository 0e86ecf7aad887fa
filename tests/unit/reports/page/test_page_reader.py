"""What a page says, as values: facts, forms of all eras, and which parts are not believed."""

from collections.abc import Sequence

import pytest

from support.page_snapshots import OBSERVED_AT
from support.seed_page import PAGE_FILE, read_seed_page
from tagledger.errors import DamagedPage
from tagledger.model import media_types
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.platform import Platform
from tagledger.model.snapshot import Attestation, Image, Snapshot
from tagledger.model.times import parse_http_date
from tagledger.reports.page.form import FORMS, SPACES, PageForm
from tagledger.reports.page.reader import read_page, write_published
from tagledger.reports.page.writer import write_page

SEED = PAGE_FILE.read_bytes()
DATE = "Wed, 13 Nov 2019 14:48:55 GMT"
GZIP = "application/vnd.docker.image.rootfs.diff.tar.gzip"
OCI_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest(number: int) -> Digest:
    """A digest of its own."""
    return Digest.of(bytes([number]))


def section(
    platform: str,
    number: int,
    *,
    steps: str = f"# {DATE}\nRUN a\n",
    kind: str = media_types.DOCKER_MANIFEST,
    layer_kind: str | None = GZIP,
    pull: bool = True,
) -> str:
    """A section of the record's kind with one layer of five bytes."""
    block = f"```console\n$ docker pull a@{digest(number)}\n```\n\n" if pull else ""
    mime = f"  \n\t\tMIME: {layer_kind}" if layer_kind else ""
    return (
        f"\n### `a:b` - {platform}\n\n{block}"
        f"-\tManifest MIME: `{kind}`\n"
        "-\tTotal Size: **5.0 B**  \n\t(compressed transfer size, not on-disk size)\n"
        f"-\tImage ID: `{digest(number + 50)}`\n\n"
        f"```dockerfile\n{steps}```\n\n"
        f"-\tLayers:\n\t-\t`{digest(number + 100)}`  \n\t\tSize: 5.0 B{mime}\n"
    )


def page(
    platforms: Sequence[str],
    sections: Sequence[str],
    *,
    root: str | None = media_types.DOCKER_LIST,
    count: str = "",
) -> bytes:
    """A page of these sections."""
    mime = f"-\tManifest MIME: `{root}`\n" if root else ""
    listed = "".join(f"\t-\t{platform}\n" for platform in platforms)
    head = (
        f"## `a:b`\n\n```console\n$ docker pull a@{digest(0)}\n```\n\n"
        f"{mime}-\tPlatforms:{count}\n{listed}"
    )
    return "".join([head, *sections]).encode()


def read(content: bytes) -> Snapshot:
    """The snapshot of a page, after it was written back the same."""
    found = read_page(content, place="page.md", observed_at=OBSERVED_AT)

    assert content == write_published(found)
    return found.snapshots[0]


def test_the_seed_says_what_it_says() -> None:
    """Every fact of the founding page is read, and known as reported."""
    facts = read_seed_page()
    seed = read(SEED)

    assert "docker.io/library/python:3.8.0-windowsservercore" == str(seed.reference)
    assert seed.root is not None
    assert (media_types.DOCKER_LIST, facts.list_digest, None) == (
        seed.root.media_type,
        seed.root.digest,
        seed.root.size_bytes,
    )
    assert Evidence.REPORTED == seed.evidence(seed.root.digest) == seed.dates_evidence
    for expected, image in zip(facts.sections, seed.images, strict=True):
        assert image.config is not None
        assert (expected.manifest_digest, expected.config_digest) == (
            image.digest,
            image.image_id,
        )
        assert image.platform == Platform(
            "windows", expected.architecture, os_version=expected.os_version
        )
        assert expected.docker_version == image.config.docker_version
        assert tuple(expected.command) == image.config.command
        assert tuple(expected.shell) == image.config.shell
        assert expected.total_size_bytes == image.total_size_bytes
        assert [(step.created, step.text) for step in expected.steps] == [
            (step.created, step.dockerfile) for step in image.steps
        ]
        assert {None} == {step.created_by for step in image.steps}
        assert [
            (layer.digest, layer.size_bytes, layer.media_type, layer.last_modified)
            for layer in expected.layers
        ] == [
            (layer.digest, layer.size_bytes, layer.media_type, layer.last_modified)
            for layer in image.layers
        ]


def test_a_page_of_a_single_manifest_has_its_digest_in_the_head() -> None:
    """Root and image are one; the section has no pull line."""
    found = read(
        page(["linux; amd64"], [section("linux; amd64", 1, pull=False)], root=None)
    )

    assert found.root is not None
    assert digest(0) == found.root.digest == found.images[0].digest
    assert media_types.DOCKER_MANIFEST == found.root.media_type


def test_a_tag_that_does_not_exist_is_absent() -> None:
    """It has no root and no entries."""
    found = read(b"## `a:b`\n\n**does not exist** (yet?)\n")

    assert (True, None, ()) == (found.is_absent, found.root, found.entries)


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("linux; amd64", Platform("linux", "amd64")),
        ("windows; amd64", Platform("windows", "amd64")),
        ("linux; arm64 variant v8", Platform("linux", "arm64", "v8")),
        (
            "windows version 10.0.17763.864 ft. win32k, x; amd64 ft. sse4, aes",
            Platform(
                "windows",
                "amd64",
                None,
                "10.0.17763.864",
                ("win32k", "x"),
                ("sse4", "aes"),
            ),
        ),
    ],
)
def test_platforms_are_read_in_full(text: str, platform: Platform) -> None:
    """Version, variant and features, as far as they are there."""
    assert platform == read(page([text], [section(text, 1)])).images[0].platform


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("", []),
        (f"# {DATE}\nRUN a\n\nb\n\n", ["RUN a\n\nb\n"]),
        (f"# {DATE}\n# ARGS: A=b\nRUN a\n", ["# ARGS: A=b\nRUN a"]),
        (f"# {DATE}\nRUN a\n# comment\n", ["RUN a\n# comment"]),
        (f"# {DATE}\nRUN a\n```\nb\n", ["RUN a\n```\nb"]),
        (f"# {DATE}\n\n# {DATE}\nRUN \n", ["", "RUN "]),
        (f"# {DATE}\nRUN echo '\n### `a:b` - x\n'\n", ["RUN echo '\n### `a:b` - x\n'"]),
        (
            f"# {DATE}\nRUN <<E\n\n### `a:b` - linux; amd64\n\nE\n",
            ["RUN <<E\n\n### `a:b` - linux; amd64\n\nE"],
        ),
    ],
    ids=ascii,
)
def test_steps_are_read_as_they_stand(steps: str, expected: list[str]) -> None:
    """Only a date line or the closing fence ends a command."""
    found = read(page(["linux; amd64"], [section("linux; amd64", 1, steps=steps)]))

    assert expected == [step.dockerfile for step in found.images[0].steps]
    assert {parse_http_date(DATE)} >= {step.created for step in found.images[0].steps}


def test_a_platform_count_is_kept() -> None:
    """It is what distinguishes the forms of 2019 and 2021."""
    content = page(["linux; amd64"], [section("linux; amd64", 1)], count=" 1")
    found = read(content)

    assert found.form.counts_platforms
    assert content.replace(b"forms: 1", b"forms:") == write_page(
        found, form=FORMS["2019"]
    )


def test_lists_drawn_with_spaces_are_kept() -> None:
    """As they were until the summer of 2016, without the layers' media types."""
    tabs = page(
        ["linux; amd64"],
        [section("linux; amd64", 1, pull=False, layer_kind=None)],
        root=None,
    )
    spaces = (
        tabs.replace(b"\t-\t", b"  - ")
        .replace(b"\t\t", b"    ")
        .replace(b"-\t", b"- ")
        .replace(b"\t(", b"  (")
    )
    found = read(spaces)

    assert SPACES == found.form.bullets
    assert (None, 5) == (
        found.images[0].layers[0].media_type,
        found.images[0].layers[0].size_bytes,
    )
    assert tabs == write_page(found, form=FORMS["2019"])


def test_latin_1_is_read_and_kept() -> None:
    """The record's program wrote a page so where no character needed more."""
    text = page(["linux; amd64"], [section("linux; amd64", 1)]).decode()
    content = text.replace("RUN a", "MAINTAINER Jérôme").encode("latin-1")
    found = read(content)

    assert "MAINTAINER Jérôme" == found.images[0].steps[0].dockerfile
    assert "latin-1" == found.form.encoding
    assert "Jérôme".encode() in write_page(found, form=FORMS["2019"])


def test_statements_among_the_platforms_are_attestations() -> None:
    """`unknown; unknown` is kept for writing, and is no image."""
    content = page(
        ["linux; amd64", "unknown; unknown"],
        [
            section("linux; amd64", 1, layer_kind=OCI_GZIP),
            section("unknown; unknown", 2, steps="", layer_kind=media_types.IN_TOTO),
        ],
        root=media_types.OCI_INDEX,
    )
    found = read(content)
    (attestation,) = found.attestations

    assert 1 == len(found.images)
    assert (None, digest(52)) == (
        attestation.subject_digest,
        attestation.config_descriptor and attestation.config_descriptor.digest,
    )
    corrected = write_page(found, form=FORMS["2019"]).decode()
    assert "unknown" not in corrected
    assert f"- attestations\n\n-\tAttestations:\n\t-\t`{digest(2)}`" in corrected


def test_an_image_of_an_unknown_platform_is_an_image() -> None:
    """What has steps or other layers is no statement."""
    content = page(["unknown; unknown"], [section("unknown; unknown", 1)])
    found = read(content)

    assert isinstance(found.entries[0], Image)
    assert b"### `a:b` - (platform not said)\n" in write_page(found, form=FORMS["2019"])


def test_a_constant_media_type_is_not_believed_against_the_layers() -> None:
    """Since 2024 the record says Docker's type of every manifest under an OCI index."""
    content = page(
        ["linux; amd64", "windows; amd64"],
        [
            section("linux; amd64", 1, layer_kind=OCI_GZIP),
            section("windows; amd64", 2, layer_kind=GZIP),
        ],
        root=media_types.OCI_INDEX,
    )
    found = read(content)

    assert [media_types.OCI_MANIFEST, media_types.DOCKER_MANIFEST] == [
        image.manifest and image.manifest.media_type for image in found.images
    ]
    assert [media_types.OCI_CONFIG, media_types.DOCKER_CONFIG] == [
        image.config_descriptor and image.config_descriptor.media_type
        for image in found.images
    ]
    assert media_types.DOCKER_MANIFEST == found.form.stated_manifest_type
    corrected = write_page(found, form=FORMS["2019"]).decode()
    assert 1 == corrected.count(f"`{media_types.OCI_MANIFEST}`")


def test_media_types_that_differ_are_believed() -> None:
    """A page that tells them apart was not written with a constant."""
    content = page(
        ["linux; amd64", "linux; arm64"],
        [
            section("linux; amd64", 1, layer_kind=OCI_GZIP),
            section(
                "linux; arm64", 2, kind=media_types.OCI_MANIFEST, layer_kind=OCI_GZIP
            ),
        ],
        root=media_types.OCI_INDEX,
    )

    assert [media_types.DOCKER_MANIFEST, media_types.OCI_MANIFEST] == [
        image.manifest and image.manifest.media_type for image in read(content).images
    ]


def test_a_schema_1_image_has_an_id_and_no_config() -> None:
    """The record shows it without an algorithm."""
    text = page(
        ["linux; amd64"],
        [section("linux; amd64", 1, kind=media_types.DOCKER_SCHEMA1, pull=False)],
        root=None,
    ).decode()
    found = read(text.replace(f"`{digest(51)}`", f"`{digest(51).encoded}`").encode())

    assert (None, digest(51).encoded) == (
        found.images[0].config_descriptor,
        found.images[0].v1_id,
    )


def test_a_page_of_ours_is_told_apart_from_the_records() -> None:
    """A fence that grew is our form; three backticks around more are the record's."""
    step = f"# {DATE}\nRUN a\n```\nb\n"
    theirs = page(["linux; amd64"], [section("linux; amd64", 1, steps=step)])
    ours = write_page(read(theirs), form=FORMS["2019"])

    assert b"````dockerfile\n" in ours
    assert [True, False] == [
        read(theirs).form.as_published,
        read(ours).form.as_published,
    ]


def test_a_page_that_mixes_the_two_forms_is_refused() -> None:
    """No program writes one section so and the next otherwise."""
    steps = f"# {DATE}\nRUN a\n```\nb\n"
    one = section("linux; amd64", 1, steps=steps)
    other = section("linux; arm64", 2, steps=steps).replace("```dock", "````dock")
    other = other.replace("b\n```\n", "b\n````\n")
    content = page(["linux; amd64", "linux; arm64"], [one, other])
    with pytest.raises(DamagedPage, match="instead of"):
        read(content)


def test_a_page_in_the_full_form_is_refused_by_name() -> None:
    """What it says beyond the record has no place in a snapshot of a page."""
    content = write_page(read(SEED), full=True)
    with pytest.raises(DamagedPage, match="the full form, which is not read back"):
        read_page(content, place="page.md", observed_at=OBSERVED_AT)


def test_forms_of_many_pages_are_one_value() -> None:
    """Two pages of the same form are told so."""
    assert read(SEED).form == PageForm(as_published=True)
    assert all(isinstance(entry, Image | Attestation) for entry in read(SEED).entries)
