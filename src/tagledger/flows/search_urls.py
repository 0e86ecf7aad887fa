"""Search for the URLs of foreign layers that no table knows, and keep what is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from tagledger.errors import PlaceNotFound, TagledgerError
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Progress, no_progress
from tagledger.reports.page.reader import PageReader
from tagledger.reports.page.source import load_page
from tagledger.reports.proof.foreign_urls import (
    ForeignUrls,
    append_url,
    load_urls,
    packaged_urls,
)
from tagledger.reports.proof.url_search import FoundUrl, search_urls


def known_urls(table: Path | None, *, must_exist: bool = False) -> ForeignUrls:
    """The packaged URLs, and those of the user's own table if there is one.

    Raises PlaceNotFound, TooLarge or MalformedDocument.
    """
    if table is not None and must_exist and not table.exists():
        raise PlaceNotFound(str(table), "no such table; --search-urls begins one")
    return packaged_urls() if table is None else load_urls(table)


def read_pages(paths: Iterable[Path]) -> Iterator[Snapshot]:
    """What the pages say that can be read; of the others `verify` tells."""
    reader = PageReader()
    for path in paths:
        try:
            page = reader.read(
                load_page(path), place=str(path), observed_at=datetime.now(UTC)
            )
        except TagledgerError:
            continue
        yield from page.snapshots


def search_and_keep(
    snapshots: Iterable[Snapshot],
    numbers: range,
    *,
    table: Path | None = None,
    told: Callable[[FoundUrl], None],
    progress: Progress = no_progress,
) -> ForeignUrls:
    """Try these link numbers; what is known afterwards.

    Each find is told and written to the user's table at once: an interrupted search
    loses none. Raises NotSupported for a range that is too wide, and WriteFailed.
    """
    urls = known_urls(table)

    def keep(found: FoundUrl) -> None:
        if table is not None:
            append_url(table, found.layer, found.url)
        told(found)

    found = search_urls(
        snapshots, numbers=numbers, urls=urls, found=keep, progress=progress
    )
    return urls.joined((item.layer, item.url) for item in found)
