"""Write a ledger out as the public record has it: a tree of pages to be committed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import groupby
from pathlib import Path

import msgspec

from tagledger.errors import (
    DamagedPage,
    InvalidContent,
    NotFound,
    NotObserved,
    NotSupported,
    PlaceTaken,
    TagledgerError,
)
from tagledger.flows.export_paths import (
    TreePath,
    check_place,
    page_path,
    tag_details_path,
)
from tagledger.flows.ledger_pages import LedgerPages
from tagledger.ledger.protocol import Ledger
from tagledger.model.reference import Reference
from tagledger.model.source import Progress, no_progress
from tagledger.reports.page.form import FORMS, PageForm
from tagledger.reports.page.parts import page_name, pages_of_tags
from tagledger.reports.page.reader import MAX_PAGE_BYTES
from tagledger.reports.page.tag_details import MAX_TAGS, join_tags, record_order
from tagledger.sources.file_tree import FileTree, opened_tree

DEFAULT_FORM = FORMS["2019"]


class LeftOut(msgspec.Struct, frozen=True):
    """A name that has no page, though something is known of it: which, and why."""

    name: str
    problem: TagledgerError


class Exported(msgspec.Struct, kw_only=True):
    """What became of the tree, by paths within it.

    `kept` stand where no page belongs, and the ledger could not give them again.
    `left_out` are names that have no place in the tree, `failures` those of which the
    ledger lacks bytes: what stands there for them was left alone.
    """

    written: list[str] = []
    unchanged: int = 0
    removed: list[str] = []
    kept: list[str] = []
    left_out: list[LeftOut] = []
    failures: list[LeftOut] = []


async def export_pages(
    ledger: Ledger,
    folder: Path,
    *,
    at: datetime | None = None,
    repository: str = "*",
    form: PageForm = DEFAULT_FORM,
    max_tags: int = MAX_TAGS,
    progress: Progress = no_progress,
) -> Exported:
    """Bring the tree below `folder` to what the ledger says, now or `at` a moment.

    A page of all tags has at most `max_tags`: its readers take no more. Only files of
    which the bytes change are written. Interrupted, it leaves a tree of
    whole files, and the next run does the rest. Raises NotObserved where no name fits
    or none was known yet, WriteFailed or LedgerError.
    """
    names = list(ledger.references(repository))
    pages = LedgerPages(ledger, at=at, form=form)
    if not any(map(pages.is_known, names)):
        raise NotObserved(repository, at if names else None)
    result = Exported()
    done = 0

    def tell() -> None:
        nonlocal done
        done += 1
        progress("pages", done, len(names))

    with opened_tree(folder) as tree:
        for _, group in groupby(names, lambda name: name.name):
            one = _Repository(tree, pages, result, max_tags)
            await one.export([*group], tell)
    return result


class _Repository:
    """The pages of one repository on their way into the tree."""

    def __init__(
        self, tree: FileTree, pages: LedgerPages, result: Exported, max_tags: int
    ) -> None:
        self._tree = tree
        self._pages = pages
        self._result = result
        self._max_tags = max_tags
        self._titles: list[str] = []
        self._contents: list[bytes] = []
        self._size = 0
        self._has_failed = False

    async def export(
        self, names: Sequence[Reference], tell: Callable[[], None]
    ) -> None:
        """All tags, and then the page of all tags."""
        placed = None
        for name in sorted(names, key=lambda name: record_order(name.tag or "")):
            try:
                check_place(name)
            except NotSupported as exc:
                self._result.left_out.append(LeftOut(name.title, exc))
            else:
                if placed is None:
                    self._tree.tidy(tag_details_path(name)[:-1])
                    self._tree.tidy(page_path(name)[:-1])
                placed = name
                await self._tag(name)
            tell()
            # Only here can the run be interrupted.
            await asyncio.sleep(0)
        if placed is not None and not self._has_failed:
            await self._tag_details(placed)

    async def _tag(self, name: Reference) -> None:
        path = page_path(name)
        try:
            page = await self._pages.page(name)
        except (NotFound, InvalidContent) as exc:
            self._has_failed = True
            self._result.failures.append(LeftOut(name.title, exc))
            return
        if page is None:
            await self._take_away(path, self._is_ours)
            return
        self._put(path, page)
        self._titles.append(name.title)
        self._size += len(page) + 1
        if self._size <= MAX_PAGE_BYTES:
            self._contents.append(page)

    async def _tag_details(self, name: Reference) -> None:
        path = tag_details_path(name)
        problem = None
        if len(self._titles) > self._max_tags:
            problem = f"a page of all tags would be of more than {self._max_tags:,}"
        elif self._size > MAX_PAGE_BYTES:
            problem = (
                f"a page of all tags would have more than {MAX_PAGE_BYTES:,} bytes"
            )
        if problem is not None:
            left_out = LeftOut(name.familiar_name, NotSupported(problem))
            self._result.left_out.append(left_out)
        if problem is not None or not self._titles:
            await self._take_away(path, self._are_ours)
            return
        self._put(path, join_tags(name.familiar_name, self._titles, self._contents))

    def _put(self, path: TreePath, content: bytes) -> None:
        if self._tree.write(path, content):
            self._result.written.append("/".join(path))
        else:
            self._result.unchanged += 1

    async def _take_away(
        self, path: TreePath, is_ours: Callable[[bytes], Awaitable[bool]]
    ) -> None:
        """Remove what stands there, if the ledger could give it again."""
        shown = "/".join(path)
        try:
            content = self._tree.read(path, limit=MAX_PAGE_BYTES)
        except PlaceTaken:
            self._result.kept.append(shown)
            return
        if content is None:
            return
        if await is_ours(content):
            self._tree.remove(path)
            self._result.removed.append(shown)
        else:
            self._result.kept.append(shown)

    async def _is_ours(self, page: bytes) -> bool:
        name = page_name(page)
        return name is not None and await self._pages.has_told(name, page)

    async def _are_ours(self, content: bytes) -> bool:
        """Whether each page on a page of all tags is."""
        pages: list[bytes] = []
        with suppress(DamagedPage):
            pages = pages_of_tags(content)
        for page in pages:
            if not await self._is_ours(page):
                return False
        return bool(pages)
