"""Pages of all tags of an image, of both grammars."""

from __future__ import annotations

import pytest

from support.page_snapshots import OBSERVED_AT
from tagledger.errors import DamagedPage, DegeneratePage
from tagledger.model import media_types
from tagledger.model.digest import Digest
from tagledger.model.snapshot import Missing, Snapshot
from tagledger.reports.page.form import FORMS
from tagledger.reports.page.parts import pages_of_tags
from tagledger.reports.page.reader import PageReader, read_page, write_published
from tagledger.reports.page.tag_details import MAX_TAGS, write_tag_details
from tagledger.reports.page.writer import write_page

EMPTY = "sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4"
DATE = "Tue, 10 Nov 2015 00:31:06 GMT"


def contents(*titles: str, generator: str = "./update-remote.sh") -> str:
    """The opening of a page of these tags."""
    lines = "".join(
        f"-\t[`{title}`](#{title.replace(':', '').replace('.', '')})\n"
        for title in titles
    )
    return (
        f"<!-- THIS FILE IS GENERATED VIA '{generator}' -->\n\n# Tags of `a`\n\n{lines}"
    )


def absent(title: str) -> str:
    """The page of a tag that does not exist."""
    return f"\n## `{title}`\n\n**does not exist** (yet?)\n"


def layer(number: int, parent: int | None, blob: str | None = None) -> str:
    """A layer of the old grammar; its blob has 100 bytes and its number."""
    digest = blob or Digest.of(str(number).encode())
    size = 32 if blob else 100 + number
    below = f"-\tParent Layer: `{parent:064x}`\n" if parent is not None else ""
    return (
        f"\n#### `{number:064x}`\n\n```dockerfile\nRUN step {number} \\\n\t&& more\n```\n\n"
        f"-\tCreated: {DATE}\n{below}-\tDocker Version: 1.9.{number}\n"
        f"-\tVirtual Size: {number}.0 B\n-\tv2 Blob: `{digest}`\n"
        f"-\tv2 Content-Length: {size}.0 B\n-\tv2 Last-Modified: {DATE}\n"
    )


def old(title: str, layers: list[str], head: tuple[int, int, int]) -> str:
    """A page of the old grammar: count, uncompressed and compressed size as given."""
    count, unpacked, packed = head
    pull = f"```console\n$ docker pull library/a@{Digest.of(title.encode())}\n```\n\n"
    return (
        f"\n## `{title}`\n\n{pull}-\tTotal Virtual Size: {unpacked}.0 B\n"
        f"-\tTotal v2 Content-Length: {packed}.0 B\n\n### Layers ({count})\n"
        + "".join(layers)
    )


LAYERS = [layer(1, None), layer(2, 1, EMPTY), layer(3, 2)]
GOOD = (3, 6, 101 + 32 + 103)


def read(text: str) -> tuple[Snapshot, ...]:
    """The snapshots of a page, after it was written back the same."""
    page = read_page(text.encode(), place="page.md", observed_at=OBSERVED_AT)

    assert text.encode() == write_published(page)
    return page.snapshots


def refused(text: str) -> DamagedPage:
    """The error that reading this raises."""
    with pytest.raises(DamagedPage) as caught:
        read_page(text.encode(), place="page.md", observed_at=OBSERVED_AT)
    return caught.value


def test_every_tag_is_a_snapshot_and_all_are_written_again() -> None:
    """In the page's order, each with the name of the page's program in its form."""
    snapshots = read(contents("a:1", "a:latest") + absent("a:1") + absent("a:latest"))

    assert ["a:1", "a:latest"] == [item.reference.title for item in snapshots]
    assert {"./update-remote.sh"} == {item.form.generator for item in snapshots}


def test_tags_from_anywhere_make_a_page() -> None:
    """The record's later program is named as the author."""
    first, second = read(contents("a:1", "a:2") + absent("a:1") + absent("a:2"))
    again = write_tag_details([first, second])

    assert (contents("a:1", "a:2") + absent("a:1") + absent("a:2")).encode() == again


def test_a_reader_that_is_kept_tells_two_authors_apart() -> None:
    """A tag that was read before gets the name, place and moment of this page."""
    reader = PageReader()
    for generator, place in (("one", "x.md"), ("two", "y.md")):
        text = contents("a:1", generator=generator) + absent("a:1")
        page = reader.read(text.encode(), place=place, observed_at=OBSERVED_AT)

        assert text.encode() == write_published(page)
        assert place == page.snapshots[0].source


def test_a_page_without_tags_is_degenerate() -> None:
    """The record has such pages; they say nothing of any image."""
    with pytest.raises(DegeneratePage, match="without any tag"):
        read_page(
            b"<!-- THIS FILE IS GENERATED VIA 'x' -->\n",
            place="page.md",
            observed_at=OBSERVED_AT,
        )


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (
            contents("a:1", "a:2") + absent("a:1"),
            6,
            "'a:2' is listed here and does not",
        ),
        (contents("a:1") + absent("a:1") + absent("a:2"), 9, "a list was expected"),
        (contents("a:1") + "\nmore\n" + absent("a:1"), 6, "the first tag was expected"),
        (contents("a:1").replace("(#a1)", "(#a2)") + absent("a:1"), 5, "instead of"),
        (
            contents("a:1").replace("[`", "[") + absent("a:1"),
            5,
            "does not link to a tag",
        ),
        (contents("a:1").replace("# Tags", "# Tag") + absent("a:1"), 2, "contents"),
        (
            contents(*(f"a:{n}" for n in range(MAX_TAGS + 1))) + absent("a:0"),
            5,
            "more than",
        ),
    ],
    ids=range(7),
)
def test_a_damaged_table_of_contents_is_refused(
    text: str, line: int, reason: str
) -> None:
    """Line and reason are those of the whole page."""
    error = refused(text)

    assert reason in error.problem
    assert line == error.line


