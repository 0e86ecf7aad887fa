"""How long something lasted, as people say it."""

from __future__ import annotations

from datetime import timedelta


def duration_text(lasted: timedelta) -> str:
    """``12 days``, ``3 hours``, ``5 minutes``, ``20 seconds``: the largest unit."""
    seconds = int(lasted.total_seconds())
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
