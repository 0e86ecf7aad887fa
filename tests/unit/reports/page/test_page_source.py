"""A page as a place to read images from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from support.page_snapshots import OBSERVED_AT
from support.seed_page import BLOBS, PAGE_FILE, read_seed_page
from tagledger.errors import (
    ContentNotHeld,
    DamagedPage,
    ManifestNotFound,
    PlaceNotFound,
    PlatformNotFound,
    TagNotFound,
    TooLarge,
    UnknownAddress,
)
from tagledger.model import media_types
from tagledger.model.digest import Digest
from tagledger.model.platform import parse_platform
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Source, Wanted
from tagledger.reports.page.reader import MAX_PAGE_BYTES, PublishedPage, read_page
from tagledger.reports.page.source import PageSource, open_page
from tagledger.reports.page.tag_details import write_tag_details
from tagledger.reports.page.writer import write_page
from tagledger.reports.proof.trials import Budget

TAGS = (
    "<!-- THIS FILE IS GENERATED VIA 'x' -->\n\n# Tags of `a`\n\n"
    "-\t[`a:1`](#a1)\n-\t[`a:2`](#a2)\n"
    "\n## `a:1`\n\n**does not exist** (yet?)\n"
    "\n## `a:2`\n\n**does not exist** (yet?)\n"
)


def opened(
    rest: str, standard_input: Callable[[], bytes] = bytes
) -> tuple[PageSource, Reference]:
    """A page opened at a fixed moment."""
    return open_page(rest, clock=lambda: OBSERVED_AT, standard_input=standard_input)


def two_tags(
    *,
    tags: Sequence[str] = ("1", "2"),
    platforms: Sequence[str] = ("linux; amd64", "linux; amd64"),
) -> str:
    """A page of tags whose manifest digests are those of their names."""
    listed = "".join(f"-\t[`a:{tag}`](#a{tag})\n" for tag in tags)
    pages = [
        f"\n## `a:{tag}`\n\n```console\n$ docker pull a@{Digest.of(tag.encode())}\n```\n\n"
        f"-\tPlatforms:\n\t-\t{platform}\n\n### `a:{tag}` - {platform}\n\n"
        f"-\tManifest MIME: `{media_types.DOCKER_MANIFEST}`\n"
        f"-\tTotal Size: **1.0 B**  \n\t(compressed transfer size, not on-disk size)\n-\tImage ID: `{Digest.of(b'config')}`\n\n"
        "```dockerfile\n# Tue, 10 Nov 2015 00:31:06 GMT\nADD file:1 in /\n```\n\n"
        f"-\tLayers:\n\t-\t`{Digest.of(b'layer')}`  \n\t\tSize: 1.0 B\n"
        for tag, platform in zip(tags, platforms, strict=False)
    ]
    head = "<!-- THIS FILE IS GENERATED VIA 'x' -->\n\n# Tags of `a`\n\n"
    return "".join((head, listed, *pages))


async def observed(rest: str, wanted: Wanted | None = None) -> Snapshot:
    """What the page at this address says."""
    source, name = opened(rest)
    return await source.observe(name, wanted or Wanted())


async def test_a_page_is_a_source_like_any_other() -> None:
    """The seed is observed, and written again byte for byte."""
    source, name = opened(str(PAGE_FILE))
    as_source: Source = source
    snapshot = await as_source.observe(name, Wanted(layer_dates=True))

    assert PAGE_FILE.read_bytes() == write_page(snapshot)
    assert OBSERVED_AT == snapshot.observed_at
    assert f"report:{PAGE_FILE}" == snapshot.source
    assert ["3.8.0-windowsservercore"] == [tag async for tag in as_source.tags(name)]
    await as_source.aclose()


async def test_a_page_may_be_piped_in() -> None:
    """The address `report:-` reads what comes."""
    source, name = opened("-", PAGE_FILE.read_bytes)

    assert 3 == len((await source.observe(name, Wanted())).images)


async def test_a_tag_picks_one_of_a_page_of_all_tags(tmp_path: Path) -> None:
    """One that is not on it is refused with those that are."""
    path = tmp_path / "tag-details.md"
    path.write_text(TAGS)

    assert "a:2" == (await observed(f"{path}:2")).reference.title
    with pytest.raises(TagNotFound, match="there is: 1, 2"):
        opened(f"{path}:3")


async def test_without_a_tag_the_whole_of_a_page_of_all_tags_is_named(
    tmp_path: Path,
) -> None:
    """All of it can be had; where one image is needed, the tags are named, and how to choose."""
    path = tmp_path / "tag-details.md"
    path.write_text(TAGS)
    source, name = opened(str(path))
    snapshots = await source.observe_all(Wanted())

    assert ("a", True) == (name.familiar, source.names_all(name))
    assert ["a:1", "a:2"] == [snapshot.reference.title for snapshot in snapshots]
    assert TAGS.encode() == write_tag_details(snapshots)
    with pytest.raises(TagNotFound, match="there is: 1, 2") as caught:
        await source.observe(name, Wanted())
    assert "report:FILE.md:TAG" in caught.value.hint


async def test_the_only_tag_of_a_page_of_all_tags_need_not_be_named(
    tmp_path: Path,
) -> None:
    """There is no other image that could be meant."""
    path = tmp_path / "tag-details.md"
    path.write_text(two_tags(tags=("1",)))

    assert 1 == len((await observed(str(path))).images)


async def test_a_digest_finds_its_tag_on_a_page_of_all_tags(tmp_path: Path) -> None:
    """Who holds a digest need not know the tag; an unknown digest is said to be none."""
    path = tmp_path / "tag-details.md"
    path.write_text(two_tags())

    for tag in ("1", "2"):
        found = await observed(f"{path}@{Digest.of(tag.encode())}")
        assert tag == found.reference.tag
    with pytest.raises(ManifestNotFound):
        await observed(f"{path}@{Digest.of(b'')}")


async def test_all_tags_share_what_a_page_may_cost() -> None:
    """A page of many tags runs no longer than a page of one."""
    snapshots = read_page(
        PAGE_FILE.read_bytes(), place="page.md", observed_at=OBSERVED_AT
    ).snapshots
    budget = Budget(0)
    source = PageSource(PublishedPage(snapshots, is_tag_details=True), budget=budget)
    (snapshot,) = await source.observe_all(Wanted())

    assert budget.is_spent
    assert {} == snapshot.documents


async def test_platforms_filter_a_page_of_all_tags(tmp_path: Path) -> None:
    """Tags without a platform that fits are left out; where none fits, it is said."""
    path = tmp_path / "tag-details.md"
    path.write_text(two_tags(platforms=("linux; amd64", "windows; amd64")))
    source, _ = opened(str(path))
    linux = Wanted(platforms=(parse_platform("linux"),))
    (found,) = await source.observe_all(linux)

    assert "1" == found.reference.tag
    with pytest.raises(PlatformNotFound):
        await source.observe_all(Wanted(platforms=(parse_platform("linux/arm64"),)))


async def test_another_name_is_not_on_the_page() -> None:
    """A source answers for what it was opened for."""
    source, name = opened(str(PAGE_FILE))
    other = msgspec.structs.replace(name, tag="other")
    with pytest.raises(TagNotFound, match="python:other"):
        await source.observe(other, Wanted())


async def test_a_colon_may_be_in_the_name_of_a_file(tmp_path: Path) -> None:
    """The longest name that exists is the file."""
    path = tmp_path / "a:2"
    path.write_bytes(PAGE_FILE.read_bytes())

    assert 3 == len((await observed(str(path))).images)
    assert 3 == len((await observed(f"{path}:3.8.0-windowsservercore")).images)


async def test_a_digest_picks_the_list_or_one_of_its_images() -> None:
    """An image taken by its digest has the page of a single manifest."""
    facts = read_seed_page()
    whole = await observed(f"{PAGE_FILE}@{facts.list_digest}")
    chosen = facts.sections[1].manifest_digest
    one = await observed(f"{PAGE_FILE}:3.8.0-windowsservercore@{chosen}")

    assert 3 == len(whole.images)
    assert [chosen] == [image.digest for image in one.images]
    assert one.root is not None
    assert chosen == one.root.digest
    assert 1 == write_page(one).count(b"docker pull python@" + chosen.encode())
    with pytest.raises(ManifestNotFound):
        await observed(f"{PAGE_FILE}@{Digest.of(b'')}")


async def test_platforms_filter_what_a_page_says() -> None:
    """As they do anywhere else; what is published is listed where none fits."""
    wanted = Wanted(platforms=(parse_platform("windows/amd64:10.0.17763"),))
    linux = Wanted(platforms=(parse_platform("linux"),))

    assert 1 == len((await observed(str(PAGE_FILE), wanted)).images)
    with pytest.raises(PlatformNotFound) as caught:
        await observed(str(PAGE_FILE), linux)
    assert "windows/amd64:10.0.17134.1130" in caught.value.hint
    assert () == (await observed(str(PAGE_FILE), Wanted(children=False))).entries


async def test_a_page_holds_no_bytes_but_what_it_proves() -> None:
    """List and manifest are rebuilt; a config and a layer are refused, with a word on where they may be."""
    source, name = opened(str(PAGE_FILE))
    snapshot = await source.observe(name, Wanted())
    image = snapshot.images[0]
    assert snapshot.root is not None
    assert image.config_descriptor is not None
    content = await source.content(name, snapshot.root)

    assert (BLOBS / snapshot.root.digest.encoded).read_bytes() == content
    with pytest.raises(ContentNotHeld) as caught:
        await source.content(name, image.config_descriptor)
    assert "a registry may still" in caught.value.hint
    with pytest.raises(ContentNotHeld):
        async for _ in source.blob(name, snapshot.root):
            pass


@pytest.mark.parametrize(
    ("rest", "error", "words"),
    [
        ("missing.md", PlaceNotFound, "no such file"),
        ("missing.md:tag", PlaceNotFound, "no such file"),
        ("{}", PlaceNotFound, "a folder, not a page"),
        ("x\0y", PlaceNotFound, "not a file's name"),
        ("n" * 5_000, PlaceNotFound, "too long"),
        ("x.md@sha256:12", UnknownAddress, "is not a digest"),
        (f"@{Digest.of(b'')}", UnknownAddress, "the file is missing"),
    ],
    ids=range(7),
)
def test_an_address_that_leads_nowhere_is_explained(
    rest: str, error: type[Exception], words: str, tmp_path: Path
) -> None:
    """Each with the error that fits."""
    with pytest.raises(error, match=words):
        opened(rest.format(tmp_path))


def test_what_is_no_page_is_refused_with_its_file(tmp_path: Path) -> None:
    """The error names the file and the line."""
    path = tmp_path / "error.md"
    path.write_text("<!DOCTYPE html>\n")
    with pytest.raises(DamagedPage, match=r"error\.md, line 1: HTML"):
        opened(str(path))


def test_a_file_that_is_too_large_is_not_read_to_its_end(tmp_path: Path) -> None:
    """Its size decides, and it holds nothing."""
    path = tmp_path / "large.md"
    with path.open("wb") as file:
        file.truncate(MAX_PAGE_BYTES + 1)
    with pytest.raises(TooLarge):
        opened(str(path))
    with pytest.raises(TooLarge):
        opened("-", lambda: bytes(MAX_PAGE_BYTES + 1))