def test_damage_in_a_later_tag_has_its_line_in_the_page() -> None:
    """Lines are counted from the top of the whole page."""
    text = contents("a:1", "a:2") + absent("a:1") + absent("a:2").replace("not", "no")

    assert 14 == refused(text).line


def test_an_old_page_lists_layer_by_layer() -> None:
    """Each layer has its step, sizes and dates; the newest gives the image its ID."""
    (found,) = read(contents("a:1") + old("a:1", LAYERS, GOOD))
    (image,) = found.images

    assert found.root is not None
    assert (media_types.DOCKER_SCHEMA1, Digest.of(b"a:1")) == (
        found.root.media_type,
        found.root.digest,
    )
    assert f"{3:064x}" == image.image_id
    assert [(101, 1), (32, 2), (103, 3)] == [
        (layer.size_bytes, layer.uncompressed_size_bytes) for layer in image.layers
    ]
    assert ["RUN step 1 \\\n\t&& more", 0, 1, 2] == [
        image.steps[0].dockerfile,
        *(step.layer for step in image.steps),
    ]
    assert image.config is not None
    assert ("1.9.3", image.steps[-1].created) == (
        image.config.docker_version,
        image.config.created,
    )


def test_an_old_page_is_written_in_todays_form_where_that_is_asked_for() -> None:
    """Nothing is said of a platform that the page does not name."""
    (found,) = read(contents("a:1") + old("a:1", LAYERS, GOOD))
    text = write_page(found, form=FORMS["2019"])
    again = read_page(text, place="page.md", observed_at=OBSERVED_AT)

    assert b"\t-\t(platform not said)\n" in text
    assert text == write_published(again)


def test_totals_that_count_the_newest_layer_twice_are_kept() -> None:
    """An error of September 2015, which the page's form remembers."""
    head = (3, 6 + 3, 101 + 32 + 103 + 103)
    (found,) = read(contents("a:1") + old("a:1", LAYERS, head))

    assert found.form.old.counts_newest_twice


def test_an_image_whose_listing_broke_off_is_no_half_image() -> None:
    """The page's writer went on with the next tag: this one's image is not held, the layers told of it are known."""
    text = contents("a:1", "a:2") + old("a:1", LAYERS[:2], GOOD) + absent("a:2")
    first, _ = read(text)
    (whole,) = read(contents("a:1") + old("a:1", LAYERS, GOOD))

    assert () == first.images
    assert isinstance(first.entries[0], Missing)
    assert first.root == first.entries[0].manifest
    assert whole.images[0].layers[:2] == first.entries[0].layers


def test_the_pieces_of_a_page_of_all_tags_are_read_alone() -> None:
    """Also one whose listing broke off: each says what it says on the page."""
    broken = old("a:1", LAYERS[:2], GOOD)
    text = contents("a:1", "a:2", "a:3") + broken + old("a:2", LAYERS, GOOD)
    text += absent("a:3")
    reader = PageReader()

    alone = [
        reader.read_piece(piece, place="page.md", observed_at=OBSERVED_AT)
        for piece in pages_of_tags(text.encode())
    ]

    assert [(item.reference, item.root, item.entries) for item in read(text)] == [
        (item.reference, item.root, item.entries) for item in alone
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (old("a:1", LAYERS[:2], GOOD), "3 layers are announced, 2 follow: page cut?"),
        (old("a:1", LAYERS, (3, 6, 235)), "the layers add up to 236 bytes, not to 235"),
        (old("a:1", LAYERS, (3, 7, 236)), "the layers add up to 6 bytes, not to 7"),
        (old("a:1", LAYERS, (2, 6, 236)), "2 layers are announced, 3 follow"),
        (old("a:1", [LAYERS[0], LAYERS[2]], (2, 4, 204)), "does not stand on"),
        (
            old(
                "a:1",
                [LAYERS[0][:-1].replace("v2 Blob", "v1 Blob") + "\n"],
                (1, 1, 101),
            ),
            "does not belong",
        ),
        (
            old("a:1", LAYERS, GOOD).replace(f"{2:064x}", f"{2:063x}", 1),
            "the ID of a layer",
        ),
        (
            old("a:1", LAYERS, GOOD).replace("\n```\n\n-\tCre", "\n-\tCre", 1),
            "not closed",
        ),
        (old("a:1", LAYERS, GOOD).replace(EMPTY, EMPTY[:-1]), "63 characters"),
        (
            old("a:1", LAYERS, GOOD).replace(f"{Digest.of(b'a:1')}", "sha256:1"),
            "1 characters",
        ),
        (old("a:1", LAYERS, GOOD).replace("### Layers (3)", "### Layers (x)"), "head"),
        (
            old("a:1", [layer(n, n - 1 or None) for n in range(1, 1_003)], GOOD),
            "more than",
        ),
    ],
    ids=range(12),
)
def test_a_damaged_old_page_is_refused(text: str, reason: str) -> None:
    """Cut, altered or out of order."""
    assert reason in refused(contents("a:1") + text).problem
