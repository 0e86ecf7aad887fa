import asyncio

from support.images import index_of, random_image
from support.publishing import put_into
from support.registry import Registry
from unit.sources.registry.reading import DATED, Reader

INDEX = index_of(
    [random_image(seed=seed, arch=f"arch{seed}", layers=4) for seed in range(10)]
)


async def test_requests_are_made_side_by_side() -> None:
    """An index, then manifests, then configs and layers take four round trips, not sixty."""
    async with (
        Registry(delay_seconds=0.05) as registry,
        Reader(parallel_requests=100) as reader,
    ):
        put_into(registry, "a/b", INDEX, "1")
        began = asyncio.get_running_loop().time()
        await reader.observe(f"{registry.address}/a/b:1", DATED)
        seconds = asyncio.get_running_loop().time() - began

    assert len(registry.requests) == 1 + 10 + 10 + 40
    assert seconds < len(registry.requests) * 0.05 / 2


async def test_requests_at_once_are_bounded() -> None:
    """A registry is never asked more at once than was allowed, whoever asks for what."""
    async with (
        Registry(delay_seconds=0.01) as registry,
        Reader(parallel_requests=5) as reader,
    ):
        put_into(registry, "a/b", INDEX, "1")
        await asyncio.gather(
            *(reader.observe(f"{registry.address}/a/b:1", DATED) for _ in range(3))
        )

    assert registry.most_at_once == 5


async def test_connections_are_used_again() -> None:
    """Many requests one after another need one connection."""
    async with Registry() as registry, Reader(parallel_requests=1) as reader:
        put_into(registry, "a/b", INDEX, "1")
        for _ in range(3):
            await reader.observe(f"{registry.address}/a/b:1", DATED)

    assert len({request.remote_port for request in registry.requests}) == 1
