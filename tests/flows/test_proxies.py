"""Behind a proxy, as companies are."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.certificates import Authority
from support.images import random_image
from support.program import Program
from support.proxy import Proxy
from support.publishing import put_into
from support.registry import Registry

IMAGE = random_image(layers=1).published
NAME = "registry.example.test"


@pytest.fixture
def authority() -> Authority:
    """Who signs for the registry."""
    return Authority()


@pytest.fixture
def registry(authority: Authority) -> Iterator[Registry]:
    """A registry under a name that only the proxy can find."""
    with Registry(tls=authority.server_context(NAME)) as server:
        put_into(server, "a/b", IMAGE, "1.0")
        yield server


def test_a_tunnel_is_used(
    program: Program, registry: Registry, authority: Authority, tmp_path: Path
) -> None:
    """`HTTPS_PROXY`: TLS goes through the proxy to the registry, which nobody else resolves."""
    with Proxy(routes={f"{NAME}:443": registry.address}) as proxy:
        behind = program.with_variables(HTTPS_PROXY=proxy.url)
        trusted = ("--ca-cert", str(authority.write_ca(tmp_path)))

        content = behind.output("raw", f"{NAME}/a/b:1.0", *trusted)

    assert IMAGE.root.content == content
    assert {f"{NAME}:443"} == set(proxy.targets)


def test_the_proxy_s_own_password_is_not_said(
    program: Program, registry: Registry
) -> None:
    """A proxy that refuses us is named without what its address holds."""
    routes = {f"{NAME}:443": registry.address}
    with Proxy(routes=routes, user="us", password="right") as proxy:
        wrong = proxy.url.replace("://", "://us:hunter2@")
        behind = program.with_variables(HTTPS_PROXY=wrong)

        done = behind.run("raw", f"{NAME}/a/b:1.0")

    assert done.code in {4, 5}
    assert b"" == done.out
    assert "hunter2" not in done.err


def test_plain_http_goes_through_its_own_proxy(program: Program) -> None:
    """`http_proxy`, in small letters as curl has it."""
    with Registry() as plain, Proxy(routes={f"{NAME}:80": plain.address}) as proxy:
        put_into(plain, "a/b", IMAGE, "1.0")
        behind = program.with_variables(http_proxy=proxy.url)

        content = behind.output("raw", "--insecure", f"{NAME}/a/b:1.0")

    assert IMAGE.root.content == content
    assert proxy.targets


def test_a_name_may_be_kept_from_the_proxy(program: Program) -> None:
    """`NO_PROXY`, and loopback in any case where it is named so."""
    with Registry() as plain, Proxy() as proxy:
        put_into(plain, "a/b", IMAGE, "1.0")
        behind = program.with_variables(http_proxy=proxy.url, NO_PROXY="127.0.0.1")

        content = behind.output("raw", f"{plain.address}/a/b:1.0")

    assert IMAGE.root.content == content
    assert [] == proxy.targets
