from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.access import BearerAccess
from support.certificates import Authority
from support.faults import hostile_realm, redirect
from support.images import random_image
from support.publishing import put_into
from support.registry import Registry
from support.token_server import TokenServer
from support.tokens import TokenIssuer
from tagledger.errors import InvalidAnswer, UnsafeAddress
from tagledger.sources.registry.addresses import AddressKind
from unit.sources.registry.reading import Reader, World

PUBLIC = {"127.0.0.2": AddressKind.PUBLIC, "127.0.0.3": AddressKind.PUBLIC}
NAMES = {
    "registry.test": "127.0.0.2",
    "auth.test": "127.0.0.3",
    "inside.test": "127.0.0.1",
}
CREDS = ("ada", "hunter2")


@pytest.fixture(scope="module")
def authority() -> Authority:
    """Who signs the certificates of all servers here."""
    return Authority()


@pytest.fixture
def ca_cert(authority: Authority, tmp_path: Path) -> Path:
    """The authority's certificate."""
    return authority.write_ca(tmp_path)


@pytest.fixture
async def public(authority: Authority) -> AsyncIterator[Registry]:
    """A registry that counts as one on a public address, over https."""
    context = authority.server_context("registry.test")
    async with Registry(tls=context, host="127.0.0.2") as running:
        put_into(running, "a/b", random_image().published, "1")
        yield running


def world() -> World:
    """A world in which 127.0.0.2 and 127.0.0.3 are public addresses."""
    return World(names=NAMES, kinds=PUBLIC)


async def test_a_realm_on_a_public_address_is_asked(
    authority: Authority, ca_cert: Path
) -> None:
    """A token server of its own, on another public address, is what Docker Hub has."""
    issuer = TokenIssuer({"ada": "hunter2"})
    tokens = TokenServer(
        issuer, tls=authority.server_context("auth.test"), host="127.0.0.3"
    )
    async with tokens:
        realm = f"https://auth.test:{tokens.port}/token"
        registry = Registry(
            tls=authority.server_context("registry.test"),
            host="127.0.0.2",
            access=BearerAccess(issuer, realm),
        )
        put_into(registry, "a/b", random_image().published, "1")
        async with registry, Reader(world(), ca_cert=ca_cert, creds=CREDS) as reader:
            snapshot = await reader.observe(f"registry.test:{registry.port}/a/b:1")

    assert len(snapshot.images) == 1


async def test_a_realm_without_tls_gets_nothing_from_a_registry_with_tls(
    public: Registry, ca_cert: Path
) -> None:
    """A token comes over https, unless the registry itself has none."""
    async with TokenServer(TokenIssuer(), host="127.0.0.3") as tokens:
        public.on(
            "GET", "/v2/*", hostile_realm(f"http://auth.test:{tokens.port}/token")
        )
        async with Reader(world(), ca_cert=ca_cert, creds=CREDS) as reader:
            with pytest.raises(UnsafeAddress, match="https"):
                await reader.observe(f"registry.test:{public.port}/a/b:1")

    assert tokens.requests == []


@pytest.mark.parametrize("host", ["inside.test", "127.0.0.1"])
async def test_a_realm_on_this_machine_is_not_asked(
    authority: Authority, public: Registry, ca_cert: Path, host: str
) -> None:
    """Neither by a name that leads here nor by the address does a registry elsewhere reach loopback."""
    context = authority.server_context("inside.test", "127.0.0.1")
    async with TokenServer(TokenIssuer(), tls=context) as tokens:
        public.on("GET", "/v2/*", hostile_realm(f"https://{host}:{tokens.port}/token"))
        async with Reader(world(), ca_cert=ca_cert, creds=CREDS) as reader:
            with pytest.raises(UnsafeAddress, match="this machine"):
                await reader.observe(f"registry.test:{public.port}/a/b:1")

    assert tokens.requests == []


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.1.1",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "100.100.100.200",
        "168.63.129.16",
        "[::]",
    ],
)
async def test_no_realm_is_a_metadata_service(host: str) -> None:
    """Not even a registry on loopback may point at link-local and metadata addresses."""
    async with Registry() as registry, Reader(creds=CREDS) as reader:
        registry.on("GET", "/v2/*", hostile_realm(f"http://{host}/latest/api/token"))
        with pytest.raises(UnsafeAddress):
            await reader.observe(f"{registry.address}/a/b:1")


@pytest.mark.parametrize("host", ["10.0.0.1", "[fd12::1]", "192.168.1.1"])
async def test_a_public_registry_leads_into_no_private_network(
    public: Registry, ca_cert: Path, host: str
) -> None:
    """A private address is for registries that are on one themselves."""
    public.on("GET", "/v2/*", hostile_realm(f"https://{host}/token"))
    async with Reader(world(), ca_cert=ca_cert, creds=CREDS) as reader:
        with pytest.raises(UnsafeAddress, match="private"):
            await reader.observe(f"registry.test:{public.port}/a/b:1")


async def test_a_redirect_of_a_realm_is_checked_as_well(
    authority: Authority, public: Registry, ca_cert: Path
) -> None:
    """The address is checked on each hop."""
    context = authority.server_context("auth.test")
    inside = TokenServer(TokenIssuer(), tls=authority.server_context("inside.test"))
    outside = TokenServer(TokenIssuer(), tls=context, host="127.0.0.3")
    async with inside, outside:
        outside.on(
            "GET", "/token", redirect(f"https://inside.test:{inside.port}/token")
        )
        realm = f"https://auth.test:{outside.port}/token"
        public.on("GET", "/v2/*", hostile_realm(realm))
        async with Reader(world(), ca_cert=ca_cert) as reader:
            with pytest.raises(UnsafeAddress, match="this machine"):
                await reader.observe(f"registry.test:{public.port}/a/b:1")

    assert len(outside.requests) == 1
    assert inside.requests == []


async def test_a_realm_with_a_user_in_it_is_refused() -> None:
    """A realm that names credentials of its own is no realm."""
    async with Registry() as registry, TokenServer(TokenIssuer()) as tokens:
        realm = tokens.realm.replace("http://", "http://evil:secret@")
        registry.on("GET", "/v2/*", hostile_realm(realm))
        async with Reader(creds=CREDS) as reader:
            with pytest.raises(UnsafeAddress) as caught:
                await reader.observe(f"{registry.address}/a/b:1")

    assert "secret" not in str(caught.value)
    assert tokens.requests == []


@pytest.mark.parametrize(
    "realm",
    [
        "",
        "ftp://auth.example/token",
        "http://",
        "https://a b/",
        "http://[x/",
        "http://x:99999/",
    ],
)
async def test_a_realm_that_is_no_address_is_an_invalid_answer(realm: str) -> None:
    """What cannot be read as an http or https URL is not asked."""
    async with Registry() as registry, Reader() as reader:
        registry.on("GET", "/v2/*", hostile_realm(realm))
        with pytest.raises(InvalidAnswer):
            await reader.observe(f"{registry.address}/a/b:1")


async def test_a_registry_on_loopback_may_have_its_tokens_there() -> None:
    """Side by side on this machine, neither needs TLS."""
    issuer = TokenIssuer()
    async with TokenServer(issuer) as tokens:
        registry = Registry(access=BearerAccess(issuer, tokens.realm))
        put_into(registry, "a/b", random_image().published, "1")
        async with registry, Reader() as reader:
            await reader.observe(f"{registry.address}/a/b:1")

    assert len(tokens.requests) == 1
