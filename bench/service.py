"""The pages of the service on the imported record: how long they take, and the memory.

Requests come at a fixed rate over 16 connections, from a process of their own on the
same machine; in turns with them, the same load on an application that only says `ok`.
"""

from __future__ import annotations

import argparse
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.load import Measured, Wanted, load
from bench.table import Figure, at_most, print_table
from bench.timing import PYTHON
from support.corpus import BUNDLE, SAMPLES
from support.service import Service
from tagledger.ledger.opening import open_for_reading
from tagledger.site.addresses import SEARCH, tag_path

RATE = 100.0
CONNECTIONS = 16
TAG_MILLISECONDS = 30
OTHER_MILLISECONDS = 50
WORKER_MEGABYTES = 150
REQUESTS = 100_000
WORKERS = 2

WORDS = (
    "curl",
    "apt-get install",
    "gpg keyserver",
    "make install",
    "openssl wget",
    "rm",
)
_MEGABYTE = 1_000_000


def measure(*, quick: bool = False, ledger: Path | None = None) -> bool:
    """Print the table; whether every goal was reached."""
    place = SAMPLES if quick else BUNDLE
    if ledger is None and not place.exists():
        print(f"\nService: skipped: there is no {place.name} beside this")
        return True
    with tempfile.TemporaryDirectory() as folder:
        if ledger is None:
            ledger = Path(folder) / "ledger.sqlite"
            imported(place, ledger)
        count, requests = (20, 200) if quick else (2_000, REQUESTS)
        kinds = paths(ledger)
        with (
            Service(ledger, workers=WORKERS, log=Path(folder) / "log") as service,
            floor() as base,
        ):
            figures = [
                line
                for kind, asked in kinds.items()
                for line in latencies(kind, asked, count, service.url, base)
            ]
            everything = [path for asked in kinds.values() for path in asked]
            done = asked_for(service.url, everything, requests)
            speed = f"{done.per_second:,.0f} in a second"
            memory = max(map(resident, service.workers()))
            figures += [
                Figure(f"all of these in turn, {requests:,} times", speed),
                at_most("a worker after that", memory, WORKER_MEGABYTES, "MB"),
            ]
    title = (
        f"Service, {WORKERS} workers, "
        f"{RATE:g} requests a second over {CONNECTIONS} connections"
    )
    return print_table(title, figures)


def latencies(
    kind: str, asked: list[str], count: int, service: str, base: str
) -> Iterator[Figure]:
    """The figures of one kind of page, beside the floor under the same load."""
    goal = TAG_MILLISECONDS if kind == "tag" else OTHER_MILLISECONDS
    # Every page once, so that each worker has read its templates and opened its files.
    asked_for(service, asked, max(2 * len(asked), 50))
    rounds = 3
    mine: list[Measured] = []
    least: list[Measured] = []
    for _ in range(rounds):
        for place, kept in ((base, least), (service, mine)):
            kept.append(asked_for(place, asked, count // rounds or 1, RATE))
    slow = sorted(found.at(0.99) for found in mine)[rounds // 2]
    floor_slow = sorted(found.at(0.99) for found in least)[rounds // 2]
    middle = sorted(found.at(0.5) for found in mine)[rounds // 2]
    yield at_most(f"{kind}: 99 of 100 within", slow, goal, "ms")
    yield Figure(f"{kind}: half within", f"{middle:.1f} ms")
    given_up = sum(found.statuses.get(503, 0) for found in mine)
    yield at_most(f"{kind}: given up after a second", given_up, 0, "")
    beside = f"{floor_slow:.1f} ms, {slow / floor_slow:.1f} times"
    yield Figure(f"{kind}: beside an application that says ok", beside)


def paths(ledger: Path) -> dict[str, list[str]]:
    """What is asked for: tags at random, always the same; the home page; searches."""
    with open_for_reading(str(ledger)) as opened:
        names = [name for name in opened.references() if name.tag and name.domain]
    chance = random.Random(7)  # noqa: S311 - the same each time, not secret
    tags = chance.sample(names, min(300, len(names)))
    return {
        "tag": [tag_path(name) for name in tags],
        "home": ["/"],
        "search": [f"{SEARCH}?q={word.replace(' ', '+')}" for word in WORDS],
    }


def asked_for(base: str, asked: list[str], count: int, rate: float = 0.0) -> Measured:
    """Ask for these, and see that what came were pages."""
    wanted = Wanted(
        base=base, paths=asked, count=count, rate=rate, connections=CONNECTIONS
    )
    measured = load(wanted)
    assert set(measured.statuses) <= {200, 503}, measured.statuses
    return measured


def resident(process: int) -> float:
    """Megabytes that a process has in memory."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / _MEGABYTE
    return 0.0


def imported(place: Path, ledger: Path) -> None:
    """Make the ledger, as a user does."""
    subprocess.run(
        (PYTHON, "-m", "tagledger", "--ledger", ledger, "import", "--no-proof", place),
        capture_output=True,
        check=True,
    )


@contextmanager
def floor() -> Iterator[str]:
    """The address of the application that says `ok`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen((PYTHON, "-m", "bench.floor", str(port))) as process:
        try:
            while not _listens(port):
                assert process.poll() is None, "the floor did not start"
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def main() -> None:
    """Run as a program; a ledger of the record may be named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="hardly anything")
    parser.add_argument("--ledger", type=Path, help="one that has the record already")
    asked = parser.parse_args()
    sys.exit(0 if measure(quick=asked.quick, ledger=asked.ledger) else 1)


if __name__ == "__main__":
    main()
