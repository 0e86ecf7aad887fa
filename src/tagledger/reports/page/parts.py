"""A page cut where other pages share pieces with it, without reading it."""

from __future__ import annotations

from tagledger.errors import DamagedPage
from tagledger.model.reference import Reference
from tagledger.reports.page.characters import decode_text
from tagledger.reports.page.head_reader import parse_title
from tagledger.reports.page.old_reader import MAX_LAYERS, is_old
from tagledger.reports.page.remote_page import MAX_SECTIONS
from tagledger.reports.page.tag_details import split_tags

_OLD_SEPARATOR = b"\n#### `"


def cut_page(content: bytes) -> tuple[tuple[bytes, ...], bytes]:
    """The parts of the page of one tag, and what stands between them.

    The name of the tag stands in the separator: equal images under two names have
    equal parts.
    """
    if is_old(content):
        separator, most = _OLD_SEPARATOR, MAX_LAYERS
    else:
        separator = b"\n### " + content[3 : content.find(b"\n")] + b" - "
        most = MAX_SECTIONS
    return tuple(content.split(separator, most)), separator


def page_name(content: bytes) -> Reference | None:
    """What the page of one tag calls it; None where it has no title."""
    line, _, _ = content.partition(b"\n")
    if not line.startswith(b"## "):
        return None
    try:
        return parse_title(decode_text(line[3:])[0])
    except DamagedPage:
        return None


def pages_of_tags(content: bytes) -> list[bytes]:
    """The page of each tag on a page of all tags, in order. Raises DamagedPage."""
    return [content[start:end] for start, end in split_tags(content).places]
