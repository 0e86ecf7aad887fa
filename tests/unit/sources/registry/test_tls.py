import ssl
from pathlib import Path
from typing import Any

import pytest

from support.certificates import Authority
from support.exchange import Reply
from support.faults import redirect, replying
from support.foreign_host import ForeignHost
from support.images import random_image
from support.publishing import put_into
from support.registry import Registry
from tagledger.errors import CertificateNotTrusted, ConnectionFailed, PlaceNotFound
from tagledger.sources.registry.addresses import AddressKind
from unit.sources.registry.reading import Reader, World

IMAGE = random_image(layers=1)


@pytest.fixture(scope="module")
def authority() -> Authority:
    """A private authority."""
    return Authority()


@pytest.fixture
def ca_cert(authority: Authority, tmp_path: Path) -> Path:
    """Its certificate."""
    return authority.write_ca(tmp_path)


def serving(tls: ssl.SSLContext | None, host: str = "127.0.0.1") -> Registry:
    """A registry with `IMAGE` as `a/b:1`."""
    registry = Registry(tls=tls, host=host)
    put_into(registry, "a/b", IMAGE.published, "1")
    return registry


async def test_a_private_authority_is_trusted_when_named(
    authority: Authority, ca_cert: Path
) -> None:
    """`--ca-cert` adds an authority to those of the system."""
    async with (
        serving(authority.server_context()) as registry,
        Reader(ca_cert=ca_cert) as reader,
    ):
        snapshot = await reader.observe(f"{registry.address}/a/b:1")

    assert len(snapshot.images) == 1
    assert registry.asked("GET", "/v2/a/b/manifests/1")


@pytest.mark.parametrize(
    ("name", "is_named"), [("127.0.0.1", False), ("other.test", True)]
)
async def test_a_certificate_that_proves_nothing_is_refused(
    authority: Authority,
    ca_cert: Path,
    name: str,
    is_named: bool,  # noqa: FBT001 - a case
) -> None:
    """An unknown authority and another name are both refused, once, and nothing is asked."""
    registry = serving(authority.server_context(name))
    async with registry, Reader(ca_cert=ca_cert if is_named else None) as reader:
        with pytest.raises(CertificateNotTrusted):
            await reader.observe(f"{registry.address}/a/b:1")

    assert registry.requests == []
    assert reader.world.pauses == []


async def test_insecure_does_not_mean_any_certificate(authority: Authority) -> None:
    """`--insecure` allows plain HTTP; a certificate still has to be a good one."""
    async with (
        serving(authority.server_context()) as registry,
        Reader(insecure=True) as reader,
    ):
        with pytest.raises(CertificateNotTrusted):
            await reader.observe(f"{registry.address}/a/b:1")

    assert registry.requests == []


async def test_a_client_certificate_is_shown(
    authority: Authority, ca_cert: Path, tmp_path: Path
) -> None:
    """A registry that wants to know its clients is shown who we are."""
    context = authority.server_context(needs_client_certificate=True)
    certificate, key = authority.write_client_certificate(tmp_path)
    async with serving(context) as registry:
        async with Reader(
            ca_cert=ca_cert, client_cert=certificate, client_key=key
        ) as reader:
            snapshot = await reader.observe(f"{registry.address}/a/b:1")
        async with Reader(ca_cert=ca_cert) as reader:
            with pytest.raises(ConnectionFailed):
                await reader.observe(f"{registry.address}/a/b:1")

    assert len(snapshot.images) == 1


async def test_a_client_certificate_is_not_shown_elsewhere(
    authority: Authority, ca_cert: Path, tmp_path: Path
) -> None:
    """A certificate is a credential: where a redirect leads, nobody sees it."""
    context = authority.server_context(needs_client_certificate=True)
    certificate, key = authority.write_client_certificate(tmp_path)
    async with serving(context) as registry, ForeignHost(tls=context) as foreign:
        registry.on("GET", "/v2/a/b/blobs/*", redirect(f"{foreign.url}/x"))
        async with Reader(
            ca_cert=ca_cert, client_cert=certificate, client_key=key
        ) as reader:
            with pytest.raises(ConnectionFailed):
                await reader.observe(f"{registry.address}/a/b:1")

    assert foreign.requests == []


@pytest.mark.parametrize("option", ["ca_cert", "client_cert"])
async def test_a_certificate_file_that_is_none_is_named(
    tmp_path: Path, option: str
) -> None:
    """A file that is missing or holds something else is an error that names it."""
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    for path in (broken, tmp_path / "none.pem"):
        named: dict[str, Any] = {option: path}
        async with Reader(**named) as reader:
            with pytest.raises(PlaceNotFound, match=path.name):
                await reader.observe("localhost:5000/a/b:1")


async def test_a_loopback_registry_with_tls_is_found(authority: Authority) -> None:
    """A server that hangs up on plain HTTP is asked over TLS, and its certificate is checked."""
    async with serving(authority.server_context()) as registry, Reader() as reader:
        with pytest.raises(CertificateNotTrusted):
            await reader.observe(f"{registry.address}/a/b:1")


async def test_a_bad_request_is_no_sign_of_tls() -> None:
    """A registry that answers 400 over plain HTTP is believed, if nobody speaks TLS there."""
    async with serving(None) as registry, Reader() as reader:
        registry.on("GET", "*/manifests/bad", replying(Reply(400)))
        for _ in range(2):
            with pytest.raises(Exception, match="400"):
                await reader.observe(f"{registry.address}/a/b:bad")
        snapshot = await reader.observe(f"{registry.address}/a/b:1")

    assert len(snapshot.images) == 1


async def test_a_registry_elsewhere_is_not_asked_without_tls() -> None:
    """Without `--insecure`, plain HTTP is never spoken to another machine."""
    world = World(
        names={"registry.test": "127.0.0.2"}, kinds={"127.0.0.2": AddressKind.PUBLIC}
    )
    async with serving(None, "127.0.0.2") as registry:
        async with Reader(world) as reader:
            with pytest.raises(ConnectionFailed, match="TLS"):
                await reader.observe(f"registry.test:{registry.port}/a/b:1")
        async with Reader(world, insecure=True) as reader:
            await reader.observe(f"registry.test:{registry.port}/a/b:1")

    assert len(registry.requests) == 2
