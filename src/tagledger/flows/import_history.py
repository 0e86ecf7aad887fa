"""A git repository of pages, with its whole history: each version at its commit's date.

The main line counts (first parents): what was published, when it was. A page that a
commit deletes is a fact as well: from then on the record says nothing of that name.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from queue import Queue
from threading import Event, Thread

import msgspec

from tagledger.errors import DamagedPage
from tagledger.flows.importing import (
    Reached,
    Skipped,
    read_statements,
    stated_gone,
)
from tagledger.flows.record_paths import SpeakingPaths, Told
from tagledger.ledger.stated import Stated
from tagledger.model.reference import Reference
from tagledger.model.source import Progress, no_progress
from tagledger.reports.page.parts import page_name, pages_of_tags
from tagledger.reports.page.reader import MAX_PAGE_BYTES, PageReader
from tagledger.sources.git_repository import GitRepository, read_object

MAX_COMMITS_AHEAD = 500
"""Commits looked at before their files are read; git works on its own meanwhile."""


class _Planned(msgspec.Struct, frozen=True):
    """A commit and what it tells; the moment tells it from its neighbours."""

    commit: str
    moment: datetime
    told: tuple[Told, ...]
    done: int


class HistoryImport:
    """Reads the history of one repository, from where an earlier import stopped."""

    def __init__(
        self, repository: GitRepository, *, progress: Progress = no_progress
    ) -> None:
        self._repository = repository
        self._progress = progress
        self._reader = PageReader()
        root = repository.root()
        self.source = f"git:{root[:12]}"
        self.position = f"import git:{root}"

    def statements(self, reached: str | None) -> Iterator[Stated | Skipped | Reached]:
        """What the commits behind `reached` say; all of them where it is not there."""
        total = self._repository.commit_count()
        with self._repository.objects() as objects:
            for planned in _planned_ahead(self._repository, objects, reached):
                yield from self._commit(planned, objects)
                yield Reached({self.position: planned.commit})
                self._progress("commits", planned.done, total)

    def _commit(
        self, planned: _Planned, objects: subprocess.Popen[bytes]
    ) -> Iterator[Stated | Skipped]:
        told: set[Reference] = set()
        gone: dict[Reference, None] = {}
        for file in planned.told:
            before = read_object(objects, MAX_PAGE_BYTES) if file.before else b""
            after = read_object(objects, MAX_PAGE_BYTES) if file.after else b""
            if file.is_tag_details:
                read = self._tag_details(before, after, file, planned, gone)
            elif file.after:
                read = self._page(after, file, planned)
            else:
                name = page_name(before or b"")
                if name is not None:
                    gone[name] = None
                continue
            for item in read:
                if isinstance(item, Stated):
                    told.add(item.snapshot.reference)
                yield item
        for name in gone:
            if name not in told:
                yield stated_gone(name, self.source, planned.moment)

    def _page(
        self, content: bytes | None, file: Told, planned: _Planned
    ) -> Iterator[Stated | Skipped]:
        return read_statements(
            content,
            self._reader,
            path=file.path,
            where=f"{planned.commit[:12]} {file.path}",
            source=self.source,
            moment=planned.moment,
        )

    def _tag_details(
        self,
        before: bytes | None,
        after: bytes | None,
        file: Told,
        planned: _Planned,
        gone: dict[Reference, None],
    ) -> Iterator[Stated | Skipped]:
        """What changed from one page of all tags to the next; who left it is `gone`."""
        earlier = _by_name(before or b"")
        if file.after is None:
            gone.update(dict.fromkeys(earlier))
            return
        names = []
        for item in self._page(after, file, planned):
            if isinstance(item, Skipped):
                yield item
                return
            name = item.snapshot.reference
            names.append(name)
            if earlier.get(name) != item.separator.join(item.parts):
                yield item
        gone.update((name, None) for name in earlier if name not in set(names))


def _by_name(content: bytes) -> dict[Reference, bytes]:
    """The page of each tag; none where the page of all tags was damaged."""
    pages: list[bytes] = []
    with suppress(DamagedPage):
        pages = pages_of_tags(content)
    named = ((page_name(page), page) for page in pages)
    return {name: page for name, page in named if name is not None}


def _planned_ahead(
    repository: GitRepository,
    objects: subprocess.Popen[bytes],
    reached: str | None,
) -> Iterator[_Planned]:
    """The commits to read; their files have been asked of git by then.

    Asking has a thread of its own: git stops reading names while nobody takes what it
    wrote.
    """
    queue: Queue[_Planned | BaseException | None] = Queue(MAX_COMMITS_AHEAD)
    stopped = Event()

    def ask() -> None:
        try:
            for planned in _planned(repository, reached):
                if stopped.is_set():
                    return
                queue.put(planned)
                _ask(objects, planned)
            queue.put(None)
        except BaseException as exc:  # noqa: BLE001 - raised again by who waits for it
            queue.put(exc)

    thread = Thread(target=ask, daemon=True)
    thread.start()
    try:
        while (planned := queue.get()) is not None:
            if isinstance(planned, BaseException):
                raise planned
            yield planned
    finally:
        stopped.set()
        objects.kill()
        while thread.is_alive():
            while not queue.empty():
                queue.get_nowait()
            thread.join(0.01)


def _ask(objects: subprocess.Popen[bytes], planned: _Planned) -> None:
    if objects.stdin is None:
        return
    names = (
        name
        for file in planned.told
        for name in (file.before, file.after)
        if name is not None
    )
    objects.stdin.write("".join(f"{name}\n" for name in names).encode())
    objects.stdin.flush()


def _planned(repository: GitRepository, reached: str | None) -> Iterator[_Planned]:
    """Every commit behind `reached`.

    Where that is not in this history, all of them: what is known adds nothing.
    """
    speaking = SpeakingPaths()
    earlier: dict[datetime, int] = {}
    behind: list[_Planned] = []
    is_behind = reached is None
    for done, commit in enumerate(repository.commits(), start=1):
        told = tuple(speaking.told(commit.changes))
        moment = commit.committed_at
        # Git counts seconds: commits of one second stay apart by a microsecond each.
        moment += timedelta(microseconds=earlier.get(commit.committed_at, 0))
        earlier[commit.committed_at] = earlier.get(commit.committed_at, 0) + 1
        planned = _Planned(commit.name, moment, told, done)
        if is_behind:
            yield planned
            continue
        behind.append(planned)
        if commit.name == reached:
            behind.clear()
            is_behind = True
    if not is_behind:
        yield from behind
