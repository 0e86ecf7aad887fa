"""Whole processes: `--version`, `--help`, and the report of an image close at hand.

Measured with the console script of this environment, from its start to its end, output
thrown away; the floor is the same Python doing nothing.
"""

from __future__ import annotations

from pathlib import Path

from bench.arguments import run
from bench.registry import repository, served
from bench.table import Figure, at_most, print_table
from bench.timing import PROGRAM, PYTHON, Times, ratio, side_by_side

LAYOUT = f"oci:{Path(__file__).parents[1] / 'examples' / 'greeting'}:1.0"
PLATFORMS = 5


def measure(*, quick: bool = False, debian: bool = False) -> bool:
    """Print the table; whether every goal was reached."""
    rounds = 1 if quick else 15
    with served(platforms=(PLATFORMS,), debian=debian) as registry:
        image = f"{registry.address}/{repository(PLATFORMS)}:1.0"
        times = side_by_side(
            {
                "floor": (PYTHON, "-c", "pass"),
                "version": (PROGRAM, "--version"),
                "help": (PROGRAM, "--help"),
                "layout": (PROGRAM, "report", LAYOUT),
                "registry": (PROGRAM, "report", image),
            },
            rounds,
        )
    floor = times["floor"]
    figures = [
        Figure("python -c pass", f"{floor.median * 1000:.0f} ms"),
        at_most("--version, as many times that", ratio(times["version"], floor), 4, ""),
        at_most("--help, as many times that", ratio(times["help"], floor), 4, ""),
        at_most("report of a local layout", _ms(times["layout"]), 150, "ms"),
        Figure("  the fastest of them", f"{times['layout'].best * 1000:.0f} ms"),
        at_most(
            f"report of {PLATFORMS} platforms on loopback",
            _ms(times["registry"]),
            250,
            "ms",
        ),
        Figure("  the fastest of them", f"{times['registry'].best * 1000:.0f} ms"),
    ]
    title = f"Start-up: medians of {rounds} rounds side by side, {registry.kind}"
    return print_table(title, figures)


def _ms(times: Times) -> float:
    return times.median * 1000


if __name__ == "__main__":
    run("Measure whole processes.", measure, asks_a_registry=True)
