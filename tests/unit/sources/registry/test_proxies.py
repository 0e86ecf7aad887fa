from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from yarl import URL

from support.access import BearerAccess
from support.certificates import Authority
from support.faults import hostile_realm, redirect
from support.images import random_image
from support.proxy import Proxy
from support.publishing import put_into
from support.registry import Registry
from support.token_server import TokenServer
from support.tokens import TokenIssuer
from tagledger.errors import ConnectionFailed, NotSupported, UnsafeAddress
from tagledger.sources.registry.proxies import Proxies
from unit.sources.registry.reading import Reader

IMAGE = random_image(layers=1)
CONFIG = f"/v2/a/b/blobs/{IMAGE.config.digest}"


def proxy_of(url: str, **environment: str) -> str | None:
    """The proxy for a URL in an environment."""
    proxy = Proxies(environment).proxy_for(URL(url))
    return None if proxy is None else str(proxy.url)


@pytest.mark.parametrize(
    ("environment", "url", "proxy"),
    [
        ({}, "https://a.example/", None),
        ({"https_proxy": "http://p:1"}, "https://a.example/", "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1"}, "https://a.example/", "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1"}, "http://a.example/", None),
        ({"http_proxy": "http://p:1"}, "http://a.example/", "http://p:1"),
        ({"http_proxy": "p:1"}, "http://a.example/", "http://p:1"),
        ({"all_proxy": "http://p:1"}, "http://a.example/", "http://p:1"),
        ({"ALL_PROXY": "http://p:1"}, "https://a.example/", "http://p:1"),
        (
            {"https_proxy": "https://p:1", "ALL_PROXY": "http://q"},
            "https://a/",
            "https://p:1",
        ),
        (
            {"https_proxy": "http://p:1", "HTTPS_PROXY": "http://q"},
            "https://a/",
            "http://p:1",
        ),
        ({"https_proxy": "", "HTTPS_PROXY": "http://p:1"}, "https://a/", "http://p:1"),
        ({"https_proxy": "http://u:p@p:1/x"}, "https://a.example/", "http://p:1"),
        ({"ALL_PROXY": "http://p:1"}, "http://localhost:5000/", None),
        ({"ALL_PROXY": "http://p:1"}, "http://127.0.0.1:5000/", None),
        ({"ALL_PROXY": "http://p:1"}, "http://[::1]:5000/", None),
    ],
)
def test_the_environment_names_proxies(
    environment: dict[str, str], url: str, proxy: str | None
) -> None:
    """Lower case wins, ALL_PROXY stands in, and this machine is asked directly."""
    assert proxy == proxy_of(url, **environment)


def test_a_web_servers_request_names_no_proxy() -> None:
    """In a CGI program HTTP_PROXY may be a request's header (CVE-2016-5385)."""
    assert proxy_of("http://a.example/", HTTP_PROXY="http://evil") is None


@pytest.mark.parametrize(
    ("exceptions", "url", "is_direct"),
    [
        ("*", "https://a.example/", True),
        ("a.example", "https://a.example/", True),
        ("A.Example", "https://a.EXAMPLE./", True),
        ("a.example", "https://b.a.example/", True),
        ("a.example", "https://ba.example/", False),
        (".a.example", "https://b.a.example/", True),
        (".a.example", "https://a.example/", True),
        ("*.a.example", "https://b.a.example/", True),
        ("x, a.example ,y", "https://a.example/", True),
        ("x a.example", "https://a.example/", True),
        ("a.example:8443", "https://a.example:8443/", True),
        ("a.example:8443", "https://a.example/", False),
        ("a.example:443", "https://a.example/", True),
        ("10.0.0.0/8", "https://10.1.2.3/", True),
        ("10.0.0.0/8", "https://11.1.2.3/", False),
        ("10.1.2.3", "https://10.1.2.3/", True),
        ("10.1.2.3:5000", "https://10.1.2.3:5000/", True),
        ("10.1.2.3:5000", "https://10.1.2.3/", False),
        ("fd00::/8", "https://[fd12::1]/", True),
        ("[fd12::1]:5000", "https://[fd12::1]:5000/", True),
        ("fd12::1", "https://[fd12::1]/", True),
        ("", "https://a.example/", False),
        (".", "https://a.example/", False),
        ("10.0.0.0/99", "https://10.1.2.3/", False),
    ],
)
def test_exceptions_are_asked_directly(
    exceptions: str,
    url: str,
    is_direct: bool,  # noqa: FBT001 - a case
) -> None:
    """Domains and what is under them, addresses, networks, ports, and `*` for all."""
    proxy = proxy_of(url, https_proxy="http://p:1", no_proxy=exceptions)

    assert is_direct == (proxy is None)


@pytest.mark.parametrize(
    "value", ["socks5://u:s3cret@p:1", "http://", "http://[x", "http://p:99999"]
)
def test_a_proxy_that_cannot_be_used_is_not_passed_by(value: str) -> None:
    """Going directly would be worse than an error, which names the variable alone."""
    with pytest.raises(NotSupported, match="all_proxy") as caught:
        Proxies({"ALL_PROXY": value})

    assert "s3cret" not in str(caught.value)


@pytest.fixture
async def registry() -> AsyncIterator[Registry]:
    """A registry with `IMAGE` as `a/b:1`, known to a proxy alone."""
    async with Registry() as running:
        put_into(running, "a/b", IMAGE.published, "1")
        yield running


