"""A distant registry: eleven platforms when each answer takes 50 ms.

The registry runs here behind a proxy (`bench.delay`) that delays each response, and not
the connects; there is no token, and dates are asked for. What is promised is counted in
round trips, four of them, beside the time that the program needs before it can ask
anything: the same Python loading the same modules. The peer is skopeo, which shows one
platform at a time: `skopeo inspect` and `skopeo inspect --config` for each platform by
its digest, one after another, without the list of tags that it would fetch as well.
"""

from __future__ import annotations

import shutil

from bench.arguments import run
from bench.pictures import LAYERS, PLATFORMS, image_of_platforms
from bench.registry import child, repository, served
from bench.table import Figure, absent, at_least, at_most, print_table
from bench.timing import PROGRAM, PYTHON, Command, Times, side_by_side
from bench.timing import run as run_command

DELAY_SECONDS = 0.05
ROUND_TRIPS = 4
ALLOWANCE = 1.25
TIMES_FASTER = 4

_LOADING = """
from tagledger.cli.app import run
import uvloop, tagledger.cli.commands.report, tagledger.reports.page.writer
from tagledger.cli.loading import without_certificates
with without_certificates():
    import tagledger.sources.registry.source
"""
"""All that `report` of a registry needs, loaded, and nothing asked."""


def measure(*, quick: bool = False, debian: bool = False) -> bool:
    """Print the table; whether every goal was reached."""
    rounds = 1 if quick else 9
    count = 2 if quick else len(PLATFORMS)
    with (
        served(platforms=(count,), debian=debian) as registry,
        child("bench.delay", registry.address, str(DELAY_SECONDS)) as distant,
    ):
        name = f"{repository(count)}:1.0"
        times = side_by_side(
            {
                "loading": (PYTHON, "-c", _LOADING),
                "near": (PROGRAM, "report", f"{registry.address}/{name}"),
                "report": (PROGRAM, "report", f"{distant}/{name}"),
            },
            rounds,
        )
        skopeo = _skopeo(distant, count, rounds=1 if quick else 2)
    floor = ROUND_TRIPS * DELAY_SECONDS * 1000
    start, took = times["loading"].median * 1000, times["report"].median * 1000
    requests = 1 + 2 * count + count * LAYERS
    figures = [
        Figure("start-up: the modules loaded", f"{start:.0f} ms"),
        Figure("report without delay", f"{times['near'].median * 1000:.0f} ms"),
        at_most(
            f"report, delayed ({requests} requests)",
            took,
            ALLOWANCE * floor + start,
            "ms",
        ),
        Figure("  the fastest of them", f"{times['report'].best * 1000:.0f} ms"),
        Figure("  past start-up, in round trips", _round_trips(took - start)),
        _compared(skopeo, times["report"]),
    ]
    title = (
        f"Round trips: {count} platforms of {LAYERS} layers, each answer delayed by "
        f"{DELAY_SECONDS * 1000:.0f} ms; medians of {rounds} rounds, {registry.kind}"
    )
    return print_table(title, figures)


def _round_trips(milliseconds: float) -> str:
    return f"{milliseconds / DELAY_SECONDS / 1000:.1f}"


def _skopeo(distant: str, count: int, rounds: int) -> Times | None:
    """The seconds that skopeo takes for all platforms; None where it is absent."""
    if shutil.which("skopeo") is None:
        return None
    children = image_of_platforms(count).manifests[1:]
    names = [
        f"docker://{distant}/{repository(count)}@{each.digest}" for each in children
    ]
    plain: Command = ("skopeo", "inspect", "--tls-verify=false", "--no-tags")
    commands = [
        command
        for name in names
        for command in ((*plain, name), (*plain, "--config", name))
    ]
    return Times(tuple(sum(map(run_command, commands)) for _ in range(rounds)))


def _compared(skopeo: Times | None, ours: Times) -> Figure:
    what = "skopeo for each platform, as many times ours"
    if skopeo is None:
        return absent(what, "skopeo", f"≥ {TIMES_FASTER}")
    return at_least(what, skopeo.median / ours.median, TIMES_FASTER, "")


if __name__ == "__main__":
    run("Measure how a distant registry is asked.", measure, asks_a_registry=True)
