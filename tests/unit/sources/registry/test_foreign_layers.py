from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.access import BasicAccess
from support.blobs import Published, make_blob
from support.certificates import Authority
from support.faults import challenge, redirect, status
from support.foreign_host import ForeignHost
from support.images import image_of, random_image
from support.layers import Layer
from support.media_types import DOCKER_FOREIGN_LAYER
from support.publishing import put_into
from support.registry import Registry
from tagledger.errors import BlobNotFound, SizeMismatch, TagledgerError, UnsafeAddress
from tagledger.model.source import Wanted
from tagledger.sources.registry.addresses import AddressKind
from unit.sources.registry.reading import DATED, Reader, World, layer_descriptor

MOMENT = datetime(2018, 9, 18, 20, 20, 50, tzinfo=UTC)
CREDS = ("ada", "hunter2")
CONTENT = b"a Windows base layer"
BASE = make_blob(DOCKER_FOREIGN_LAYER, CONTENT)


def image_with(*urls: str, media_type: str = DOCKER_FOREIGN_LAYER) -> Published:
    """An image whose one layer is at these URLs and not in the registry."""
    made = random_image(layers=1)
    blob = make_blob(media_type, CONTENT)
    layer = Layer(blob, made.diff_ids[0], urls, is_held=False)
    return image_of(made.config.content, [layer]).published


@pytest.fixture
async def registry() -> AsyncIterator[Registry]:
    """A registry for `ada` only."""
    async with Registry(access=BasicAccess(*CREDS)) as running:
        yield running


@pytest.fixture
async def foreign() -> AsyncIterator[ForeignHost]:
    """Where the layer is."""
    async with ForeignHost() as running:
        running.put("/base", CONTENT, MOMENT)
        yield running


async def test_the_date_comes_from_the_layers_url(
    registry: Registry, foreign: ForeignHost
) -> None:
    """The host that the URL names is asked for headers, once, without credentials (CVE-2020-15157)."""
    put_into(registry, "a/b", image_with(f"{foreign.url}/base"), "1")
    async with Reader(creds=CREDS) as reader:
        snapshot = await reader.observe(f"{registry.address}/a/b:1", DATED)

    (layer,) = snapshot.images[0].layers
    assert MOMENT == layer.last_modified
    assert foreign.lines == ["HEAD /base"]
    assert foreign.credentials_seen == []
    assert registry.asked("HEAD") == []


async def test_a_challenge_of_a_foreign_host_is_not_answered(
    registry: Registry, foreign: ForeignHost
) -> None:
    """Whoever answers 401 gets no credentials, and no token is asked for (CVE-2020-15157)."""
    foreign.on("*", "*", challenge('Basic realm="registry"'))
    put_into(registry, "a/b", image_with(f"{foreign.url}/base"), "1")
    async with Reader(creds=CREDS) as reader:
        snapshot = await reader.observe(f"{registry.address}/a/b:1", DATED)

    assert snapshot.images[0].layers[0].last_modified is None
    assert foreign.lines == ["HEAD /base"]
    assert foreign.credentials_seen == []


async def test_foreign_dates_can_be_left_out(
    registry: Registry, foreign: ForeignHost
) -> None:
    """With `--no-foreign` no foreign host is asked."""
    put_into(registry, "a/b", image_with(f"{foreign.url}/base"), "1")
    async with Reader(creds=CREDS) as reader:
        wanted = Wanted(layer_dates=True, foreign_dates=False)
        await reader.observe(f"{registry.address}/a/b:1", wanted)

    assert foreign.requests == []


async def test_urls_of_a_layer_that_is_not_foreign_are_not_asked_for_its_date(
    registry: Registry, foreign: ForeignHost
) -> None:
    """Any descriptor may have `urls`; the registry answers for what is not foreign."""
    media_type = "application/vnd.docker.image.rootfs.diff.tar.gzip"
    published = image_with(f"{foreign.url}/base", media_type=media_type)
    put_into(registry, "a/b", published, "1")
    async with Reader(creds=CREDS) as reader:
        await reader.observe(f"{registry.address}/a/b:1", DATED)

    assert foreign.requests == []
    assert len(registry.asked("HEAD")) == 1


async def test_the_next_url_is_asked_where_one_fails(
    registry: Registry, foreign: ForeignHost
) -> None:
    """The first URL that works gives the date."""
    urls = ("ftp://127.0.0.1/x", f"{foreign.url}/none", f"{foreign.url}/base")
    put_into(registry, "a/b", image_with(*urls), "1")
    async with Reader(creds=CREDS) as reader:
        snapshot = await reader.observe(f"{registry.address}/a/b:1", DATED)

    assert snapshot.images[0].layers[0].last_modified == MOMENT
    assert reader.notices == []


