"""How long programs take, side by side on a machine that does other things too."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

PYTHON = sys.executable
PROGRAM = str(Path(sys.executable).with_name("tagledger"))
"""The console script of this environment, as a user starts it."""

Command = Sequence[str]


class Times(NamedTuple):
    """The seconds of every round."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """What it takes as a rule; half of the rounds were faster."""
        return statistics.median(self.rounds)

    @property
    def best(self) -> float:
        """What it takes where nothing else was going on."""
        return min(self.rounds)


def side_by_side(commands: Mapping[str, Command], rounds: int) -> dict[str, Times]:
    """The times of each command: one after another, round after round.

    Whatever slows the machine down slows all of them, so that ratios hold. The first
    round warms caches up and does not count.
    """
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds + 1):
        for name, command in commands.items():
            seconds[name].append(run(command))
    return {name: Times(tuple(each[1:])) for name, each in seconds.items()}


def run(command: Command) -> float:
    """The seconds of one run. Raises CalledProcessError with what it said."""
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False, env=_environment())
    seconds = time.perf_counter() - began
    if done.returncode:
        sys.stderr.buffer.write(done.stderr)
        raise subprocess.CalledProcessError(done.returncode, command)
    return seconds


def ratio(times: Times, floor: Times) -> float:
    """How many times as long, by the median of the rounds' own ratios."""
    return statistics.median(
        mine / theirs for mine, theirs in zip(times.rounds, floor.rounds, strict=True)
    )


def _environment() -> dict[str, str]:
    """What a user's shell has, without proxies, which have no place on loopback."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy")
    }
