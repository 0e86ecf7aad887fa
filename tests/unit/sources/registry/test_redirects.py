from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.access import BasicAccess
from support.certificates import Authority
from support.exchange import Answer, Fault, Reply, Request
from support.faults import redirect, redirect_in_a_circle, status, with_headers
from support.foreign_host import ForeignHost
from support.images import random_image
from support.publishing import put_into
from support.registry import Registry
from tagledger.errors import AccessDenied, InvalidAnswer, TagledgerError, UnsafeAddress
from tagledger.sources.registry.addresses import AddressKind
from tagledger.sources.registry.route import MAX_REDIRECTS
from unit.sources.registry.reading import DATED, Reader, World, layer_descriptor

IMAGE = random_image(layers=1)
CONFIG = f"/v2/a/b/blobs/{IMAGE.config.digest}"
MOMENT = datetime(2019, 11, 13, 14, 48, 55, tzinfo=UTC)
CREDS = ("ada", "hunter2")


@pytest.fixture
async def registry() -> AsyncIterator[Registry]:
    """A registry with `IMAGE` as `a/b:1`, for `ada` only."""
    async with Registry(access=BasicAccess(*CREDS)) as running:
        put_into(running, "a/b", IMAGE.published, "1")
        yield running


@pytest.fixture
async def storage() -> AsyncIterator[ForeignHost]:
    """Where the registry's blobs really are."""
    async with ForeignHost() as running:
        running.put("/blob?signature=s3cret", IMAGE.config.content)
        yield running


async def test_a_blob_elsewhere_is_fetched_without_credentials(
    registry: Registry, storage: ForeignHost
) -> None:
    """The credentials of the registry do not follow a redirect to another origin."""
    registry.on("GET", CONFIG, redirect(f"{storage.url}/blob?signature=s3cret"))
    async with Reader(creds=CREDS) as reader:
        snapshot = await reader.observe(f"{registry.address}/a/b:1")

    assert snapshot.images[0].config is not None
    assert len(storage.requests) == 1
    assert storage.credentials_seen == []


async def test_a_signed_address_is_asked_as_it_stands(
    registry: Registry, storage: ForeignHost
) -> None:
    """Signatures break if anything about an address is written otherwise."""
    path = "/a%2fb/c+d?X-Sig=a%2Fb%3d&e=1+2&empty="
    storage.put(path, IMAGE.config.content)
    registry.on("GET", CONFIG, redirect(f"{storage.url}{path}"))
    async with Reader(creds=CREDS) as reader:
        await reader.observe(f"{registry.address}/a/b:1")

    assert [f"GET {path}"] == storage.lines


async def test_the_registrys_own_redirects_keep_the_credentials(
    registry: Registry,
) -> None:
    """Within one origin the registry may move things as it likes."""
    registry.put_blob("elsewhere", IMAGE.config.content)
    registry.on("GET", CONFIG, redirect(CONFIG.replace("a/b", "elsewhere")))
    async with Reader(creds=CREDS) as reader:
        snapshot = await reader.observe(f"{registry.address}/a/b:1")

    assert snapshot.images[0].config is not None


async def test_there_is_no_way_back_from_elsewhere(
    registry: Registry, storage: ForeignHost
) -> None:
    """Who was sent away and back again is nobody to the registry."""
    storage.on("GET", "*", redirect(f"{registry.url}{CONFIG}?again"))
    registry.on("GET", CONFIG, _unless_again(f"{storage.url}/away"))
    async with Reader(creds=CREDS) as reader:
        with pytest.raises(AccessDenied):
            await reader.observe(f"{registry.address}/a/b:1")

    assert "Authorization" not in registry.requests[-1].headers


