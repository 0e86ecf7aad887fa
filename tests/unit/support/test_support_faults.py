"""Each fault does to the wire what its name says; the client here is aiohttp's."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from support import faults
from support.exchange import Fault
from support.images import random_image
from support.publishing import put_into
from support.registry import Registry

PATH = "/v2/a/b/manifests/1.0"
RIGHT = random_image().manifest.content


@pytest.fixture
async def registry() -> AsyncIterator[Registry]:
    """A registry that holds one image."""
    async with Registry() as running:
        put_into(running, "a/b", random_image().published, "1.0")
        yield running


@pytest.fixture
async def client(registry: Registry) -> AsyncIterator[aiohttp.ClientSession]:
    """A client that neither follows redirects by itself nor unpacks what it gets."""
    async with aiohttp.ClientSession(registry.url, auto_decompress=False) as session:
        yield session


async def statuses(client: aiohttp.ClientSession, count: int) -> list[int]:
    """The statuses of `count` requests, one after another."""
    found = []
    for _ in range(count):
        async with client.get(PATH, allow_redirects=False) as response:
            await response.read()
            found.append(response.status)
    return found


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.status(503), [503, 503, 503]),
        (faults.times(2, faults.too_many_requests("1")), [429, 429, 200]),
        (faults.after(1, faults.status(500)), [200, 500, 500]),
        (faults.after(1, faults.times(1, faults.status(401))), [200, 401, 200]),
    ],
)
async def test_faults_act_as_often_as_told(
    registry: Registry, client: aiohttp.ClientSession, fault: Fault, expected: list[int]
) -> None:
    """A fault lasts for all requests, the first few, or those after them."""
    registry.on("GET", "/v2/*/manifests/*", fault)

    assert expected == await statuses(client, 3)


async def test_several_faults_apply_together(
    registry: Registry, client: aiohttp.ClientSession
) -> None:
    """All the faults of a path act, the one named first last of all on the reply."""
    registry.on("GET", PATH, faults.wrong_digest_header())
    registry.on("*", "*", faults.wrong_bytes(b"{}"))
    async with client.get(PATH) as response:
        body = await response.read()

    assert body == b"{}"
    assert response.headers["Docker-Content-Digest"] == "sha256:" + "0" * 64


async def test_a_truncated_body_ends_before_its_declared_length(
    registry: Registry, client: aiohttp.ClientSession
) -> None:
    """The client sees fewer bytes than Content-Length promised."""
    registry.on("GET", PATH, faults.truncated(10))
    async with client.get(PATH) as response:
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()

    assert response.headers["Content-Length"] == str(len(RIGHT))


async def test_gzip_is_declared_and_sent(
    registry: Registry, client: aiohttp.ClientSession
) -> None:
    """The body is packed even though nobody asked for it."""
    registry.on("GET", PATH, faults.gzip_encoded())
    async with client.get(PATH, headers={"Accept-Encoding": "identity"}) as response:
        body = await response.read()

    assert response.headers["Content-Encoding"] == "gzip"
    assert body.startswith(b"\x1f\x8b")


async def test_an_endless_body_has_no_end_and_no_length(
    registry: Registry, client: aiohttp.ClientSession
) -> None:
    """A client that reads on gets more, until it leaves."""
    registry.on("GET", PATH, faults.endless())
    async with client.get(PATH) as response:
        taken = 0
        while taken < 5_000_000:
            taken += len(await response.content.readany())

    assert "Content-Length" not in response.headers


async def test_a_slow_body_comes_in_drops(
    registry: Registry, client: aiohttp.ClientSession
) -> None:
    """The bytes are right in the end, but a short deadline passes first."""
    registry.on("GET", PATH, faults.slow_body(piece_bytes=200, pause_seconds=0.02))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05), client.get(PATH) as response:
            await response.read()
    async with client.get(PATH) as response:
        assert await response.read() == RIGHT


async def test_redirects_lead_where_they_say(
    registry: Registry, client: aiohttp.ClientSession
) -> None:
    """A redirect names its target; one in a circle names the path that was asked for."""
    registry.on(
        "GET", PATH, faults.times(1, faults.redirect("http://elsewhere.test/x"))
    )
    registry.on("GET", PATH, faults.redirect_in_a_circle())
    async with client.get(PATH, allow_redirects=False) as response:
        first = response.headers["Location"]
    async with client.get(PATH, allow_redirects=False) as response:
        second = response.headers["Location"]

    assert (first, second) == ("http://elsewhere.test/x", PATH)


async def test_links_lead_on_for_ever(
    registry: Registry, client: aiohttp.ClientSession
) -> None:
    """Each page of tags names another one that was not named before."""
    registry.on("GET", "*/tags/list", faults.endless_links())
    links = []
    for _ in range(3):
        async with client.get("/v2/a/b/tags/list") as response:
            links.append(response.headers["Link"])

    assert len(set(links)) == 3


@pytest.mark.parametrize("fault", [faults.reset(), faults.reset_after(10)])
async def test_a_connection_is_reset(
    registry: Registry, client: aiohttp.ClientSession, fault: Fault
) -> None:
    """The connection breaks, before the headers or in the body."""
    registry.on("GET", PATH, fault)
    with pytest.raises(aiohttp.ClientError):
        async with client.get(PATH) as response:
            await response.read()


async def test_a_hostile_realm_is_sent_as_a_challenge(
    registry: Registry, client: aiohttp.ClientSession
) -> None:
    """The challenge sends the client's credentials wherever the attacker likes."""
    registry.on("GET", PATH, faults.hostile_realm("https://169.254.169.254/token"))
    async with client.get(PATH) as response:
        challenge = response.headers["WWW-Authenticate"]

    assert response.status == 401
    assert challenge.startswith('Bearer realm="https://169.254.169.254/token",')


async def test_a_delay_holds_for_requests_side_by_side(
    client: aiohttp.ClientSession, registry: Registry
) -> None:
    """Requests that wait at the same time are counted as such."""
    registry.delay_seconds = 0.05
    await asyncio.gather(*(statuses(client, 1) for _ in range(4)))

    assert registry.most_at_once == 4
