"""The record's own pages, where they stand beside the repository: read, and written again to the byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.corpus import (
    BUNDLE,
    CORPUS,
    SAMPLES,
    commits,
    contents,
    opened_history,
    versions,
)
from support.page_snapshots import OBSERVED_AT
from tagledger.errors import DegeneratePage
from tagledger.reports.page.form import FORMS
from tagledger.reports.page.reader import (
    PageReader,
    PublishedPage,
    read_page,
    write_published,
)
from tagledger.reports.page.writer import PageWriter

COMMITS = 8
"""How many moments of the history are read here; `bench/pages.py` reads all of it."""

DEGENERATE = {"arangodb/latest.md", "solr/tag-details.md"}

pytestmark = pytest.mark.skipif(
    not CORPUS.exists(), reason="the record's pages are not beside this repository"
)


def _samples() -> list[Path]:
    return sorted(SAMPLES.rglob("*.md"))


@pytest.mark.parametrize("path", _samples(), ids=lambda path: "-".join(path.parts[-3:]))
def test_a_sample_is_written_again_as_it_was(path: Path) -> None:
    """Every sample but the degenerate pages, which are named as such."""
    content = path.read_bytes()
    if "/".join(path.parts[-2:]) in DEGENERATE:
        with pytest.raises(DegeneratePage):
            read_page(content, place=path.name, observed_at=OBSERVED_AT)
        return
    page = read_page(content, place=path.name, observed_at=OBSERVED_AT)

    assert content == write_published(page)
    _survives_todays_form(page)


@pytest.fixture(scope="module")
def history() -> Iterator[Path]:
    """The history of 22 images, opened."""
    if not BUNDLE.exists():
        pytest.skip("the record's history is not beside this repository")
    with opened_history() as repository:
        yield repository


def test_pages_of_the_history_are_written_again_as_they_were(history: Path) -> None:
    """All pages as of some commits, evenly spread from 2015 to 2018."""
    wanted = versions(history, *commits(history, COMMITS))
    writer = PageWriter()
    reader = PageReader(writer)
    differing = []
    for version, content in zip(wanted, contents(history, wanted), strict=True):
        page = reader.read(content, place=version.path, observed_at=OBSERVED_AT)
        if write_published(page, writer=writer) != content:
            differing.append(version)

    assert [] == differing
    assert len(wanted) > 1_000


def test_pages_of_the_history_are_read_in_todays_form(history: Path) -> None:
    """Corrected by today's rules they say the same of digests, sizes and steps."""
    wanted = versions(history, *commits(history, 1)[-1:])
    for version, content in zip(wanted, contents(history, wanted), strict=True):
        page = read_page(content, place=version.path, observed_at=OBSERVED_AT)
        _survives_todays_form(page)


def _survives_todays_form(page: PublishedPage) -> None:
    writer = PageWriter()
    for snapshot in page.snapshots:
        for form in FORMS.values():
            written = writer.write(snapshot, form=form)
            again = read_page(written, place="again.md", observed_at=OBSERVED_AT)

            assert written == write_published(again)
            assert [
                [layer.size_bytes for layer in image.layers]
                for image in snapshot.images
            ] == [
                [layer.size_bytes for layer in image.layers]
                for image in again.snapshots[0].images
            ]
