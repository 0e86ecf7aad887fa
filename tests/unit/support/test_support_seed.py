"""The image with the seed's facts differs from the seed in what it must and in nothing else."""

import hashlib
import json
import re
from datetime import UTC, datetime

import pytest

from support.blobs import indented_json, slash_escaped_json
from support.foreign_host import ForeignHost
from support.registry import Registry
from support.seed import REPOSITORY, TAG, build_seed, expected_page, publish_seed
from support.seed_page import BLOBS, read_seed_page

DIGEST = re.compile(rb"sha256:[0-9a-f]{64}")


def test_the_kept_blobs_are_what_their_names_say() -> None:
    """Each file is named by its SHA-256, and each name stands on the page."""
    page = read_seed_page()
    names = {file.name for file in BLOBS.iterdir()}

    assert names == {
        hashlib.sha256(file.read_bytes()).hexdigest() for file in BLOBS.iterdir()
    }
    assert {f"sha256:{name}" for name in names} == {
        page.list_digest,
        *(section.manifest_digest for section in page.sections),
    }


def test_writing_the_seed_again_gives_its_bytes() -> None:
    """List and manifests come out of a parser and our two writers as they went in."""
    page = read_seed_page()
    kept = {f"sha256:{file.name}": file.read_bytes() for file in BLOBS.iterdir()}

    assert kept[page.list_digest] == slash_escaped_json(
        json.loads(kept[page.list_digest])
    )
    for section in page.sections:
        assert kept[section.manifest_digest] == indented_json(
            json.loads(kept[section.manifest_digest])
        )


def test_the_page_is_read_in_full() -> None:
    """Three sections of eleven steps and eleven layers, one of each eleven without a date, and sums that agree."""
    sections = read_seed_page().sections

    assert [len(section.steps) for section in sections] == [11, 11, 11]
    assert [len(section.layers) for section in sections] == [11, 11, 11]
    assert [
        sum(layer.last_modified is None for layer in section.layers)
        for section in sections
    ] == [1, 1, 1]
    assert [section.total_size_bytes for section in sections] == [
        sum(layer.size_bytes for layer in section.layers) for section in sections
    ]
    assert sections[0].steps[0].created == datetime(2016, 11, 19, 17, 5, tzinfo=UTC)
    assert sections[0].steps[-1].text == 'CMD ["python"]'


@pytest.mark.parametrize("foreign_base", [None, "http://127.0.0.1:4711"])
def test_the_expected_page_differs_in_seven_digests(foreign_base: str | None) -> None:
    """Every digest but seven is the seed's, and so is every byte that is no digest."""
    seed, expected = read_seed_page().content, expected_page(build_seed(foreign_base))
    pairs = zip(DIGEST.findall(seed), DIGEST.findall(expected), strict=True)

    assert len({old for old, new in pairs if old != new}) == 7
    assert DIGEST.sub(b"", seed) == DIGEST.sub(b"", expected)


def test_the_list_names_manifests_and_these_name_configs() -> None:
    """Digests and sizes lead from the list to every config."""
    image = build_seed()
    entries = json.loads(image.root.content)["manifests"]
    for entry, platform in zip(entries, image.platforms, strict=True):
        named = json.loads(platform.manifest.content)["config"]
        config = json.loads(platform.config.content)

        assert (entry["digest"], entry["size"]) == (
            platform.manifest.digest,
            platform.manifest.size_bytes,
        )
        assert (named["digest"], named["size"]) == (
            platform.config.digest,
            platform.config.size_bytes,
        )
        assert config["os.version"] == entry["platform"]["os.version"]
        assert (
            len(config["rootfs"]["diff_ids"])
            == len(platform.layers)
            == len(config["history"])
        )


def test_steps_are_in_dockers_words() -> None:
    """Each step is what Docker recorded, shell and all, not what the page made of it."""
    config = json.loads(build_seed().platforms[0].config.content)
    shell = "powershell -Command $ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue';"
    commands = [step["created_by"] for step in config["history"]]

    assert commands[:4] == [
        "Apply image 1607-RTM-amd64",
        "Install update ltsc2016-amd64",
        f"cmd /S /C #(nop)  SHELL [{shell}]",
        f"{shell} #(nop)  ENV PYTHON_VERSION=3.8.0",
    ]
    assert commands[5].startswith(
        f"{shell} $url = ('https://www.python.org/ftp/python/"
    )
    assert commands[10] == f'{shell} #(nop)  CMD ["python"]'


def test_it_is_published_with_headers_for_layers() -> None:
    """The registry holds 27 layers as headers, the foreign host six, three of them without a date."""
    with Registry() as registry, ForeignHost() as host:
        image = publish_seed(registry, host)
        repository = registry.repositories[REPOSITORY]
        urls = [
            url
            for platform in image.platforms
            for url in platform.foreign_urls.values()
        ]

        assert image.root.digest == repository.tags[TAG]
        assert sum(blob.content is None for blob in repository.blobs.values()) == 27
        assert len(urls) == 6
        assert all(url.startswith(f"{host.url}/") for url in urls)
