"""Pages about an image on somebody's machine: its packages, licences and sources.

The record's `local` pages were written by shell scripts, one for each package
manager, and their wording changed over the years. So a page is kept as the blocks of
text that it has; what the blocks say is read from them where it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

import msgspec

from tagledger.model.digest import Digest
from tagledger.model.platform import Platform
from tagledger.model.times import parse_rfc3339

_SPAN = re.compile(r"`([^`]*)`")
_SOURCE = re.compile(
    r"'(\S+)' (\S+) (\d{1,19}) ([A-Z][A-Za-z0-9]*):([0-9a-f]+)", re.ASCII
)
_URL = re.compile(r"https?://\S+", re.ASCII)
_SECTION = re.compile(
    r"^\S+ (description|webpage|installed size|license):\n(.*?)\n(?=\n|\Z)",
    re.MULTILINE | re.DOTALL,
)


class Block(msgspec.Struct, frozen=True):
    """A block of text and how many blank lines stand above it.

    `fence` is the opening line of a code block, of which `text` is the inside;
    `items` are those of a list, without their dashes.
    """

    text: str = ""
    fence: str | None = None
    items: tuple[str, ...] = ()
    blank_lines: int = 1

    def written(self) -> str:
        """The block as the page has it."""
        if self.fence is not None:
            ticks = self.fence[: len(self.fence) - len(self.fence.lstrip("`"))]
            return f"{self.fence}\n{self.text}{ticks}\n"
        if self.items:
            return "".join(f"- {item}\n" for item in self.items)
        return f"{self.text}\n"


class SourceFile(msgspec.Struct, frozen=True):
    """A file of a package's source; all but the URL only where the page says it.

    `checksum` is as written, ``SHA256:…``.
    """

    url: str
    name: str | None = None
    size_bytes: int | None = None
    checksum: str | None = None


class LocalPackage(msgspec.Struct, frozen=True):
    """One package (rpm, apk) or source package (dpkg): its heading, and its blocks."""

    manager: str
    name: str
    blocks: tuple[Block, ...]

    @property
    def binary_packages(self) -> tuple[str, ...]:
        """What was built from a source package, with versions."""
        return self._names_after("Binary Packages:")

    @property
    def licenses(self) -> tuple[str, ...]:
        """The licences, each as the page writes it."""
        for block in self.blocks:
            if block.text.startswith("Licenses (from "):
                return (block.text.partition("): ")[2],)
        stated = self._names_after("Licenses:")
        return stated or tuple(self._database("license"))

    @property
    def license_files(self) -> tuple[str, ...]:
        """The files that the licences were read from."""
        for block in self.blocks:
            if block.text.startswith("Licenses: (parsed from: "):
                return tuple(_SPAN.findall(block.text))
        return ()

    @property
    def sources(self) -> tuple[SourceFile, ...]:
        """Where the source was."""
        return tuple(
            source
            for above, block in pairwise(self.blocks)
            if above.text == "Source:" and block.fence is not None
            for line in block.text.splitlines()
            if (source := _source(line)) is not None
        )

    @property
    def description(self) -> str | None:
        """What apk's database says the package is."""
        return next(self._database("description"), None)

    @property
    def webpage(self) -> str | None:
        """The home of the project, from apk's database."""
        return next(self._database("webpage"), None)

    @property
    def installed_size(self) -> str | None:
        """The size on disk, as apk writes it: bytes, or with a unit."""
        return next(self._database("installed size"), None)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the page's writer could not find out."""
        mark = "**WARNING:** "
        texts = (block.text for block in self.blocks if block.text.startswith(mark))
        return tuple(text.removeprefix(mark) for text in texts)

    def _names_after(self, heading: str) -> tuple[str, ...]:
        for above, block in pairwise(self.blocks):
            if above.text.startswith(heading) and block.items:
                return tuple(item.strip("`") for item in block.items)
        return ()

    def _database(self, wanted: str) -> Iterator[str]:
        for block in self.blocks:
            if block.fence is not None:
                for label, text in _SECTION.findall(block.text):
                    if label == wanted:
                        yield text


class LocalReport(msgspec.Struct, frozen=True, kw_only=True):
    """The whole page; what it says of the image, and its packages.

    `created` is RFC 3339 as written, to the nanosecond; `virtual_size` a rounded text
    such as ``4.42 Mb``. `packages` are in the page's order, and `blocks` is the page.
    """

    title: str
    image_id: Digest
    created: str
    virtual_size: str | None
    platform: Platform
    entrypoint: tuple[str, ...] | None
    command: tuple[str, ...] | None
    environment: tuple[str, ...]
    labels: tuple[str, ...]
    packages: tuple[LocalPackage, ...]
    blocks: tuple[Block, ...]
    encoding: str = "utf-8"

    @property
    def created_at(self) -> datetime:
        """When the image was created, to the microsecond."""
        return parse_rfc3339(self.created)


def write_local(report: LocalReport) -> bytes:
    """The page as it was read."""
    text = "".join(
        "\n" * block.blank_lines + block.written() for block in report.blocks
    )
    return text.encode(report.encoding)


def _source(line: str) -> SourceFile | None:
    known = _SOURCE.fullmatch(line)
    if known is not None:
        url, name, size, algorithm, digits = known.groups()
        return SourceFile(url, name, int(size), f"{algorithm}:{digits}")
    return SourceFile(line) if _URL.fullmatch(line) else None
