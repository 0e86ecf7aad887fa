"""The commits of a history, and which of their files speak: planned ahead of reading.

Git works on its own meanwhile: the contents are asked for as the plan is made, and
come out in the same order.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from queue import Queue
from threading import Event, Thread

import msgspec

from tagledger.flows.record_paths import SpeakingPaths, Told
from tagledger.sources.git_repository import GitRepository

MAX_COMMITS_AHEAD = 500
"""Commits looked at before their files are read; git works on its own meanwhile."""


class Planned(msgspec.Struct, frozen=True):
    """A commit and what it tells; the moment tells it from its neighbours.

    `pages` are all that stand after it, by path, where it took something away.
    """

    commit: str
    moment: datetime | None
    told: tuple[Told, ...]
    done: int
    pages: Mapping[str, str] = {}


def planned_ahead(
    repository: GitRepository,
    objects: subprocess.Popen[bytes],
    reached: str | None,
) -> Iterator[Planned]:
    """The commits to read; their files have been asked of git by then.

    Asking has a thread of its own: git stops reading names while nobody takes what it
    wrote.
    """
    queue: Queue[Planned | BaseException | None] = Queue(MAX_COMMITS_AHEAD)
    stopped = Event()

    def ask() -> None:
        try:
            for planned in _planned(repository, reached):
                if stopped.is_set():
                    return
                queue.put(planned)
                ask_for(objects, _contents(planned))
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


def _contents(planned: Planned) -> Iterator[str]:
    for file in planned.told:
        if file.before is not None:
            yield file.before
        if file.after is not None:
            yield file.after


def ask_for(objects: subprocess.Popen[bytes], names: Iterable[str]) -> None:
    """Have git give out these contents, one after the other."""
    if objects.stdin is None:
        return
    objects.stdin.write("".join(f"{name}\n" for name in names).encode())
    objects.stdin.flush()


def _planned(repository: GitRepository, reached: str | None) -> Iterator[Planned]:
    """Every commit behind `reached`.

    Where that is not in this history, all of them: what is known adds nothing.
    """
    speaking = SpeakingPaths()
    earlier: dict[datetime | None, int] = {}
    pages: dict[str, str] = {}
    behind: list[Planned] = []
    is_behind = reached is None
    for done, commit in enumerate(repository.commits(), start=1):
        told = tuple(speaking.told(commit.changes))
        moment = commit.committed_at
        if moment is not None:
            # Git counts seconds: commits of one stay apart by a microsecond each.
            moment += timedelta(microseconds=earlier.get(commit.committed_at, 0))
        earlier[commit.committed_at] = earlier.get(commit.committed_at, 0) + 1
        takes_away = _follow(pages, told)
        planned = Planned(
            commit.name, moment, told, done, pages.copy() if takes_away else {}
        )
        if is_behind:
            yield planned
            continue
        behind.append(planned)
        if commit.name == reached:
            behind.clear()
            is_behind = True
    if not is_behind:
        yield from behind


def _follow(pages: dict[str, str], told: Iterable[Told]) -> bool:
    """Keep which pages stand, by path; whether a name may have been taken away."""
    takes_away = False
    for file in told:
        takes_away = takes_away or file.is_tag_details or file.after is None
        if file.is_tag_details:
            continue
        if file.after is None:
            pages.pop(file.path, None)
        else:
            pages[file.path] = file.after
    return takes_away
