"""The public record's files, by their paths: which of them speak for an image.

Beside an image's `remote` pages its `tag-details` make no observation: they are stale
at times, and the history would go back and forth. Where there are no others, they do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

import msgspec

from tagledger.sources.git_repository import Change

REMOTE = "remote"
TAG_DETAILS = "tag-details.md"
LOCAL = "local"


class Told(msgspec.Struct, frozen=True):
    """A file whose change says something: contents before and after, as git has them.

    Of a page, one of the two is enough: what is told now, or what no longer is.
    """

    path: str
    before: str | None
    after: str | None
    is_tag_details: bool = False


class SpeakingPaths:
    """Follows a record from change to change."""

    def __init__(self) -> None:
        self._pages: Counter[str] = Counter()
        self._details: dict[str, str] = {}

    def told(self, changes: Iterable[Change]) -> Iterator[Told]:
        """What speaks among these changes; pages of single tags first."""
        spoke: dict[str, str | None] = {}
        for change in changes:
            folder, kind = _place(change.path)
            if kind == LOCAL:
                continue
            if kind in (REMOTE, TAG_DETAILS) and folder not in spoke:
                spoke[folder] = self._speaking_details(folder)
            if kind == TAG_DETAILS:
                self._keep_details(folder, change)
                continue
            if kind == REMOTE:
                self._pages[folder] += (change.before is None) - (change.after is None)
            if change.after is not None:
                yield Told(change.path, None, change.after)
            else:
                yield Told(change.path, change.before, None)
        for folder, before in spoke.items():
            after = self._speaking_details(folder)
            if before != after:
                path = f"{folder}/{TAG_DETAILS}" if folder else TAG_DETAILS
                yield Told(path, before, after, is_tag_details=True)

    def _keep_details(self, folder: str, change: Change) -> None:
        if change.after is None:
            self._details.pop(folder, None)
        else:
            self._details[folder] = change.after

    def _speaking_details(self, folder: str) -> str | None:
        return None if self._pages[folder] else self._details.get(folder)


def is_expected(path: str) -> bool:
    """Whether the path alone promises a page, so that anything else is damage."""
    return _place(path)[1] in (REMOTE, TAG_DETAILS)


def _place(path: str) -> tuple[str, str]:
    """The folder of the image, and which kind of file the path names."""
    parts = PurePosixPath(path).parts
    if parts[-1] == TAG_DETAILS:
        return "/".join(parts[:-1]), TAG_DETAILS
    kind = parts[-2] if len(parts) > 1 else ""
    return "/".join(parts[:-2]), kind
