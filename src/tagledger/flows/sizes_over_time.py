"""How large a name was, state by state, for each platform."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import msgspec

from tagledger.ledger.answers import EntryRow, State
from tagledger.ledger.protocol import Ledger

MAX_STATES = 400
"""Most states looked at; of more, as many are taken at even distances."""


class SizeAt(msgspec.Struct, frozen=True):
    """A size, and since when; None where the platform was not there any more."""

    since: datetime
    size_bytes: int | None


class SizeLine(msgspec.Struct, frozen=True):
    """The sizes for one platform, oldest first; each is another than the one before.

    Windows names the patch level of its base, which moves every month: one line is one
    build, as ``windows/amd64:10.0.17763``.
    """

    platform: str
    sizes: tuple[SizeAt, ...]

    @property
    def latest(self) -> int | None:
        """The size now; None where the platform is gone."""
        return self.sizes[-1].size_bytes


class SizesOverTime(msgspec.Struct, frozen=True, kw_only=True):
    """A line for each platform, the largest first, and what they are made of.

    `source` is who said so: the one with most states. `taken` of `states` were looked
    at.
    """

    lines: tuple[SizeLine, ...]
    source: str | None = None
    until: datetime | None = None
    taken: int = 0
    states: int = 0


def sizes_over_time(ledger: Ledger, states: Sequence[State]) -> SizesOverTime:
    """The sizes in these states, which are in the order of time.

    Raises LedgerTooSlow. What was said without any size leaves the line as it is.
    """
    source = _main_source(states)
    if source is None:
        return SizesOverTime(lines=())
    told = [state for state in states if state.first.source == source]
    chosen = evenly(told, MAX_STATES)
    lines: dict[str, list[SizeAt]] = {}
    known: dict[int, dict[str, int]] = {}
    for state in chosen:
        statement = state.first.statement
        if state.first.is_absent or statement is None:
            sizes: dict[str, int] = {}
        else:
            if statement not in known:
                known[statement] = _sizes(ledger.entries(statement))
            sizes = known[statement]
            if not sizes:
                continue
        _add(lines, sizes, state.first.observed_at)
    found = [SizeLine(name, tuple(sizes)) for name, sizes in lines.items()]
    found.sort(key=lambda line: -max(s.size_bytes or 0 for s in line.sizes))
    return SizesOverTime(
        lines=tuple(found),
        source=source,
        until=max(state.last_seen for state in told),
        taken=len(chosen),
        states=len(told),
    )


def evenly(states: Sequence[State], most: int) -> list[State]:
    """As many of them at even distances, with the first and the last."""
    if len(states) <= most:
        return [*states]
    last = len(states) - 1
    return [states[round(at * last / (most - 1))] for at in range(most)]


def _main_source(states: Sequence[State]) -> str | None:
    counted = Counter(state.first.source for state in states)
    return counted.most_common(1)[0][0] if counted else None


def _sizes(entries: Sequence[EntryRow]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for entry in entries:
        if entry.kind == "image" and entry.total_size_bytes > 0:
            name = line_name(entry.platform)
            sizes[name] = max(entry.total_size_bytes, sizes.get(name, 0))
    return sizes


def line_name(platform: str | None) -> str:
    """The platform without the patch level of a Windows build."""
    if platform is None:
        return "unknown platform"
    name, colon, version = platform.partition(":")
    if not colon or not name.startswith("windows/"):
        return platform
    return f"{name}:{'.'.join(version.split('.')[:3])}"


def _add(
    lines: dict[str, list[SizeAt]], sizes: dict[str, int], moment: datetime
) -> None:
    for name in {*lines, *sizes}:
        size = sizes.get(name)
        line = lines.setdefault(name, [])
        if (line[-1].size_bytes if line else None) != size:
            line.append(SizeAt(moment, size))
