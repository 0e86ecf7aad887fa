"""Sizes, moments and bars, as the terminal view writes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tagledger.model.config import Healthcheck
from tagledger.model.snapshot import Layer

if TYPE_CHECKING:
    # Pages write sizes and dates alike, and need no terminal for it.
    from tagledger.reports.terminal_canvas import Glyphs

_UNITS = ("B", "KB", "MB", "GB", "TB", "PB", "EB")


def size_text(size_bytes: int) -> str:
    """``846 B``, ``1.2 KB``, ``5.8 GB``: decimal, as registries count."""
    shown = float(size_bytes)
    position = 0
    # 999.95 would be written as 1000.0.
    while shown >= (1000 if position == 0 else 999.95) and position < len(_UNITS) - 1:
        shown /= 1000
        position += 1
    return f"{shown:.1f} {_UNITS[position]}" if position else f"{size_bytes} B"


def total_text(layers: Iterable[Layer], unknown: str) -> str:
    """The size of all layers; with a plus where some are not known."""
    sizes = [layer.transfer_size_bytes for layer in layers]
    known = [size for size in sizes if size is not None]
    if sizes and not known:
        return unknown
    return size_text(sum(known)) + ("+" if len(known) < len(sizes) else "")


def moment_text(moment: datetime) -> str:
    """``2019-11-13 14:48:55 UTC``."""
    return f"{second_text(moment)} UTC"


def second_text(moment: datetime) -> str:
    """``2019-11-13 14:48:55``."""
    return f"{date_text(moment)} {moment.astimezone(UTC):%H:%M:%S}"


def minute_text(moment: datetime) -> str:
    """``2019-11-13 14:48``."""
    return f"{date_text(moment)} {moment.astimezone(UTC):%H:%M}"


def date_text(moment: datetime) -> str:
    """``2019-11-13``."""
    # strftime leaves out the zeros of years below 1000 on some systems.
    return moment.astimezone(UTC).date().isoformat()


def bar_text(
    size_bytes: int, largest: int, cells: int, glyphs: Glyphs, *, is_foreign: bool
) -> str:
    """A bar of up to that many cells; what is not empty has at least a sliver."""
    if size_bytes <= 0 or largest <= 0:
        return ""
    if is_foreign:
        return glyphs.foreign_bar * max(round(cells * size_bytes / largest), 1)
    steps = len(glyphs.bar)
    length = max(round(cells * steps * size_bytes / largest), 1)
    whole, rest = divmod(length, steps)
    return glyphs.bar[-1] * whole + (glyphs.bar[rest - 1] if rest else "")


def healthcheck_text(check: Healthcheck) -> str:
    """``curl -f localhost, every 30 s, 3 retries``."""
    words = check.test[1:] if check.test[:1] == ("CMD-SHELL",) else check.test
    parts = [" ".join(words)]
    for name, nanoseconds in (
        ("every", check.interval_ns),
        ("timeout", check.timeout_ns),
        ("start", check.start_period_ns),
        ("start interval", check.start_interval_ns),
    ):
        if nanoseconds:
            parts.append(f"{name} {nanoseconds / 1e9:g} s")
    if check.retries:
        parts.append(f"{check.retries} retries")
    return ", ".join(filter(None, parts))
