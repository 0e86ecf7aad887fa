"""Which images of two snapshots belong together: those for the same platform.

A Windows image names the exact patch level of its base (``10.0.17763.864``), which
moves every month: its build, 17763, is what stays. Images that a source lists without
a platform, or without a version, go with the one that they can go with, if it is one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence

from tagledger.model.host_platform import lasting, normalized
from tagledger.model.platform import Platform
from tagledger.model.snapshot import Image, Missing, Snapshot

Listed = Image | Missing
Pair = tuple[Listed | None, Listed | None]


def listed(snapshot: Snapshot) -> tuple[Listed, ...]:
    """What is published for a platform, held or not, in published order."""
    return tuple(
        entry for entry in snapshot.entries if isinstance(entry, Image | Missing)
    )


def pair(before: Sequence[Listed], after: Sequence[Listed]) -> list[Pair]:
    """Each entry with its counterpart, in the order of `after`, the rest last.

    First what is the very same manifest for the very same platform, then the same
    platform, then the same but for the patch level, then what leaves no other choice.
    """
    counterparts: dict[int, int] = {}
    free = list(range(len(before)))
    keys: tuple[Callable[[Listed], Hashable], ...] = (
        lambda entry: (entry.platform, entry.digest),
        lambda entry: entry.platform and normalized(entry.platform),
        _build_key,
    )
    for key in keys:
        known: dict[Hashable, list[int]] = {}
        for at in reversed(free):
            known.setdefault(key(before[at]), []).append(at)
        for at, entry in enumerate(after):
            if at not in counterparts and known.get(key(entry)):
                counterparts[at] = known[key(entry)].pop()
        free = sorted({*free} - {*counterparts.values()})
    _pair_unstated(before, after, counterparts)
    gone = sorted({*range(len(before))} - {*counterparts.values()})
    if len(before) == len(after) == 1 and gone:
        # Two single images: whoever compares them wants them compared.
        return [(before[0], after[0])]
    return [
        *(
            (before[counterparts[at]] if at in counterparts else None, entry)
            for at, entry in enumerate(after)
        ),
        *((before[at], None) for at in gone),
    ]


def is_moved(before: Listed, after: Listed) -> bool:
    """Whether both state a platform, and not the same one."""
    one, two = before.platform, after.platform
    if one is None or two is None or one.is_unknown or two.is_unknown:
        return False
    one, two = normalized(one), normalized(two)
    same_version = None in (one.os_version, two.os_version) or (
        one.os_version == two.os_version
    )
    return not same_version or _parts(one) != _parts(two)


def _parts(platform: Platform) -> tuple[str, str, str | None]:
    return platform.os, platform.architecture, platform.variant


def _build_key(entry: Listed) -> Hashable:
    if entry.platform is None:
        return None
    platform = normalized(entry.platform)
    build = lasting(platform).os_version if platform.os == "windows" else None
    return *_parts(platform), build


def _pair_unstated(
    before: Sequence[Listed], after: Sequence[Listed], counterparts: dict[int, int]
) -> None:
    """Pair what states less with its only candidate, seen from either side."""
    free = sorted({*range(len(before))} - {*counterparts.values()})
    waiting = [at for at in range(len(after)) if at not in counterparts]
    fits = [
        (at, other)
        for at in free
        for other in waiting
        if _may_be(before[at].platform, after[other].platform)
    ]
    choices = Counter(at for at, _ in fits)
    other_choices = Counter(other for _, other in fits)
    counterparts.update(
        (other, at) for at, other in fits if choices[at] == other_choices[other] == 1
    )


def _may_be(before: Platform | None, after: Platform | None) -> bool:
    if before is None or after is None or before.is_unknown or after.is_unknown:
        return True
    one, two = normalized(before), normalized(after)
    return _parts(one) == _parts(two) and None in (one.os_version, two.os_version)
