import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from support.exchange import Fault
from support.faults import (
    reset,
    slow_start,
    status,
    times,
    too_many_requests,
    truncated,
)
from support.images import random_image
from support.publishing import put_into
from support.rate_limit import RateLimit
from support.registry import Registry
from tagledger.errors import (
    AccessDenied,
    ConnectionFailed,
    HostNotFound,
    InvalidAnswer,
    RateLimited,
    ServerFailed,
    TimedOut,
)
from tagledger.model.times import http_date
from tagledger.sources.registry.retries import Retries, retry_at
from tagledger.sources.registry.surroundings import Surroundings
from unit.sources.registry.reading import Reader

IMAGE = random_image(layers=1)
NOW = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)


@pytest.fixture
async def registry() -> AsyncIterator[Registry]:
    """A registry with `IMAGE` as `a/b:1`."""
    async with Registry() as running:
        put_into(running, "a/b", IMAGE.published, "1")
        yield running


@pytest.mark.parametrize(
    "fault",
    [status(500), status(503), reset(), truncated(10), too_many_requests("1")],
    ids=["500", "503", "reset", "truncated", "429"],
)
async def test_what_may_pass_is_tried_again(registry: Registry, fault: Fault) -> None:
    """Failures of the server, the connection and the moment are not the end."""
    async with Reader() as reader:
        await reader.observe(f"{registry.address}/a/b:1")
        registry.on("GET", "*/manifests/*", times(2, fault))
        snapshot = await reader.observe(f"{registry.address}/a/b:1")

    assert len(snapshot.images) == 1
    assert reader.world.pauses


async def test_pauses_grow(registry: Registry) -> None:
    """Each pause is up to twice as long as the one before, and then it is enough."""
    registry.on("GET", "*", status(502))
    async with Reader() as reader:
        with pytest.raises(ServerFailed):
            await reader.observe(f"{registry.address}/a/b:1")

    assert reader.world.pauses == [0.25, 0.5, 1.0]
    assert len(registry.requests) == 4


async def test_what_will_not_pass_is_not_tried_again(registry: Registry) -> None:
    """A refusal stays a refusal."""
    registry.on("GET", "*", status(403))
    async with Reader() as reader:
        with pytest.raises(AccessDenied):
            await reader.observe(f"{registry.address}/a/b:1")

    assert len(registry.requests) == 1


async def test_a_name_that_nobody_knows_is_not_tried_again() -> None:
    """A name mistyped stays mistyped."""
    async with Reader() as reader:
        with pytest.raises(HostNotFound):
            await reader.observe("no.such.test/a/b:1")

    assert reader.world.pauses == []


async def test_nobody_at_the_port_is_told(registry: Registry) -> None:
    """A refused connection is a failed one, with the system's reason."""
    address = registry.address
    await registry.close()
    async with Reader() as reader:
        with pytest.raises(ConnectionFailed, match="refused"):
            await reader.observe(f"{address}/a/b:1")


async def test_a_server_that_says_nothing_is_not_waited_for(registry: Registry) -> None:
    """Time is limited for each try."""
    registry.on("GET", "*", slow_start(30))
    async with Reader(timeout_seconds=0.1) as reader:
        with pytest.raises(TimedOut, match=r"0\.1 s"):
            await reader.observe(f"{registry.address}/a/b:1")


async def test_an_answer_that_is_no_http_is_invalid() -> None:
    """Whatever else listens at a port is no registry."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Reader() as reader:
        with pytest.raises(InvalidAnswer, match="HTTP"):
            await reader.observe(f"127.0.0.1:{port}/a/b:1")


@pytest.mark.parametrize("text", ["2", http_date(NOW + timedelta(seconds=2))])
async def test_a_server_that_says_when_is_obeyed(registry: Registry, text: str) -> None:
    """Retry-After is kept, in seconds or as a date, and a little is added so that not all come at once."""
    registry.on("GET", "*/manifests/*", times(1, too_many_requests(text)))
    async with Reader() as reader:
        await reader.observe(f"{registry.address}/a/b:1")

    assert reader.world.pauses == [2.25]


async def test_a_long_wait_is_the_callers_to_decide(registry: Registry) -> None:
    """Past half a minute the error says when to come back, and nobody waits."""
    registry.on("GET", "*/manifests/*", too_many_requests("3600"))
    async with Reader() as reader:
        with pytest.raises(RateLimited) as caught:
            await reader.observe(f"{registry.address}/a/b:1")

    assert NOW + timedelta(hours=1) == caught.value.retry_at
    assert reader.world.pauses == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120", NOW + timedelta(minutes=2)),
        ("0", NOW),
        ("Thu, 29 Feb 2024 12:00:05 GMT", NOW + timedelta(seconds=5)),
        ("", None),
        ("-1", None),
        ("soon", None),
        ("9" * 30, None),
        ("999999999", NOW + timedelta(seconds=999_999_999)),
        ("٣", None),
    ],
)
def test_when_to_come_back_is_read(text: str, expected: datetime | None) -> None:
    """What is neither seconds nor a date says nothing."""
    assert expected == retry_at({"Retry-After": text}, NOW)


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_pauses_are_drawn_by_chance(chance: float) -> None:
    """Many clients do not come back at the same moment."""
    retries = Retries(Surroundings(chance=lambda: chance), attempts=20)

    assert 0.25 * chance == retries.pause_seconds(1, None)
    assert 8.0 * chance == retries.pause_seconds(19, None)


async def test_limits_are_told() -> None:
    """What the registry says of its limit reaches people, once while it stays the same."""
    async with Registry(rate_limit=RateLimit(100, remaining=77)) as limited:
        put_into(limited, "a/b", IMAGE.published, "1")
        async with Reader() as reader:
            await reader.observe(f"{limited.address}/a/b:1")

    (said,) = reader.rate_limits
    assert limited.address in said
    assert "76 of 100" in said
