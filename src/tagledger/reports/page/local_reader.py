"""Pages about an image on somebody's machine, read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from tagledger.errors import DamagedPage
from tagledger.model import media_types
from tagledger.model.config import ImageConfig
from tagledger.model.descriptor import Descriptor
from tagledger.model.evidence import Evidence
from tagledger.model.platform import Platform
from tagledger.model.snapshot import Image, Snapshot
from tagledger.model.times import parse_rfc3339
from tagledger.reports.page import markup
from tagledger.reports.page.characters import decode_text
from tagledger.reports.page.head_reader import parse_title
from tagledger.reports.page.layer_text import parse_digest_text
from tagledger.reports.page.local_page import (
    Block,
    LocalPackage,
    LocalReport,
    write_local,
)
from tagledger.reports.page.position import different

MAX_BLOCKS = 100_000
"""Most blocks of one page; an image of a whole distribution has some 5,000."""

_T = TypeVar("_T")
_PACKAGE = re.compile(r"### `([a-z]+)` (?:source )?package: `(.+)`")
_MANAGER = re.compile(r"## `[a-z]+` \([^)]*\)")
_PLATFORM = re.compile(r"`([\w.-]+)`/`([\w.-]+)`(?:/`([\w.-]+)`)?", re.ASCII)
_SIZE = re.compile(
    r"~ (\d+(?:\.\d+)? (?:bytes|[KMGT]?b))  \n  \(total size of all .*\)"
)
_CHECKSUM = re.compile(r"'\S+' \S+ \S+ (MD5Sum|SHA1|SHA256|SHA512):(\w*)", re.ASCII)
_DIGITS = {"MD5Sum": 32, "SHA1": 40, "SHA256": 64, "SHA512": 128}
_METADATA = "## Docker Metadata"
_LABELS = frozenset(
    (
        *("Image ID", "Created", "Virtual Size", "Arch", "Entrypoint", "Command"),
        *("Environment", "Labels"),
    )
)


def read_local(content: bytes, *, source: str, observed_at: datetime) -> Snapshot:
    """What the page says of the image, with the whole report as the snapshot's form.

    Raises DamagedPage with the page's line.
    """
    text, encoding = decode_text(content)
    placed = list(_blocks(text))
    if len(placed) > MAX_BLOCKS:
        raise DamagedPage("", 1, f"more than {MAX_BLOCKS} blocks of text")
    report = _report(placed, encoding or "utf-8")
    written = write_local(report)
    if written != content:
        raise different(content, written)
    image = Image(
        manifest=None,
        platform=report.platform,
        config_descriptor=Descriptor(media_types.DOCKER_CONFIG, report.image_id, None),
        config=ImageConfig(
            platform=report.platform,
            created=report.created_at,
            env=report.environment,
            entrypoint=report.entrypoint,
            command=report.command,
            labels=dict(label.partition("=")[::2] for label in report.labels),
        ),
        layers=(),
        steps=(),
    )
    return Snapshot(
        reference=parse_title(f"`{report.title}`"),
        source=source,
        observed_at=observed_at,
        root=None,
        entries=(image,),
        dates_evidence=Evidence.REPORTED,
        form=report,
    )


def _report(placed: list[tuple[int, Block]], encoding: str) -> LocalReport:
    blocks = [block for _, block in placed]
    title = _read(placed[0], lambda block: markup.parse_span(block.text[2:]))
    if len(placed) < 3 or blocks[1].text != _METADATA or not blocks[2].items:
        line = placed[1][0] if len(placed) > 1 else 2
        raise DamagedPage("", line, f"{_METADATA!r} and a list were expected")
    facts = _Facts(*placed[2])
    return LocalReport(
        title=title,
        image_id=facts.require("Image ID", parse_digest_text),
        created=facts.require("Created", _time),
        virtual_size=facts.read("Virtual Size", _size),
        platform=facts.require("Arch", _platform),
        entrypoint=facts.read("Entrypoint", _words),
        command=facts.read("Command", _words),
        # It is there where it is empty, too: without it the page was cut before.
        environment=facts.require("Environment", _listed),
        labels=facts.read("Labels", _listed) or (),
        packages=_whole_packages(placed[3:]),
        blocks=tuple(blocks),
        encoding=encoding,
    )


def _whole_packages(placed: list[tuple[int, Block]]) -> tuple[LocalPackage, ...]:
    """All packages. Raises DamagedPage where the last one ends before the others do."""
    packages = tuple(_packages(placed))
    if packages and not _tells_source(packages[-1]):
        manager = packages[-1].manager
        others = [other for other in packages[:-1] if other.manager == manager]
        if others and all(map(_tells_source, others)):
            line = max(
                line
                for line, block in placed
                if block.fence is None and block.text.startswith("#")
            )
            problem = "of this package alone no source is named: page cut?"
            raise DamagedPage("", line, problem)
    return packages


def _tells_source(package: LocalPackage) -> bool:
    """Whether the page says where the source is, or that it was not found."""
    return bool(package.sources) or any(
        text.startswith("unable to find source") for text in package.warnings
    )


def _packages(placed: list[tuple[int, Block]]) -> Iterator[LocalPackage]:
    headings = [
        position
        for position, (_, block) in enumerate(placed)
        if block.text.startswith("#") and block.fence is None
    ]
    if not placed:
        return
    if headings[:1] != [0]:
        raise DamagedPage(
            "", placed[0][0], "the heading of a package manager is missing"
        )
    for position, end in zip(headings, [*headings[1:], len(placed)], strict=True):
        line, heading = placed[position]
        package = _PACKAGE.fullmatch(heading.text)
        if package is None and _MANAGER.fullmatch(heading.text) is None:
            raise DamagedPage("", line, f"{heading.text[:60]!r} does not belong here")
        if end == position + 1 and (package is not None or end == len(placed)):
            raise DamagedPage("", line, "nothing follows the heading: page cut?")
        inside = placed[position + 1 : end]
        for start, block in inside:
            _check_sums(start, block)
        if package is not None:
            name = package[2]
            blocks = tuple(block for _, block in inside)
            yield LocalPackage(package[1], name, blocks)


class _Facts:
    """The list of what is said of the image; reading raises DamagedPage."""

    def __init__(self, line: int, block: Block) -> None:
        self._items: dict[str, tuple[int, str]] = {}
        for item in block.items:
            label, _, value = item.partition(":")
            if label not in _LABELS or label in self._items:
                raise DamagedPage("", line, f"{label[:60]!r} does not belong here")
            self._items[label] = line, value.removeprefix(" ")
            line += item.count("\n") + 1
        self._line = line

    def read(self, label: str, parse: Callable[[str], _T]) -> _T | None:
        """The value under this label, None if it is not there."""
        if label not in self._items:
            return None
        line, text = self._items[label]
        try:
            return parse(text)
        except ValueError as exc:
            raise DamagedPage("", line, str(exc)) from exc

    def require(self, label: str, parse: Callable[[str], _T]) -> _T:
        """The value under this label, which must be there."""
        value = self.read(label, parse)
        if value is None:
            raise DamagedPage("", self._line, f"{label!r} is missing")
        return value


def _blocks(text: str) -> Iterator[tuple[int, Block]]:
    """The blocks of the page, each with its line."""
    lines = text.split("\n")
    at = blank = 0
    while at < len(lines) - 1:
        if not lines[at]:
            at, blank = at + 1, blank + 1
            continue
        if lines[at].startswith("```"):
            end = _closing(lines, at) + 1
            inside = "".join(f"{line}\n" for line in lines[at + 1 : end - 1])
            block = Block(inside, fence=lines[at], blank_lines=blank)
        else:
            end = lines.index("", at)
            found = "\n".join(lines[at:end])
            if found.startswith("- "):
                block = Block(items=tuple(found[2:].split("\n- ")), blank_lines=blank)
            else:
                block = Block(found, blank_lines=blank)
        yield at + 1, block
        at, blank = end, 0
    if blank:
        yield at, Block(blank_lines=blank - 1)


def _closing(lines: list[str], opening: int) -> int:
    fence = lines[opening]
    ticks = fence[: len(fence) - len(fence.lstrip("`"))]
    try:
        return lines.index(ticks, opening + 1)
    except ValueError as exc:
        problem = "the code block is not closed: page cut?"
        raise DamagedPage("", len(lines), problem) from exc


def _check_sums(line: int, block: Block) -> None:
    """Refuse a checksum of a source file that is cut or not one."""
    if block.fence is None:
        return
    for number, text in enumerate(block.text.split("\n"), start=line + 1):
        known = _CHECKSUM.fullmatch(text)
        if known is not None and not re.fullmatch(
            rf"[0-9a-f]{{{_DIGITS[known[1]]}}}", known[2]
        ):
            count = len(known[2])
            problem = f"a {known[1]} of {count} characters: {known[2][:140]!r}"
            raise DamagedPage("", number, problem)


def _read(placed: tuple[int, Block], parse: Callable[[Block], _T]) -> _T:
    try:
        return parse(placed[1])
    except ValueError as exc:
        raise DamagedPage("", placed[0], str(exc)) from exc


def _time(text: str) -> str:
    said = markup.parse_span(text)
    parse_rfc3339(said)
    return said


def _size(text: str) -> str:
    known = _SIZE.fullmatch(text)
    if known is None:
        raise ValueError(f"{text[:60]!r} is not a rounded size")
    return known[1]


def _platform(text: str) -> Platform:
    known = _PLATFORM.fullmatch(text)
    if known is None:
        raise ValueError(f"{text[:60]!r} is not a platform")
    return Platform(known[1], known[2], known[3])


def _words(text: str) -> tuple[str, ...]:
    return markup.parse_json_list(markup.parse_span(text))


def _listed(text: str) -> tuple[str, ...]:
    """The inner items, which stand in single backticks whatever they hold."""
    if not text:
        return ()
    first, *items = text.split("\n  - ")
    for item in items:
        if len(item) < 2 or not item.startswith("`") or not item.endswith("`"):
            raise ValueError(f"{item[:60]!r} is not in backticks")
    if first or not items:
        raise ValueError(f"{text[:60]!r} is not a list")
    return tuple(item[1:-1] for item in items)