async def test_redirects_in_a_circle_end(registry: Registry) -> None:
    """There is a most number of redirects."""
    registry.on("GET", CONFIG, redirect_in_a_circle())
    async with Reader(creds=CREDS) as reader:
        with pytest.raises(InvalidAnswer, match="redirects"):
            await reader.observe(f"{registry.address}/a/b:1")

    assert len(registry.asked("GET", CONFIG)) == 1 + MAX_REDIRECTS


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("", InvalidAnswer),
        ("file:///etc/passwd", InvalidAnswer),
        ("ftp://127.0.0.1/x", InvalidAnswer),
        ("http://[x/", InvalidAnswer),
        ("http://127.0.0.1:99999/", InvalidAnswer),
        ("/a b", InvalidAnswer),
        ("//user:secret@127.0.0.1/x", UnsafeAddress),
        ("http://example.org/x", UnsafeAddress),
        ("http://169.254.169.254/x", UnsafeAddress),
        ("https://169.254.169.254/x", UnsafeAddress),
        ("https://10.0.0.1/x", UnsafeAddress),
        ("https://[fd00::1]/x", UnsafeAddress),
        ("https://[::ffff:10.0.0.1]/x", UnsafeAddress),
    ],
)
async def test_a_redirect_leads_to_public_places_over_tls(
    registry: Registry, location: str, error: type[TagledgerError]
) -> None:
    """Other schemes, users, plain HTTP, private and link-local addresses are refused."""
    registry.on("GET", CONFIG, redirect(location))
    async with Reader(creds=CREDS) as reader:
        with pytest.raises(error) as caught:
            await reader.observe(f"{registry.address}/a/b:1")

    assert "secret" not in str(caught.value)


async def test_a_registry_elsewhere_leads_to_no_loopback_address(
    tmp_path: Path,
) -> None:
    """Only a registry on this machine may redirect to this machine."""
    authority = Authority()
    world = World(
        names={"registry.test": "127.0.0.2", "inside.test": "127.0.0.1"},
        kinds={"127.0.0.2": AddressKind.PUBLIC},
    )
    registry = Registry(tls=authority.server_context("registry.test"), host="127.0.0.2")
    inside = ForeignHost(tls=authority.server_context("inside.test"))
    put_into(registry, "a/b", IMAGE.published, "1")
    async with registry, inside:
        registry.on("GET", CONFIG, redirect(f"https://inside.test:{inside.port}/x"))
        async with Reader(world, ca_cert=authority.write_ca(tmp_path)) as reader:
            with pytest.raises(UnsafeAddress, match="this machine"):
                await reader.observe(f"registry.test:{registry.port}/a/b:1")

    assert inside.requests == []


async def test_the_header_of_a_layer_elsewhere_may_be_had_by_get_alone(
    registry: Registry, storage: ForeignHost
) -> None:
    """An address signed for GET answers HEAD with 403: its first byte is asked for."""
    layer = IMAGE.layers[0].blob
    url = storage.put("/layer", layer.content, MOMENT)
    storage.on("HEAD", "*", status(403))
    registry.on("*", f"/v2/a/b/blobs/{layer.digest}", redirect(url))
    async with Reader(creds=CREDS) as reader:
        snapshot = await reader.observe(f"{registry.address}/a/b:1", DATED)

    (dated,) = snapshot.images[0].layers
    assert MOMENT == dated.last_modified
    assert storage.lines == ["HEAD /layer", "GET /layer"]
    assert storage.requests[1].headers["Range"] == "bytes=0-0"


async def test_a_layer_is_streamed_from_elsewhere(
    registry: Registry, storage: ForeignHost
) -> None:
    """Layers, too, are behind redirects."""
    url = storage.put("/layer", b"0123456789")
    registry.on("GET", "/v2/a/b/blobs/*", redirect(url))
    async with Reader(creds=CREDS) as reader:
        content = await reader.blob(
            f"{registry.address}/a/b:1", layer_descriptor(b"0123456789")
        )

    assert content == b"0123456789"
    assert storage.credentials_seen == []


async def test_no_cookie_is_sent_back(registry: Registry) -> None:
    """A server cannot mark us."""
    registry.on("GET", "/v2/*", with_headers(("Set-Cookie", "mark=1; Path=/")))
    async with Reader(creds=CREDS) as reader:
        await reader.observe(f"{registry.address}/a/b:1")

    assert all("Cookie" not in request.headers for request in registry.requests)


def _unless_again(url: str) -> Fault:
    """A redirect to `url`, unless the request comes from there."""

    async def fault(request: Request, answer: Answer) -> Reply:
        if "again" in request.target:
            return await answer(request)
        return Reply(307, (("Location", url),))

    return fault