async def test_plain_http_goes_through_a_proxy(registry: Registry) -> None:
    """The proxy is given whole addresses, and its credentials with each request."""
    routes = {"registry.test:80": registry.address}
    async with Proxy(routes=routes, user="u", password="p") as proxy:
        environment = {"http_proxy": proxy.url.replace("//", "//u:p@")}
        async with Reader(environment=environment, insecure=True) as reader:
            snapshot = await reader.observe("registry.test/a/b:1")

    assert len(snapshot.images) == 1
    assert proxy.targets[0] == "http://registry.test/v2/a/b/manifests/1"
    assert all("Proxy-Authorization" not in r.headers for r in registry.requests)


async def test_tls_goes_through_a_tunnel(tmp_path: Path) -> None:
    """The proxy sees no more than the name, and the registry nothing of its credentials."""
    authority = Authority()
    registry = Registry(tls=authority.server_context("registry.test"))
    put_into(registry, "a/b", IMAGE.published, "1")
    async with registry:
        routes = {"registry.test:443": registry.address}
        async with Proxy(routes=routes, user="u", password="p") as proxy:
            environment = {"https_proxy": proxy.url.replace("//", "//u:p@")}
            ca_cert = authority.write_ca(tmp_path)
            async with Reader(environment=environment, ca_cert=ca_cert) as reader:
                snapshot = await reader.observe("registry.test/a/b:1")

    assert len(snapshot.images) == 1
    assert {("CONNECT", "registry.test:443")} == {
        (passed.method, passed.target) for passed in proxy.passed
    }
    assert all("Proxy-Authorization" not in r.headers for r in registry.requests)


async def test_a_proxy_that_speaks_tls_is_trusted_by_the_same_authorities(
    registry: Registry, tmp_path: Path
) -> None:
    """`--ca-cert` counts for a proxy in a company's network, whatever lies behind it."""
    authority = Authority()
    async with (
        Proxy(
            routes={"registry.test:80": registry.address},
            tls=authority.server_context(),
        ) as proxy,
        Reader(
            environment={"http_proxy": proxy.url},
            ca_cert=authority.write_ca(tmp_path),
            insecure=True,
        ) as reader,
    ):
        snapshot = await reader.observe("registry.test/a/b:1")

    assert len(snapshot.images) == 1


async def test_a_proxy_that_refuses_is_told() -> None:
    """A proxy's own refusal is not the registry's, and shows no password."""
    async with Proxy(user="u", password="p") as proxy:
        environment = {"https_proxy": proxy.url.replace("//", "//u:s3cret@")}
        async with Reader(environment=environment) as reader:
            with pytest.raises(ConnectionFailed, match="407") as caught:
                await reader.observe("registry.test/a/b:1")

    assert "s3cret" not in str(caught.value)


async def test_a_proxy_that_is_not_there_is_named() -> None:
    """It is the proxy that cannot be reached, not the registry."""
    async with Proxy() as proxy:
        environment = {"https_proxy": proxy.url}
        port = proxy.port
    async with Reader(environment=environment) as reader:
        with pytest.raises(ConnectionFailed, match=f"proxy 127.0.0.1:{port}"):
            await reader.observe("registry.test/a/b:1")


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "169.254.169.254",
        "10.0.0.1",
        "2130706433",
        "metadata.google.internal",
    ],
)
async def test_a_proxy_is_not_led_to_unsafe_places(
    registry: Registry, host: str
) -> None:
    """What a proxy would look up is judged by its name."""
    async with Proxy(routes={"registry.test:80": registry.address}) as proxy:
        environment = {"http_proxy": proxy.url, "https_proxy": proxy.url}
        registry.on("GET", CONFIG, redirect(f"https://{host}/x"))
        async with Reader(environment=environment, insecure=True) as reader:
            with pytest.raises(UnsafeAddress):
                await reader.observe("registry.test/a/b:1")

    assert len(proxy.passed) == 2


async def test_a_realm_behind_a_proxy_is_judged_by_its_name(registry: Registry) -> None:
    """A proxy is not led to a metadata service for a token."""
    async with Proxy(routes={"registry.test:80": registry.address}) as proxy:
        registry.on("GET", "*", hostile_realm("http://169.254.169.254/token"))
        async with Reader(
            environment={"http_proxy": proxy.url}, insecure=True
        ) as reader:
            with pytest.raises(UnsafeAddress):
                await reader.observe("registry.test/a/b:1")

    assert len(proxy.passed) == 1


async def test_a_token_is_had_through_the_proxy_as_well() -> None:
    """Registry and token server are both behind the proxy."""
    issuer = TokenIssuer()
    async with TokenServer(issuer) as tokens:
        registry = Registry(access=BearerAccess(issuer, "http://auth.test/token"))
        put_into(registry, "a/b", IMAGE.published, "1")
        async with registry:
            routes = {
                "registry.test:80": registry.address,
                "auth.test:80": tokens.address,
            }
            async with Proxy(routes=routes) as proxy:
                environment = {"http_proxy": proxy.url}
                async with Reader(environment=environment, insecure=True) as reader:
                    await reader.observe("registry.test/a/b:1")

    assert len(tokens.requests) == 1