NO_URL = "no http or https URL"
REFUSED = "refused to ask"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.org/x", REFUSED),
        ("https://169.254.169.254/x", REFUSED),
        ("https://10.0.0.1/x", REFUSED),
        ("https://[fd00:ec2::254]/x", REFUSED),
        ("http://user:secret@127.0.0.1/x", REFUSED),
        ("file:///etc/passwd", NO_URL),
        ("relative/path", NO_URL),
        ("//127.0.0.1/x", NO_URL),
        ("http://[x/", NO_URL),
        ("", NO_URL),
        ("https://x/\x1b[2J", NO_URL),
    ],
)
async def test_an_unsafe_url_gives_no_date(
    registry: Registry, url: str, reason: str
) -> None:
    """A place that must not be asked is noted, and the image is read all the same."""
    put_into(registry, "a/b", image_with(url), "1")
    async with Reader(creds=CREDS) as reader:
        snapshot = await reader.observe(f"{registry.address}/a/b:1", DATED)

    (notice,) = reader.notices
    assert snapshot.images[0].layers[0].last_modified is None
    assert BASE.digest in notice
    assert reason in notice
    assert "secret" not in notice
    assert "\x1b" not in notice


async def test_a_registry_elsewhere_leads_to_no_loopback_address(
    tmp_path: Path,
) -> None:
    """Only with a registry on this machine may a layer be on it."""
    authority = Authority()
    world = World(
        names={"registry.test": "127.0.0.2", "inside.test": "127.0.0.1"},
        kinds={"127.0.0.2": AddressKind.PUBLIC},
    )
    public = Registry(tls=authority.server_context("registry.test"), host="127.0.0.2")
    inside = ForeignHost(tls=authority.server_context("inside.test"))
    async with public, inside:
        url = f"https://inside.test:{inside.port}/base"
        put_into(public, "a/b", image_with(url), "1")
        async with Reader(world, ca_cert=authority.write_ca(tmp_path)) as reader:
            name = f"registry.test:{public.port}/a/b:1"
            await reader.observe(name, DATED)
            with pytest.raises(UnsafeAddress, match="this machine"):
                await reader.blob(name, layer_descriptor(CONTENT, urls=(url,)))

    assert inside.requests == []
    assert "this machine" in reader.notices[0]


async def test_a_foreign_redirect_is_checked_as_well(
    registry: Registry, foreign: ForeignHost
) -> None:
    """The address is checked on each hop."""
    foreign.on("*", "*", redirect("https://169.254.169.254/latest"))
    put_into(registry, "a/b", image_with(f"{foreign.url}/base"), "1")
    async with Reader(creds=CREDS) as reader:
        await reader.observe(f"{registry.address}/a/b:1", DATED)

    (notice,) = reader.notices
    assert "metadata service" in notice


@pytest.mark.parametrize("code", [404, 500])
async def test_a_foreign_host_that_fails_is_noted(
    registry: Registry, foreign: ForeignHost, code: int
) -> None:
    """A stranger's failure is no error of the registry's."""
    foreign.on("*", "*", status(code))
    put_into(registry, "a/b", image_with(f"{foreign.url}/base?sig=s3cret"), "1")
    async with Reader(creds=CREDS) as reader:
        snapshot = await reader.observe(f"{registry.address}/a/b:1", DATED)

    (notice,) = reader.notices
    assert snapshot.images[0].layers[0].last_modified is None
    assert "s3cret" not in notice


async def test_a_foreign_host_that_knows_no_head_is_asked_for_a_byte(
    registry: Registry, foreign: ForeignHost
) -> None:
    """Where HEAD is not known, the first byte's answer has the date as well."""
    foreign.on("HEAD", "*", status(405))
    put_into(registry, "a/b", image_with(f"{foreign.url}/base"), "1")
    async with Reader(creds=CREDS) as reader:
        snapshot = await reader.observe(f"{registry.address}/a/b:1", DATED)

    assert snapshot.images[0].layers[0].last_modified == MOMENT
    assert foreign.requests[1].headers["Range"] == "bytes=0-0"


async def test_a_foreign_layer_is_streamed_from_its_url(
    registry: Registry, foreign: ForeignHost
) -> None:
    """Where the registry has no such blob, its URL has, and gets no credentials."""
    descriptor = layer_descriptor(CONTENT, urls=(f"{foreign.url}/base",))
    async with Reader(creds=CREDS) as reader:
        content = await reader.blob(f"{registry.address}/a/b:1", descriptor)
        rest = await reader.blob(f"{registry.address}/a/b:1", descriptor, offset=5)

    assert content == CONTENT
    assert rest == CONTENT[5:]
    assert foreign.credentials_seen == []


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("https://10.0.0.1/x", UnsafeAddress),
        ("http://example.org/x", UnsafeAddress),
        ("http://user:secret@127.0.0.1/x", UnsafeAddress),
        ("http://127.0.0.1:{port}/none", BlobNotFound),
    ],
)
async def test_a_foreign_layer_that_cannot_be_had_is_an_error(
    registry: Registry, foreign: ForeignHost, url: str, error: type[TagledgerError]
) -> None:
    """Whoever wants the bytes is told why there are none."""
    descriptor = layer_descriptor(CONTENT, urls=(url.format(port=foreign.port),))
    async with Reader(creds=CREDS) as reader:
        with pytest.raises(error):
            await reader.blob(f"{registry.address}/a/b:1", descriptor)


async def test_a_foreign_layer_is_verified(
    registry: Registry, foreign: ForeignHost
) -> None:
    """More bytes than the descriptor says are not taken from a stranger."""
    descriptor = layer_descriptor(CONTENT[:-1], urls=(f"{foreign.url}/base",))
    async with Reader(creds=CREDS) as reader:
        with pytest.raises(SizeMismatch):
            await reader.blob(f"{registry.address}/a/b:1", descriptor)
