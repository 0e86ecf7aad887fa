"""A git repository of pages, with its whole history: each version at its commit's date.

The main line counts (first parents): what was published, when it was. A page that a
commit deletes is a fact as well: from then on the record says nothing of that name.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

import msgspec

from tagledger.errors import DamagedPage, InvalidContent
from tagledger.flows.importing import (
    Reached,
    Skipped,
    read_statements,
    stated_gone,
)
from tagledger.flows.planned_commits import Planned, ask_for, planned_ahead
from tagledger.flows.record_paths import Told, is_expected
from tagledger.ledger.stated import Stated
from tagledger.model.reference import Reference
from tagledger.reports.page.parts import page_name, pages_of_tags
from tagledger.reports.page.reader import MAX_PAGE_BYTES, PageReader
from tagledger.sources.git_repository import GitRepository, read_object

_CONTRARY = "another page of this commit says something else of the same name"


class _Said(msgspec.Struct, frozen=True):
    """A file of a commit with its contents before and after.

    None is one that is too large.
    """

    file: Told
    where: str
    before: bytes | None
    after: bytes | None


class HistoryImport:
    """Reads the history of one repository, from where an earlier import stopped."""

    def __init__(self, repository: GitRepository) -> None:
        self._repository = repository
        self._reader = PageReader()
        self._names: dict[str, Reference | None] = {}
        root = repository.root()
        self.source = f"git:{root[:12]}"
        self.position = f"import git:{root}"

    def statements(self, reached: str | None) -> Iterator[Stated | Skipped | Reached]:
        """What the commits behind `reached` say; all of them where it is not there."""
        with self._repository.objects() as objects:
            for planned in planned_ahead(self._repository, objects, reached):
                yield from self._commit(planned, objects)
                notes = {self.position: planned.commit}
                yield Reached(notes, planned.commit, planned.done)

    def _commit(
        self, planned: Planned, objects: subprocess.Popen[bytes]
    ) -> Iterator[Stated | Skipped]:
        told: dict[Reference, Stated] = {}
        gone: dict[Reference, None] = {}
        for file in planned.told:
            said = _Said(
                file,
                _where(planned, file),
                read_object(objects, MAX_PAGE_BYTES) if file.before else b"",
                read_object(objects, MAX_PAGE_BYTES) if file.after else b"",
            )
            if planned.moment is None:
                problem = InvalidContent(f"{said.where}: its commit has no date")
                yield Skipped(said.where, problem)
                continue
            for item in self._file(said, planned.moment, gone):
                if isinstance(item, Stated) and _contradicts(item, told):
                    yield Skipped(said.where, DamagedPage(said.where, 1, _CONTRARY))
                else:
                    yield item
        for name in gone:
            if planned.moment and name not in told and not self._stands(name, planned):
                yield stated_gone(name, self.source, planned.moment)

    def _file(
        self, said: _Said, moment: datetime, gone: dict[Reference, None]
    ) -> Iterator[Stated | Skipped]:
        """What one file tells; names that it no longer tells are put into `gone`."""
        if said.file.is_tag_details:
            yield from self._tag_details(said, moment, gone)
        elif said.file.after is None:
            name = page_name(said.before or b"")
            if name is not None:
                gone[name] = None
        else:
            for item in self._page(said, moment):
                if isinstance(item, Stated):
                    self._names[said.file.after] = item.snapshot.reference
                yield item

    def _stands(self, name: Reference, planned: Planned) -> bool:
        """Whether another page tells of the name: it was copied, then taken away."""
        unknown = [blob for blob in planned.pages.values() if blob not in self._names]
        if unknown:
            with self._repository.objects() as objects:
                for blob in unknown:
                    ask_for(objects, [blob])
                    content = read_object(objects, MAX_PAGE_BYTES)
                    self._names[blob] = page_name(content or b"")
        return any(self._names[blob] == name for blob in planned.pages.values())

    def _page(self, said: _Said, moment: datetime) -> Iterator[Stated | Skipped]:
        return read_statements(
            said.after,
            self._reader,
            where=said.where,
            is_page=is_expected(said.file.path),
            source=self.source,
            moment=moment,
        )

    def _tag_details(
        self, said: _Said, moment: datetime, gone: dict[Reference, None]
    ) -> Iterator[Stated | Skipped]:
        """What changed from one page of all tags to the next; who left it is `gone`."""
        earlier = _by_name(said.before or b"")
        if said.file.after is None:
            gone.update(dict.fromkeys(earlier))
            return
        names = []
        for item in self._page(said, moment):
            if isinstance(item, Skipped):
                yield item
                return
            name = item.snapshot.reference
            names.append(name)
            if earlier.get(name) != item.separator.join(item.parts):
                yield item
        gone.update((name, None) for name in earlier if name not in set(names))


def _where(planned: Planned, file: Told) -> str:
    return f"{planned.commit[:12]} {file.path}"


def _contradicts(item: Stated, told: dict[Reference, Stated]) -> bool:
    """Whether another page of the same commit says something else of the name."""
    first = told.setdefault(item.snapshot.reference, item)
    return first is not item and (first.parts, first.separator) != (
        item.parts,
        item.separator,
    )


def _by_name(content: bytes) -> dict[Reference, bytes]:
    """The page of each tag; none where the page of all tags was damaged."""
    pages: list[bytes] = []
    with suppress(DamagedPage):
        pages = pages_of_tags(content)
    named = ((page_name(page), page) for page in pages)
    return {name: page for name, page in named if name is not None}
