"""Load from outside: requests at a fixed rate, whatever the server does meanwhile.

A process of its own. What it is asked for stands on stdin as JSON, what it measured
goes to stdout. The time of a request begins when it was due, not when a connection was
free: a server that stands still for a second makes a hundred slow answers, not one.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import msgspec

_Ask = Callable[[str, float], Awaitable[None]]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask: `count` requests over `paths` in turn, `rate` each second.

    A rate of 0 is as fast as the connections allow.
    """

    base: str
    paths: list[str]
    count: int
    connections: int = 16
    rate: float = 0.0


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds of each request, sorted; how many answers had which status; all of it."""

    latencies: list[float]
    statuses: dict[int, int]
    seconds: float

    def at(self, share: float) -> float:
        """The milliseconds within which this share of the requests was answered."""
        position = min(len(self.latencies) - 1, int(share * len(self.latencies)))
        return self.latencies[position] * 1_000

    @property
    def per_second(self) -> float:
        """Answers in a second."""
        return len(self.latencies) / self.seconds


def load(wanted: Wanted) -> Measured:
    """Put a service under load, from a process of its own."""
    done = subprocess.run(
        (sys.executable, "-m", "bench.load"),
        input=msgspec.json.encode(wanted),
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[1],
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=Measured)


async def _measured(wanted: Wanted) -> Measured:
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    connector = aiohttp.TCPConnector(limit=wanted.connections)
    async with aiohttp.ClientSession(wanted.base, connector=connector) as session:

        async def ask(path: str, due: float) -> None:
            async with session.get(path, allow_redirects=False) as answer:
                await answer.read()
                statuses[answer.status] += 1
            latencies.append(time.perf_counter() - due)

        began = time.perf_counter()
        if wanted.rate:
            await _at_a_rate(wanted, began, ask)
        else:
            await _as_fast_as_it_goes(wanted, ask)
        seconds = time.perf_counter() - began
    return Measured(latencies=sorted(latencies), statuses=statuses, seconds=seconds)


async def _at_a_rate(wanted: Wanted, began: float, ask: _Ask) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(wanted.count):
            due = began + number / wanted.rate
            await asyncio.sleep(due - time.perf_counter())
            path = wanted.paths[number % len(wanted.paths)]
            group.create_task(_asked(ask, path, due))


async def _asked(ask: _Ask, path: str, due: float) -> None:
    await ask(path, due)


async def _as_fast_as_it_goes(wanted: Wanted, ask: _Ask) -> None:
    numbers = iter(range(wanted.count))

    async def client() -> None:
        for number in numbers:
            path = wanted.paths[number % len(wanted.paths)]
            await ask(path, time.perf_counter())

    await asyncio.gather(*(client() for _ in range(wanted.connections)))


def main() -> None:
    """Read what is wanted, and say what was measured."""
    wanted = msgspec.json.decode(sys.stdin.buffer.read(), type=Wanted)
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(_measured(wanted))))


if __name__ == "__main__":
    main()
