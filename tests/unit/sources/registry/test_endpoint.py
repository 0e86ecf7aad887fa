from datetime import UTC, datetime

import pytest

from support.access import BasicAccess, BearerAccess
from support.images import index_of, random_image
from support.publishing import put_into
from support.registry import Registry
from support.tokens import TokenIssuer
from tagledger.errors import AuthenticationRequired, UnknownAddress
from tagledger.sources.registry.endpoint import Endpoint, endpoint_of
from tagledger.sources.registry.options import RegistryOptions
from unit.sources.registry.reading import DATED, Reader

INDEX = index_of([random_image(seed=1), random_image(seed=2, arch="arm64")])
MOMENT = datetime(2019, 11, 13, 14, 48, 55, tzinfo=UTC)


def asked(domain: str, **options: object) -> Endpoint:
    """Where a registry is asked with these options."""
    return endpoint_of(domain, RegistryOptions(**options))  # type: ignore[arg-type] # of many kinds


@pytest.mark.parametrize(
    ("domain", "host", "schemes"),
    [
        ("docker.io", "registry-1.docker.io", ("https",)),
        ("ghcr.io", "ghcr.io", ("https",)),
        ("registry.example:8443", "registry.example:8443", ("https",)),
        ("localhost:5000", "localhost:5000", ("http", "https")),
        ("127.0.0.7", "127.0.0.7", ("http", "https")),
        ("[::1]:5000", "[::1]:5000", ("http", "https")),
        ("localhost:443", "localhost:443", ("https",)),
        ("10.0.0.1:5000", "10.0.0.1:5000", ("https",)),
    ],
)
def test_plain_http_is_for_loopback_alone(
    domain: str, host: str, schemes: tuple[str, ...]
) -> None:
    """Every registry is asked over TLS, but one on this machine is asked without it first."""
    endpoint = asked(domain)

    assert (host, schemes) == (endpoint.host, endpoint.schemes)


def test_plain_http_elsewhere_has_to_be_asked_for() -> None:
    """`--insecure` is for registries without TLS, and still finds one that has it."""
    assert asked("10.0.0.1:5000", insecure=True).schemes == ("http", "https")


def test_a_ca_says_that_there_is_tls() -> None:
    """Whoever names an authority for a registry on loopback wants it checked."""
    assert asked("localhost:5000", ca_cert="ca.crt").schemes == ("https",)


@pytest.mark.parametrize(
    ("url", "path", "prefix", "host"),
    [
        ("https://mirror.example", "/v2/", "", "mirror.example"),
        ("https://mirror.example/", "/v2/", "", "mirror.example"),
        ("https://mirror.example:8443/hub", "/v2/", "hub/", "mirror.example:8443"),
        ("https://mirror.example/a/b/", "/v2/", "a/b/", "mirror.example"),
        ("https://mirror.example/v2/hub", "/v2/", "hub/", "mirror.example"),
        ("https://mirror.example/api/v2/hub", "/api/v2/", "hub/", "mirror.example"),
        ("http://localhost:5000", "/v2/", "", "localhost:5000"),
    ],
)
def test_a_mirror_is_a_url(url: str, path: str, prefix: str, host: str) -> None:
    """What comes before `/v2/` leads to the API, what comes after stands before each name."""
    endpoint = asked("docker.io", mirrors=(("docker.io", url),))

    assert (path, prefix, host) == (endpoint.api_path, endpoint.prefix, endpoint.host)


@pytest.mark.parametrize(
    "url",
    [
        "http://mirror.example",
        "ftp://mirror.example",
        "mirror.example",
        "https://",
        "https://mirror.example/?a=b",
        "https://mirror.example/a//b",
        "https://mirror.example/a b",
        "https://[x/",
    ],
)
def test_a_mirror_that_cannot_be_used_is_a_usage_error(url: str) -> None:
    """Plain HTTP needs `--insecure`, and a path has to be the beginning of names."""
    with pytest.raises(UnknownAddress):
        asked("docker.io", mirrors=(("docker.io", url),))


def test_a_mirrors_credentials_are_its_own() -> None:
    """Those of the registry do not go to its mirror; those in the mirror's URL do, and show nowhere."""
    mirrors = (("docker.io", "https://ada:s3cret@mirror.example"),)
    endpoint = asked("docker.io", mirrors=mirrors, creds=("bob", "hunter2"))

    assert endpoint.creds == ("ada", "s3cret")
    assert endpoint.credentials_key == "mirror.example"
    assert "s3cret" not in repr(endpoint)


async def test_a_mirror_is_asked_instead() -> None:
    """All requests go to the mirror, and names stay Docker Hub's."""
    async with Registry() as mirror:
        put_into(mirror, "hub/library/python", INDEX, "3.8", last_modified=MOMENT)
        async with Reader(mirrors=(("docker.io", f"{mirror.url}/hub"),)) as reader:
            snapshot = await reader.observe("python:3.8", DATED)
            tags = await reader.tags("python")

    assert str(snapshot.reference) == "docker.io/library/python:3.8"
    assert snapshot.source == "docker://python:3.8"
    assert tags == ["3.8"]


async def test_a_mirrors_token_is_for_the_name_that_it_knows() -> None:
    """The scope has the mirror's prefix, because the mirror's names have it."""
    issuer = TokenIssuer()
    async with Registry(access=BearerAccess(issuer)) as mirror:
        put_into(mirror, "hub/library/python", INDEX, "3.8")
        async with Reader(mirrors=(("docker.io", f"{mirror.url}/hub"),)) as reader:
            await reader.observe("python:3.8")

    (request,) = mirror.asked("GET", "/token")
    assert request.query["scope"] == "repository:hub/library/python:pull"


async def test_credentials_of_the_registry_are_not_sent_to_its_mirror() -> None:
    """`--creds` are for the registry that is named."""
    async with Registry(access=BasicAccess("ada", "hunter2")) as mirror:
        mirrors = (("docker.io", mirror.url),)
        async with Reader(mirrors=mirrors, creds=("ada", "hunter2")) as reader:
            with pytest.raises(AuthenticationRequired):
                await reader.observe("python:3.8")

    assert all("Authorization" not in request.headers for request in mirror.requests)
    assert len(reader.notices) == 1


async def test_other_registries_are_not_mirrored() -> None:
    """A mirror is for the registry that it is named for."""
    async with Registry() as registry, Registry() as mirror:
        put_into(registry, "a/b", INDEX, "1")
        async with Reader(mirrors=(("docker.io", mirror.url),)) as reader:
            await reader.observe(f"{registry.address}/a/b:1")

    assert mirror.requests == []
