"""Many small images: 2,000 of them, a manifest and a config each, on loopback.

Ours does all that `report` does but the dates; the floor is a bare aiohttp loop that
fetches the same documents, as many side by side, and hashes them. Both run in
processes of their own on uvloop, in turns. The registry takes its share of the machine
and flatters whoever is slower, so the processor time of each reader stands beside the
clock's.
"""

from __future__ import annotations

import statistics
import subprocess
from pathlib import Path

import msgspec

from bench.arguments import run
from bench.reader import WAYS, Reading
from bench.registry import served
from bench.table import Figure, at_least, at_most, print_table
from bench.timing import PYTHON

IMAGES = 2_000
SHARE = 60
"""Per cent of the floor."""

GROWTH = 10
"""Per cent more memory after all than after a quarter that still counts as flat."""


def measure(*, quick: bool = False, debian: bool = False) -> bool:
    """Print the table; whether every goal was reached."""
    count, rounds = (40, 1) if quick else (IMAGES, 5)
    readings: dict[str, list[Reading]] = {way: [] for way in WAYS}
    with served(many=count, debian=debian) as registry:
        for _ in range(rounds):
            for way in WAYS:
                readings[way].append(_read(way, registry.address, count))
    ours, bare = readings["tagledger"], readings["bare"]
    speed, floor = (_median_speed(each) for each in (ours, bare))
    cpu, cpu_floor = (_median_cpu_speed(each) for each in (ours, bare))
    memory = ours[-1].memory_bytes
    figures = [
        Figure("bare aiohttp loop", f"{floor:.0f} documents/s"),
        Figure("tagledger", f"{speed:.0f} documents/s"),
        at_least("of the bare loop's documents/s", _share(ours, bare), SHARE, "%"),
        Figure(
            "the same by processor time of the reader",
            f"{100 * cpu / cpu_floor:.0f} % ({1e6 / cpu:.0f} against "
            f"{1e6 / cpu_floor:.0f} µs a document)",
        ),
        Figure("memory after each quarter", _megabytes(memory)),
        at_most("growth from the first quarter on", _growth(memory), GROWTH, "%"),
    ]
    title = (
        f"{count} small images, medians of {rounds} rounds in turns, {registry.kind}"
    )
    return print_table(title, figures)


def _read(way: str, address: str, count: int) -> Reading:
    done = subprocess.run(
        (PYTHON, "-m", "bench.reader", way, address, str(count)),
        stdout=subprocess.PIPE,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    return msgspec.json.decode(done.stdout, type=Reading)


def _median_speed(readings: list[Reading]) -> float:
    return statistics.median(reading.per_second for reading in readings)


def _median_cpu_speed(readings: list[Reading]) -> float:
    return statistics.median(reading.per_cpu_second for reading in readings)


def _share(ours: list[Reading], bare: list[Reading]) -> float:
    return 100 * statistics.median(
        mine.per_second / floor.per_second
        for mine, floor in zip(ours, bare, strict=True)
    )


def _megabytes(memory: tuple[int, ...]) -> str:
    return ", ".join(f"{each / 1e6:.1f}" for each in memory) + " MB"


def _growth(memory: tuple[int, ...]) -> float:
    return 100 * (memory[-1] / memory[0] - 1) if memory[0] else 0.0


if __name__ == "__main__":
    run("Measure many images one after another.", measure, asks_a_registry=True)
