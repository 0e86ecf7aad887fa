"""Two sequences laid side by side, so that what is the same stands together.

The longest common subsequence where that is cheap; where a hostile document makes it
dear, first what occurs once on both sides ("patience"), and in what lies between
nothing at all. The answer is the same whichever side comes first.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from tagledger.model.difference.values import TextPiece

MAX_CELLS = 60_000
"""Largest table for one stretch, a few hundredths of a second; engines stop at 127
layers, and a step of 2,000 words differs in a few."""

MAX_DEPTH = 8
"""How often what occurs once is looked for anew between what was found."""

MAX_WORDS = 20_000
"""Longer texts, once what begins and ends alike is off, are replaced as a whole."""

_WORD = re.compile(r"[\w.-]+|\s+|.", re.DOTALL)

Span = tuple[int, int, int, int]


def align(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """The positions that belong together, rising on both sides."""
    first, second = list(before), list(after)
    if first > second:
        # Of answers that are equally good, the one that does not depend on the order.
        return [(at, other) for other, at in _align(second, first)]
    return _align(first, second)


def words_of(text: str) -> list[str]:
    """The text cut into words, white space and single marks; joined, it is the text."""
    return _WORD.findall(text)


def compare_texts(before: str, after: str) -> tuple[TextPiece, ...]:
    """Two texts word by word."""
    first, second = words_of(before), words_of(after)
    start = _common(first, second)
    end = _common(first[start:][::-1], second[start:][::-1])
    inner = (
        first[start : len(first) - end],
        second[start : len(second) - end],
    )
    matches: list[tuple[int, int]] = []
    if max(map(len, inner)) <= MAX_WORDS:
        matches = [(start + one, start + two) for one, two in align(*inner)]
    matches = [
        *((at, at) for at in range(start)),
        *matches,
        *((len(first) - back, len(second) - back) for back in range(end, 0, -1)),
    ]
    return tuple(_pieces(first, second, matches))


def likeness(before: Counter[str], after: Counter[str]) -> float:
    """How much two texts, as counted words, have in common: 0 to 1."""
    total = before.total() + after.total()
    return 2 * (before & after).total() / total if total else 1.0


def _pieces(
    before: Sequence[str], after: Sequence[str], matches: Sequence[tuple[int, int]]
) -> list[TextPiece]:
    pieces: list[TextPiece] = []
    same: list[str] = []
    one = two = 0
    for at, other in (*matches, (len(before), len(after))):
        if (one, two) != (at, other):
            if same:
                pieces.append(TextPiece(before="".join(same), after="".join(same)))
                same = []
            pieces.append(
                TextPiece(
                    before="".join(before[one:at]), after="".join(after[two:other])
                )
            )
        if at < len(before):
            same.append(before[at])
        one, two = at + 1, other + 1
    if same:
        pieces.append(TextPiece(before="".join(same), after="".join(same)))
    return pieces


def _align(first: list[str], second: list[str]) -> list[tuple[int, int]]:
    matches: list[tuple[int, int]] = []
    waiting: list[tuple[Span, int]] = [((0, len(first), 0, len(second)), 0)]
    while waiting:
        (low, high, under, over), depth = waiting.pop()
        start = _common(first[low:high], second[under:over])
        matches += ((low + at, under + at) for at in range(start))
        low, under = low + start, under + start
        end = _common(first[low:high][::-1], second[under:over][::-1])
        matches += ((high - back, over - back) for back in range(1, end + 1))
        high, over = high - end, over - end
        if low == high or under == over:
            continue
        if (high - low) * (over - under) <= MAX_CELLS:
            found = _longest(first[low:high], second[under:over])
            matches += ((low + at, under + other) for at, other in found)
        elif depth < MAX_DEPTH:
            found = _once(first[low:high], second[under:over])
            fixed = [(low + at, under + other) for at, other in found]
            matches += fixed
            if fixed:
                waiting += _between(fixed, (low, high, under, over), depth + 1)
    return sorted(matches)


def _between(
    fixed: Sequence[tuple[int, int]], span: Span, depth: int
) -> list[tuple[Span, int]]:
    low, high, under, over = span
    gaps = []
    for at, other in (*fixed, (high, over)):
        gaps.append(((low, at, under, other), depth))
        low, under = at + 1, other + 1
    return gaps


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """How many elements are the same from the start."""
    for number, (one, two) in enumerate(zip(first, second, strict=False)):
        if one != two:
            return number
    return min(len(first), len(second))


def _longest(first: Sequence[str], second: Sequence[str]) -> list[tuple[int, int]]:
    """The longest common subsequence."""
    width = len(second) + 1
    rows = [[0] * width]
    for one in reversed(first):
        below, row = rows[-1], [0] * width
        for at in range(width - 2, -1, -1):
            if one == second[at]:
                row[at] = below[at + 1] + 1
            else:
                row[at] = max(below[at], row[at + 1])
        rows.append(row)
    rows.reverse()
    found, one_at, two_at = [], 0, 0
    while one_at < len(first) and two_at < len(second):
        if first[one_at] == second[two_at]:
            found.append((one_at, two_at))
            one_at, two_at = one_at + 1, two_at + 1
        elif rows[one_at + 1][two_at] >= rows[one_at][two_at + 1]:
            one_at += 1
        else:
            two_at += 1
    return found


def _once(first: Sequence[str], second: Sequence[str]) -> list[tuple[int, int]]:
    """What occurs once on both sides, as far as it is in the same order."""
    counts, other_counts = Counter(first), Counter(second)
    places = {
        word: at
        for at, word in enumerate(second)
        if other_counts[word] == 1 and counts[word] == 1
    }
    pairs = [(at, places[word]) for at, word in enumerate(first) if word in places]
    # The longest rising run: each pile ends in the least that a run so long can.
    ends: list[int] = []
    piles: list[int] = []
    previous: list[int | None] = []
    for number, (_, place) in enumerate(pairs):
        pile = bisect_left(ends, place)
        previous.append(piles[pile - 1] if pile else None)
        if pile == len(ends):
            ends.append(place)
            piles.append(number)
        else:
            ends[pile], piles[pile] = place, number
    rising: list[tuple[int, int]] = []
    at: int | None = piles[-1] if piles else None
    while at is not None:
        rising.append(pairs[at])
        at = previous[at]
    return rising[::-1]
