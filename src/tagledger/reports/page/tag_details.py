"""The page of all tags of an image: a title, a table of contents, each page in turn."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from tagledger.errors import DamagedPage, DegeneratePage
from tagledger.model.snapshot import Snapshot
from tagledger.reports.page import markup
from tagledger.reports.page.characters import decode_text
from tagledger.reports.page.form import PageForm
from tagledger.reports.page.position import different
from tagledger.reports.page.writer import PageWriter

MAX_TAGS = 5_000
"""Most tags of one page; the longest of the record has 258."""

GENERATOR = "./update-remote.sh"
"""The author that the record's later pages name."""

_OPENING = re.compile(
    rb"<!-- THIS FILE IS GENERATED VIA '(?P<generator>[!-&(-~]{1,200})' -->\n"
    rb"(?:\n# Tags of `(?P<name>[^`\n]{1,1000})`\n\n(?P<contents>(?:-\t\[[^\n]*\n)+))?"
)
_ENTRY = re.compile(r"-\t\[`([^`\n]+)`\]\(#[^)\n]*\)", re.ASCII)
_NOT_IN_ORDER = re.compile(r"[^0-9a-z]")
_NOT_IN_ANCHOR = re.compile(r"[^a-z0-9_ -]")


def write_tag_details(
    snapshots: Sequence[Snapshot],
    *,
    writer: PageWriter | None = None,
    form: PageForm | None = None,
    full: bool = False,
) -> bytes:
    """The page of all these tags, of which there is at least one.

    Each in the form that it was read from, or as `form` and `full` say.
    """
    writer = writer or PageWriter()
    own = snapshots[0].form
    generator = own.generator if isinstance(own, PageForm) else None
    return join_tags(
        snapshots[0].reference.familiar_name,
        [snapshot.reference.title for snapshot in snapshots],
        [writer.write(snapshot, form=form, full=full) for snapshot in snapshots],
        generator=generator or GENERATOR,
    )


def join_tags(
    name: str,
    titles: Sequence[str],
    pages: Sequence[bytes],
    *,
    generator: str = GENERATOR,
) -> bytes:
    """The page of all these tags of an image, of which the single pages are there."""
    return b"\n".join([_opening_text(generator, name, titles).encode(), *pages])


def record_order(tag: str) -> tuple[str, str]:
    """What the record has sorted an image's tags by since September 2017.

    Letters and digits alone count: ``3``, ``3.0``, ``3.0-wheezy``, ``3.2``,
    ``3-jessie``. Before, they stood in the order of the image's own list.
    """
    return _NOT_IN_ORDER.sub("", tag.lower()), tag


class TagDetails(msgspec.Struct, frozen=True):
    """The page taken apart: its author's name, and where each tag's page is.

    `places` are the first byte and the one after the last of each.
    """

    generator: str
    places: tuple[tuple[int, int], ...]


def split_tags(content: bytes) -> TagDetails:
    """Find the page of each tag. Raises DamagedPage, or DegeneratePage for none."""
    opening = _OPENING.match(content)
    if opening is None:
        raise DamagedPage("", 1, "a table of contents was expected")
    if opening["contents"] is None:
        if opening.end() == len(content):
            raise DegeneratePage("", 1, "a page of all tags without any tag")
        raise DamagedPage("", 2, "a table of contents was expected")
    generator = opening["generator"].decode("ascii")
    lines = decode_text(opening["contents"])[0].splitlines()
    if len(lines) > MAX_TAGS:
        raise DamagedPage("", 5, f"more than {MAX_TAGS} tags")
    titles = []
    for number, line in enumerate(lines, start=5):
        entry = _ENTRY.fullmatch(line)
        if entry is None:
            raise DamagedPage("", number, f"{line[:60]!r} does not link to a tag")
        titles.append(entry[1])
    name = decode_text(opening["name"])[0]
    written = _opening_text(generator, name, titles).encode()
    if written != opening[0]:
        raise different(opening[0], written)
    return TagDetails(generator, tuple(_places(content, opening.end(), titles)))


def _places(
    content: bytes, start: int, titles: Sequence[str]
) -> Iterator[tuple[int, int]]:
    begins = []
    at = start
    for number, title in enumerate(titles, start=5):
        at = content.find(f"\n## `{title}`\n".encode(), at)
        if at < 0:
            problem = f"{title!r} is listed here and does not follow: page cut?"
            raise DamagedPage("", number, problem)
        at += 1
        begins.append(at)
    if begins[0] != start + 1:
        raise DamagedPage("", len(titles) + 5, "the page of the first tag was expected")
    ends = [*(begin - 1 for begin in begins[1:]), len(content)]
    return zip(begins, ends, strict=True)


def _opening_text(generator: str, name: str, titles: Sequence[str]) -> str:
    """All that stands above the first tag."""
    lines = [
        f"<!-- THIS FILE IS GENERATED VIA '{generator}' -->",
        *("", f"# Tags of {markup.code_span(name)}", ""),
        *(f"-\t[{markup.code_span(title)}](#{_anchor(title)})" for title in titles),
        "",
    ]
    return "\n".join(lines)


def _anchor(title: str) -> str:
    """What GitHub calls the heading, so that links lead there."""
    return _NOT_IN_ANCHOR.sub("", title.lower()).replace(" ", "-")
