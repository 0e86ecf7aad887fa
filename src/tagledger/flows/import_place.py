"""Bring what others kept into the ledger: `import`, for any kind of place."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tagledger.errors import PlaceNotFound
from tagledger.flows.import_history import HistoryImport
from tagledger.flows.import_layout import images_of_layout, is_layout
from tagledger.flows.import_pages import pages_of_file, pages_of_folder
from tagledger.flows.importing import Imported, Reached, Skipped, write_all
from tagledger.flows.read_ahead import read_ahead
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.stated import Stated
from tagledger.model.source import Progress, no_progress
from tagledger.sources.git_repository import (
    head_of,
    is_bundle,
    is_repository,
    opened_repository,
)

LONG_HISTORY = 500
"""Commits from which on a second process pays, which takes a moment to start."""


def import_place(
    path: Path,
    ledger: Ledger,
    *,
    environment: Mapping[str, str],
    progress: Progress = no_progress,
) -> Imported:
    """Record what a place says: pages, their history in git, or an OCI layout.

    What was recorded before adds nothing, and an import that was interrupted goes on
    where it stopped. Versions that cannot be read are listed; a page that was asked
    for alone raises its DamagedPage. Raises PlaceNotFound or LedgerError.
    """
    if (path.is_file() and is_bundle(path)) or is_repository(path):
        return _import_repository(path, ledger, environment, progress)
    if is_layout(path):
        return write_all(images_of_layout(path, progress=progress), ledger)
    if path.is_dir():
        return write_all(pages_of_folder(path, progress=progress), ledger)
    if not path.is_file():
        problem = "neither a file nor a folder" if path.exists() else "no such place"
        raise PlaceNotFound(str(path), problem)
    imported = write_all(pages_of_file(path), ledger)
    if imported.skipped:
        raise imported.skipped[0].problem
    return imported


def _import_repository(
    path: Path, ledger: Ledger, environment: Mapping[str, str], progress: Progress
) -> Imported:
    # A bundle takes longer to unpack than it takes to see that nothing is new in it.
    is_done = f"imported git:{head_of(path, environment)}"
    if ledger.note(is_done) is not None:
        return Imported()
    with opened_repository(path, environment) as repository:
        history = HistoryImport(repository)
        reached = ledger.note(history.position)
        count = repository.commit_count()
        is_long = count >= LONG_HISTORY and (os.cpu_count() or 1) > 1
        items = (
            read_ahead(repository, reached) if is_long else history.statements(reached)
        )
        imported = write_all(_told(items, count, progress), ledger)
    ledger.record([], notes={is_done: history.source})
    return imported


def _told(
    items: Iterable[Stated | Skipped | Reached], commits: int, progress: Progress
) -> Iterator[Stated | Skipped | Reached]:
    """The same, and how many of the commits they came to."""
    for item in items:
        yield item
        if isinstance(item, Reached):
            progress("commits", item.done, commits)
