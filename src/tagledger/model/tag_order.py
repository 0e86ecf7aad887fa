"""Tags in the order in which people look for them: the newest version first.

A tag is free text. What it commonly holds, in the order of the list:

==============  ======================================================================
`latest`        what one gets without asking
versions        ``3.10.1``, ``v3.10``, ``3.10.0rc1``, each followed by its variants:
                ``3.10.1``, ``3.10.1-alpine3.18``, ``3.10.1-slim``
dates           ``20240131``, ``2024-01-31``, newest first
names           ``alpine``, ``alpine3.18``, ``bookworm``, ``stable``, by alphabet, and
                by version where only that differs
hashes          commits (``1a2b3c4``, ``sha-1a2b3c4``) and what is named for a digest
                (``sha256-….sig``): nobody reads those
==============  ======================================================================

Versions compare by number (3.10 is newer than 3.9, and 3.0 is 3), then by stage (dev,
alpha, beta, preview, candidate, final, post). It is a total order: equal ranks fall
back to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias

TagKey: TypeAlias = tuple[int, tuple[object, ...], str]
"""What tags sort by, smallest first. Ranks of different groups never meet, so that
the middle part always compares like with like."""

_Number: TypeAlias = tuple[int, ...]

_LATEST, _VERSION, _DATE, _NAME, _HASH = range(5)

# Tags are strangers' texts: a run of digits is cut where `int` would refuse it.
_DIGITS = r"[0-9]{1,400}"
_STAGES = {
    "dev": 0,
    "snapshot": 0,
    "nightly": 0,
    "canary": 0,
    "ea": 0,
    "a": 1,
    "alpha": 1,
    "b": 2,
    "beta": 2,
    "m": 3,
    "milestone": 3,
    "pre": 4,
    "preview": 4,
    "c": 5,
    "rc": 5,
    "cr": 5,
    "post": 7,
}
_FINAL = 6
# One letter alone says nothing (1.0a), with a number it does (1.0a1).
_WORDS = "|".join(sorted((word for word in _STAGES if len(word) > 1), key=len)[::-1])
_TAG = re.compile(
    rf"v?({_DIGITS}(?:\.{_DIGITS})*)"
    rf"(?:[._-]?((?:{_WORDS})(?![a-z])|[abcm](?=[0-9]))[._-]?({_DIGITS}+)?+(?![a-z]))?"
    r"(.*)",
    re.IGNORECASE | re.DOTALL,
)
_CALENDAR = re.compile(
    r"((?:19|20)[0-9]{2})(-?)(0[1-9]|1[0-2])\2(0[1-9]|[12][0-9]|3[01])"
    r"(?![0-9]{1,2}(?![0-9]))(.*)",
    re.DOTALL,
)
_COMMIT = re.compile(r"(?:sha[_-]?|git[_-]?|g)?(?=[0-9]*[a-f])[0-9a-f]{7,64}")
_OF_DIGEST = re.compile(r"sha(?:256|512)-[0-9a-f]{64,128}.*", re.DOTALL)
_PARTS = re.compile(rf"({_DIGITS}(?:\.{_DIGITS})*)|([^0-9._+-]+)")


def newest_first(tags: Iterable[str]) -> list[str]:
    """The tags, newest version first; see the module for what is not a version."""
    return sorted(tags, key=tag_key)


def tag_key(tag: str) -> TagKey:
    """What `newest_first` sorts by."""
    if tag == "latest":
        return _LATEST, (), tag
    if _OF_DIGEST.fullmatch(tag):
        return _HASH, (1,), tag
    if _COMMIT.fullmatch(tag):
        return _HASH, (0,), tag
    date = _CALENDAR.fullmatch(tag)
    if date is not None:
        day = int(date[1] + date[3] + date[4])
        return _DATE, (-day, *_parts(date[5])), tag
    version = _TAG.fullmatch(tag)
    if version is None:
        return _NAME, _parts(tag), tag
    numbers, stage, count, rest = version.groups()
    rank = _FINAL if stage is None else _STAGES[stage.lower()]
    # 3.10 and 3.10.0 are the same version; the exact one comes before the moving one.
    exactness = -numbers.count(".")
    ranks = (_newest(numbers), -rank, -int(count or 0), _parts(rest), exactness)
    return _VERSION, ranks, tag


def _newest(version: str) -> _Number:
    """A version as numbers that grow smaller the newer it is."""
    numbers = [int(digits) for digits in version.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    # The end counts as older than any further number: 3.8.1 comes before 3.8.
    return (*(-number for number in numbers), 1)


def _parts(text: str) -> tuple[object, ...]:
    """A name in parts that compare: words by alphabet, versions newest first."""
    return tuple(
        (0, _newest(version), "") if version else (1, (), word.lower())
        for version, word in _PARTS.findall(text)
    )
