"""The registry of the past beside Debian's `docker-registry`: a manifest by its digest.

Both serve the same small images, ours from a ledger and theirs from memory, and write a
line of each request to a file. `wrk` asks each in turns over 32 connections on the same
machine, of which it takes its share. Ours is measured with one worker and with two.
Then one worker answers 100,000 requests for thousands of manifests, and its memory is
looked at.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bench.arguments import run
from bench.pictures import small_image
from bench.table import Figure, absent, at_least, at_most, print_table
from support.debian_registry import DebianRegistry
from support.images import Image
from support.media_types import OCI_MANIFEST
from support.past import Fact, record_facts
from support.publishing import Push
from support.service import Service

CONNECTIONS = 32
TIMES_AS_FAST = 3
REQUESTS = 100_000
RESIDENT_MEGABYTES = 150
REPOSITORY = "many/app"
THEN = datetime(2023, 5, 6, tzinfo=UTC)

_MEGABYTE = 1_000_000
_UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


class Load(NamedTuple):
    """What a round of `wrk` came to; times in milliseconds."""

    requests: int
    per_second: float
    p99: float


def measure(*, quick: bool = False) -> bool:
    """Print the table; whether every goal was reached."""
    title = (
        f"Manifests by digest over {CONNECTIONS} connections, {os.cpu_count()} cores"
    )
    if shutil.which("wrk") is None:
        goal = f"≥ {TIMES_AS_FAST} times docker-registry"
        return print_table(title, [absent("requests", "wrk", goal)])
    images = [small_image(number) for number in range(20 if quick else 4_000)]
    seconds, rounds = (1, 1) if quick else (5, 5)
    with _servers(images) as servers:
        loads: dict[str, list[Load]] = {name: [] for name in servers}
        for _ in range(rounds):
            for name, (url, _) in servers.items():
                loads[name].append(
                    _load(f"{url}/manifests/{images[0].digest}", seconds)
                )
        url, service = servers["1 worker"]
        asked = sum(load.requests for load in loads["1 worker"])
        wanted = 1_000 if quick else REQUESTS
        while asked < wanted + sum(load.requests for load in loads["1 worker"]):
            asked += _load(url, seconds, images).requests
        assert service is not None
        resident = max(map(_resident_megabytes, service.workers()))
    return print_table(
        f"{title}, medians of {rounds} rounds in turns",
        [
            *_figures(loads),
            at_most(
                f"memory after {asked:,} requests, for {len(images):,} manifests",
                resident,
                RESIDENT_MEGABYTES,
                "MB",
            ),
        ],
    )


def _figures(loads: dict[str, list[Load]]) -> Iterator[Figure]:
    peer = loads.get("docker-registry")
    for name, found in loads.items():
        speed = statistics.median(load.per_second for load in found)
        p99 = statistics.median(load.p99 for load in found)
        yield Figure(name, f"{speed:,.0f} requests/s, p99 {p99:.3g} ms")
    for name, found in loads.items():
        if found is peer:
            continue
        if peer is None:
            goal = f"≥ {TIMES_AS_FAST} times"
            yield absent(f"{name}: as fast as the peer", "docker-registry", goal)
            continue
        times = statistics.median(
            mine.per_second / theirs.per_second
            for mine, theirs in zip(found, peer, strict=True)
        )
        later = statistics.median(
            mine.p99 / theirs.p99 for mine, theirs in zip(found, peer, strict=True)
        )
        yield at_least(
            f"{name}: times as fast as docker-registry", times, TIMES_AS_FAST, "times"
        )
        yield at_most(f"{name}: p99 beside docker-registry's", later, 1, "times")


@contextmanager
def _servers(
    images: Sequence[Image],
) -> Iterator[dict[str, tuple[str, Service | None]]]:
    """Each with the address of the repository, under `/v2/` as it spells it."""
    servers: dict[str, tuple[str, Service | None]] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if DebianRegistry.is_installed():
            registry = stack.enter_context(DebianRegistry(folder / "registry"))
            Push(registry.url).push(REPOSITORY, images[0].published, "0")
            servers["docker-registry"] = (
                f"{registry.url.replace('localhost', '127.0.0.1')}/v2/{REPOSITORY}",
                None,
            )
        facts = [
            Fact(f"{REPOSITORY}:{number}", image.published, THEN)
            for number, image in enumerate(images)
        ]
        ledger = record_facts(folder / "ledger.sqlite", facts)
        for count in (1, 2):
            log = folder / f"log of {count}"
            service = stack.enter_context(Service(ledger, workers=count, log=log))
            name = f"{count} worker{'s' if count > 1 else ''}"
            servers[name] = (f"{service.url}/v2/{REPOSITORY}", service)
        yield servers


def _load(url: str, seconds: int, images: Sequence[Image] = ()) -> Load:
    """Ask for one address, or for each of these manifests below it in turns."""
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "--latency",
        f"-HAccept: {OCI_MANIFEST}",
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        if images:
            script.write(_script(url, images))
            script.flush()
            command += ["-s", script.name]
        said = subprocess.run(
            [*command, url], capture_output=True, text=True, check=True
        ).stdout
    assert "Non-2xx" not in said, said
    # On a machine that is busy elsewhere a few take longer than wrk waits: they count.
    failed = re.search(r"connect (\d+), read (\d+), write (\d+)", said)
    assert failed is None or failed.groups() == ("0", "0", "0"), said
    requests, speed = (
        re.search(r"(\d+) requests in", said),
        re.search(r"Requests/sec: +([\d.]+)", said),
    )
    slowest = re.search(r"99% +([\d.]+)(us|ms|s)", said)
    assert requests is not None, said
    assert speed is not None, said
    assert slowest is not None, said
    return Load(
        int(requests[1]), float(speed[1]), float(slowest[1]) * _UNITS[slowest[2]]
    )


def _script(url: str, images: Sequence[Image]) -> str:
    path = "/" + url.split("/", 3)[3]
    paths = ",".join(f'"{path}/manifests/{image.digest}"' for image in images)
    return (
        f"local paths = {{{paths}}}\n"
        "local at = 0\n"
        "request = function()\n"
        "    at = at % #paths + 1\n"
        '    return wrk.format("GET", paths[at])\n'
        "end\n"
    )


def _resident_megabytes(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found, status
    return int(found[1]) * 1024 / _MEGABYTE


if __name__ == "__main__":
    if sys.platform != "linux":
        sys.exit("this bench reads /proc")
    run("Measure the registry of the past.", measure)
