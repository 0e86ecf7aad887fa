"""Reads the small images of `bench.many`, as a process of its own: ours or the floor.

`python -m bench.reader WAY HOST:PORT COUNT` prints one JSON object: how many seconds
and how much processor time it took, and the resident memory after each quarter.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import aiohttp
import msgspec
import uvloop

from bench.registry import MANY

AT_ONCE = 16
PAGE_BYTES = 4096


class Reading(msgspec.Struct, frozen=True):
    """What one run took; `memory_bytes` after a quarter, half, three quarters, all."""

    documents: int
    seconds: float
    cpu_seconds: float
    memory_bytes: tuple[int, ...]

    @property
    def per_second(self) -> float:
        """Documents per second."""
        return self.documents / self.seconds

    @property
    def per_cpu_second(self) -> float:
        """Documents per second of our own processor time, whatever the server takes."""
        return self.documents / self.cpu_seconds


async def read_with_tagledger(address: str, count: int) -> Reading:
    """Each image observed as `report` does but for dates: verified and assembled."""
    from tagledger.model.source import Wanted
    from tagledger.sources.registry.options import RegistryOptions
    from tagledger.sources.registry.source import open_registry

    source, name = open_registry(f"{address}/{MANY}", RegistryOptions())

    async def one(number: int) -> int:
        tagged = msgspec.structs.replace(name, tag=str(number))
        snapshot = await source.observe(tagged, Wanted())
        assert len(snapshot.images[0].steps) == 8
        return len(snapshot.documents)

    try:
        return await _measured(one, count)
    finally:
        await source.aclose()


async def read_bare(address: str, count: int) -> Reading:
    """The floor: the same documents through aiohttp, hashed, and no more than that."""
    base = f"http://{address}/v2/{MANY}"
    accept = {"Accept": "application/vnd.oci.image.manifest.v1+json"}
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def fetch(path: str) -> bytes:
            async with session.get(f"{base}/{path}", headers=accept) as response:
                assert response.status == 200
                return await response.read()

        async def one(number: int) -> int:
            manifest = await fetch(f"manifests/{number}")
            digest = json.loads(manifest)["config"]["digest"]
            config = await fetch(f"blobs/{digest}")
            assert digest == f"sha256:{hashlib.sha256(config).hexdigest()}"
            return 2

        return await _measured(one, count)


async def _measured(one: Callable[[int], Awaitable[int]], count: int) -> Reading:
    """`one` for each number, `AT_ONCE` side by side."""
    memory: list[int] = []
    documents = 0
    numbers = iter(range(count))
    marks = [count * quarter // 4 for quarter in (1, 2, 3, 4)]

    async def work(numbers: Iterator[int]) -> None:
        nonlocal documents
        for number in numbers:
            read = await one(number)  # what is beside += is read before it waits
            documents += read
            if number + 1 in marks:
                memory.append(_resident_bytes())

    await one(0)  # connects, and loads what is loaded late
    began, cpu_began = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work(numbers) for _ in range(AT_ONCE)))
    return Reading(
        documents,
        time.perf_counter() - began,
        time.process_time() - cpu_began,
        tuple(memory),
    )


def _resident_bytes() -> int:
    """Zero where the system does not say."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[1]
    except OSError:
        return 0
    return int(pages) * PAGE_BYTES


WAYS = {"tagledger": read_with_tagledger, "bare": read_bare}


def main() -> None:
    """Read, and print what it took."""
    way, address, count = sys.argv[1:]
    reading = uvloop.run(WAYS[way](address, int(count)))
    print(msgspec.json.encode(reading).decode())


if __name__ == "__main__":
    main()
