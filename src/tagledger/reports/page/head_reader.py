"""The head of a page, read: title, pull line, and the list of platforms."""

from __future__ import annotations

import re

import msgspec

from tagledger.errors import DamagedPage, MalformedDigest, MalformedReference
from tagledger.model.digest import Digest
from tagledger.model.reference import Reference, parse_reference
from tagledger.reports.page import markup
from tagledger.reports.page.facts_text import Facts
from tagledger.reports.page.form import Bullets
from tagledger.reports.page.layer_text import digest_problem
from tagledger.reports.page.outline import bullets_of, parse_outline
from tagledger.reports.page.position import Below
from tagledger.reports.page.wording import ABSENT, NO_DIGEST, NO_PLATFORMS

MAX_TITLE_LENGTH = 1_000
"""Longest title taken: a name of 255 characters, a tag of 128 and a sha512 digest
fit; the name of a file with a layout in it may be longer."""

_PULL = re.compile(r"(`{3,})console\n\$ docker pull (.+)@([^\s@]+)\n\1\n(?:\n|\Z)")
_UNSAFE_PART = re.compile(r"(?:^|/)\.\.(?:/|$)")


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What stands above the sections.

    `media_type` is that of an index; `listed` are the platforms as they are written,
    from line `line` on, None where there is no list.
    """

    reference: Reference
    is_absent: bool = False
    digest: Digest | None = None
    media_type: str | None = None
    listed: tuple[str, ...] = ()
    line: int = 1
    is_counted: bool = False
    bullets: Bullets | None = None


def read_head(text: str) -> Head:
    """Read the text above the first section. Raises DamagedPage."""
    first, blank, rest = text.partition("\n\n")
    if not blank and text.endswith("\n"):
        # An artifact has no pull line and no platforms: its section says it all.
        first, blank = text[:-1], "\n"
    reference = parse_title(first.removeprefix("## "))
    if not first.startswith("## ") or not blank or "\n" in first:
        raise DamagedPage("", 1, "a title with a blank line under it was expected")
    start = min(len(first) + 2, len(text))
    if rest == f"{ABSENT}\n":
        return Head(reference=reference, is_absent=True)
    digest = None
    with Below(text, start):
        if rest.startswith(f"{NO_DIGEST}\n"):
            end = min(len(NO_DIGEST) + 2, len(rest))
        else:
            name, digest, end = _pulled(rest)
            reference = _named(reference, name)
    if not rest[end:]:
        return Head(reference=reference, digest=digest)
    with Below(text, start + end):
        listed = rest[end:]
        bullets = bullets_of(listed)
        items = parse_outline(listed, bullets)
        facts = Facts.of(items, ("Manifest MIME", "Platforms"))
        media_type = facts.span("Manifest MIME")
    platforms = facts.items.get("Platforms")
    line = text.count("\n", 0, start + end) + (platforms.line if platforms else 1)
    if platforms is None:
        raise DamagedPage("", line, "the list of platforms is missing: page cut?")
    count = len(platforms.under)
    if platforms.value not in ("" if count else NO_PLATFORMS, str(count)):
        problem = f"{count} platforms follow, not {platforms.value[:20] or 'some'}"
        raise DamagedPage("", line, problem)
    return Head(
        reference=reference,
        digest=digest,
        media_type=media_type,
        listed=platforms.under,
        line=line,
        is_counted=platforms.value == str(count),
        bullets=bullets,
    )


def parse_title(text: str) -> Reference:
    """The reference in a heading's code span, at line 1. Raises DamagedPage."""
    try:
        title = markup.parse_span(text)
    except ValueError as exc:
        raise DamagedPage("", 1, f"no title of a page: {exc}") from exc
    if len(title) > MAX_TITLE_LENGTH:
        raise DamagedPage("", 1, f"a title of {len(title)} characters")
    try:
        reference = parse_reference(title)
        if reference.title == title:
            return reference
    except MalformedReference:
        pass  # a layout or an archive may call its images anything
    if _UNSAFE_PART.search(title):
        raise DamagedPage("", 1, f"{title[:80]!r} is no name of an image")
    name, at, digest = title.partition("@")
    if at:
        try:
            return Reference("", name, None, Digest(digest))
        except MalformedDigest:
            name = title
    path, colon, tag = title.rpartition(":")
    return Reference("", path, tag) if colon and path else Reference("", title)


def _named(reference: Reference, name: str | None) -> Reference:
    """The reference split as the pull line has it: a free tag may hold a colon."""
    if name is None or name == reference.familiar_name:
        return reference
    title = reference.title
    tag = title.removeprefix(f"{name}:")
    if title not in (name, f"{name}:{tag}"):
        raise DamagedPage("", 2, f"the pull line names {name[:80]!r}")
    return Reference("", name, None if title == name else tag)


def _pulled(text: str) -> tuple[str | None, Digest | None, int]:
    block = _PULL.match(text)
    if block is None:
        if text.startswith("```"):
            raise DamagedPage("", 1, "a pull line in a console block was expected")
        return None, None, 0
    try:
        return block[2], Digest(block[3]), block.end()
    except MalformedDigest as exc:
        raise DamagedPage("", 2, digest_problem(exc.text)) from exc
