"""Every report over snapshots of every shape, hostile text in every field."""

from __future__ import annotations

import random

from loop import main
from made_snapshots import snapshot_from
from output import check_reports, check_terminal


def check(content: bytes) -> None:
    """Nothing that a stranger wrote leaves its place."""
    snapshot = snapshot_from(content)
    check_reports(snapshot)
    check_terminal(snapshot)


def _seeds() -> list[bytes]:
    chance = random.Random("snapshots")  # noqa: S311 - the same ones each time
    return [chance.randbytes(40 * number) for number in range(1, 40)]


if __name__ == "__main__":
    main(check, _seeds)
