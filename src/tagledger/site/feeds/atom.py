"""Atom (RFC 4287), in pages (RFC 5005).

What strangers wrote becomes text, and characters that XML has no place for a mark.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

import msgspec

from tagledger import __version__
from tagledger.flows.feeds import Item, Items
from tagledger.flows.history import Turn
from tagledger.model.times import rfc3339
from tagledger.site.addresses import moment_text, tag_path
from tagledger.site.rendering import link
from tagledger.site.wording import EVIDENCE_WORDS

MEDIA_TYPE = "application/atom+xml; charset=utf-8"

MAX_STEP = 2_000
"""Characters of a step in an entry."""

NAMES = UUID("0c1be3f4-52a5-5e1a-93cb-8e4bcd3a3f0b")
"""Of which the identifiers of feeds and entries are made: the same wherever the ledger
is served from."""

_NAMESPACE = "http://www.w3.org/2005/Atom"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

_TURNS = {
    Turn.FIRST: "first seen",
    Turn.MOVED: "moved",
    Turn.MOVED_BACK: "moved back",
    Turn.GONE: "is gone",
    Turn.CAME_BACK: "came back",
}


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a feed is: addresses in full, but `base` has no slash at its end.

    `itself` is this page, `first` the newest one, `following` the next one, and `page`
    what people see of the same. `about` tells one feed from all others of any ledger.
    """

    base: str
    about: str
    title: str
    itself: str
    first: str
    page: str
    following: str | None = None


def write_feed(place: Place, items: Items) -> bytes:
    """The page of a feed with these items."""
    feed = ET.Element("feed", xmlns=_NAMESPACE)
    _text(feed, "id", _identifier("feed", place.about))
    _text(feed, "title", place.title)
    newest = max((item.moment for item in items.items), default=_NEVER)
    _text(feed, "updated", rfc3339(newest))
    author = ET.SubElement(feed, "author")
    _text(author, "name", "Tagledger")
    _text(feed, "generator", "Tagledger", version=__version__)
    _link(feed, "self", place.itself, "application/atom+xml")
    _link(feed, "alternate", place.page, "text/html")
    _link(feed, "first", place.first, "application/atom+xml")
    if place.following is not None:
        _link(feed, "next", place.following, "application/atom+xml")
    known = set()
    for item in items.items:
        identifier = identifier_of(item)
        if identifier not in known:
            known.add(identifier)
            _entry(feed, place.base, item, identifier)
    ET.indent(feed)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def identifier_of(item: Item) -> str:
    """What an entry is called for good, in whichever feed it stands."""
    return _identifier(
        "entry",
        *(str(item.reference), item.source or "", rfc3339(item.moment)),
        *(item.digest or "", item.platform or ""),
    )


def title_of(item: Item) -> str:
    """What happened, in a line."""
    words = _TURNS[item.turn]
    if item.is_back_to is not None and item.turn is Turn.MOVED_BACK:
        words += f" to what it was on {item.is_back_to:%Y-%m-%d}"
    told = item.words if item.step is None else item.platform
    return f"{item.reference.familiar} {words}" + (f": {told}" if told else "")


def _entry(feed: ET.Element, base: str, item: Item, identifier: str) -> None:
    name, moment = item.reference, moment_text(item.moment)
    entry = ET.SubElement(feed, "entry")
    _text(entry, "id", identifier)
    _text(entry, "title", title_of(item))
    for element in ("published", "updated"):
        _text(entry, element, rfc3339(item.moment))
    if item.source is not None:
        author = ET.SubElement(entry, "author")
        _text(author, "name", item.source)
    _link(entry, "alternate", link(base, tag_path(name), at=moment), "text/html")
    image = link(base, "/api/v1/image", ref=name.familiar, at=moment)
    _link(entry, "alternate", image, "application/json")
    if item.before is not None:
        sides = {
            "a": name.familiar,
            "a_at": moment_text(item.before),
            "b": name.familiar,
            "b_at": moment,
        }
        _link(entry, "related", link(base, "/diff", **sides), "text/html")
    if item.evidence is not None:
        ET.SubElement(
            entry,
            "category",
            term=item.evidence.value,
            label=EVIDENCE_WORDS[item.evidence],
        )
    _text(entry, "summary", "\n".join(_lines(item)), type="text")


def _lines(item: Item) -> list[str]:
    lines = [f"{title_of(item)}."]
    if item.digest is not None:
        lines.append(f"Digest: {item.digest}")
    if item.platform is not None:
        lines.append(f"Platform: {item.platform}")
    if item.step is not None:
        cut = item.step[:MAX_STEP] + (" …" if len(item.step) > MAX_STEP else "")
        lines.append(f"Step: {cut}")
    if item.source is not None:
        lines.append(f"Source: {item.source}")
    if item.evidence is not None:
        lines.append(f"Known: {EVIDENCE_WORDS[item.evidence]}")
    return lines


def _text(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = clean(text)


def _link(parent: ET.Element, rel: str, address: str, media_type: str) -> None:
    attributes = {"rel": rel, "type": media_type, "href": clean(address)}
    ET.SubElement(parent, "link", attributes)


def clean(text: str) -> str:
    """The text with a mark for each character that XML 1.0 forbids."""
    return _FORBIDDEN.sub("\ufffd", text).replace("\r", "\ufffd")


def _identifier(*parts: str) -> str:
    told = "\n".join(parts).encode("utf-8", "replace").decode()
    return f"urn:uuid:{uuid5(NAMES, told)}"
