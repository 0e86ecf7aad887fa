"""Published pages as files: one, or a folder of them.

When such a page was observed only its file can tell: the time of its last change.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tagledger.errors import PlaceNotFound
from tagledger.flows.importing import Skipped, read_statements
from tagledger.flows.record_paths import SpeakingPaths, is_expected
from tagledger.flows.verify_pages import page_files
from tagledger.ledger.stated import Stated
from tagledger.model.source import Progress, no_progress
from tagledger.reports.page.reader import MAX_PAGE_BYTES, PageReader
from tagledger.sources.git_repository import Change


def pages_of_folder(
    folder: Path, *, progress: Progress = no_progress
) -> Iterator[Stated | Skipped]:
    """What all pages below the folder say; `tag-details` as in a repository.

    Raises PlaceNotFound where there is no Markdown at all.
    """
    paths = page_files(folder)
    if not paths:
        raise PlaceNotFound(str(folder), "there is no page in it")
    changes = [
        Change(path.relative_to(folder).as_posix(), None, str(path)) for path in paths
    ]
    told = [file.after for file in SpeakingPaths().told(changes) if file.after]
    return _read([Path(path) for path in told], progress)


def pages_of_file(path: Path) -> Iterator[Stated | Skipped]:
    """What one page says, of one tag or of all. Raises PlaceNotFound."""
    return _read([path], no_progress, is_alone=True)


def _read(
    paths: Sequence[Path], progress: Progress, *, is_alone: bool = False
) -> Iterator[Stated | Skipped]:
    reader = PageReader()
    for done, path in enumerate(paths, start=1):
        content, moment = _loaded(path)
        # What is no UTF-8 in a name cannot be printed, and is no JSON.
        shown = os.fsencode(path).decode("utf-8", "backslashreplace")
        yield from read_statements(
            content,
            reader,
            where=shown,
            is_page=is_alone or is_expected(path.as_posix()),
            source=f"report:{path.resolve()}",
            moment=moment,
        )
        progress("pages", done, len(paths))


def _loaded(path: Path) -> tuple[bytes | None, datetime]:
    try:
        changed = path.stat().st_mtime
        with path.open("rb") as opened:
            content = opened.read(MAX_PAGE_BYTES + 1)
    except OSError as exc:
        raise PlaceNotFound(str(path), exc.strerror or "cannot be read") from exc
    moment = datetime.fromtimestamp(changed, tz=UTC)
    return (None if len(content) > MAX_PAGE_BYTES else content), moment
