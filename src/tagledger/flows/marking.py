"""A text cut to what fits around the words that were looked for, which are marked."""

from __future__ import annotations

import re
from itertools import islice, takewhile
from typing import TypeAlias

MAX_SHOWN = 320
"""Characters of a step that a result shows."""

BEFORE = 60
"""Characters shown before the first word found."""

MAX_SEARCHED = 100_000
"""Characters of a step in which words are looked for: it may have megabytes."""

MAX_WEIGHED = 200
"""Places weighed to choose where to begin."""

_RUNS = re.compile(r"[^\W_]+")
_SPACE = re.compile(r"\s+")

Piece: TypeAlias = tuple[str, bool]
"""A text, and whether it is marked."""


def marked(text: str, words: str | None, exact: str | None) -> tuple[Piece, ...]:
    """The text in pieces, white space as one space, shortened at both ends."""
    text = _SPACE.sub(" ", text[:MAX_SEARCHED]).strip()
    wanted = _RUNS.findall(words or "")
    if exact and (found := _SPACE.sub(" ", exact).strip()):
        wanted.append(found)
    if not wanted:
        is_cut = len(text) > MAX_SHOWN
        return ((f"{text[:MAX_SHOWN]} …" if is_cut else text, False),)
    # The longest first, so that "apt-get" is not marked as "apt" alone.
    wanted = sorted(set(wanted), key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, wanted)), re.IGNORECASE)
    start = _start(text, pattern) if len(text) > MAX_SHOWN else 0
    shown = text[start : start + MAX_SHOWN]
    pieces: list[Piece] = [("… ", False)] if start else []
    at = 0
    for match in pattern.finditer(shown):
        if match.start() > at:
            pieces.append((shown[at : match.start()], False))
        pieces.append((match[0], True))
        at = match.end()
    if at < len(shown):
        pieces.append((shown[at:], False))
    if start + MAX_SHOWN < len(text):
        pieces.append((" …", False))
    return tuple(pieces)


def _start(text: str, pattern: re.Pattern[str]) -> int:
    """Where to begin, so that as many different words as can be are seen."""
    found = [*islice(pattern.finditer(text), MAX_WEIGHED)]
    best, most = 0, 0
    for at, match in enumerate(found):
        start = max(match.start() - BEFORE, 0)
        inside = takewhile(lambda one: one.end() <= start + MAX_SHOWN, found[at:])  # noqa: B023 - used before the next
        seen = len({one[0].lower() for one in inside})
        if seen > most:
            best, most = start, seen
    return best
