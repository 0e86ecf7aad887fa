from ipaddress import ip_network

import pytest

from support.asgi import request_scope
from tagledger.server.origins import Origin, Origins, TrustedHosts

PROXIES = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


def origin(address: str, **headers: str) -> Origin:
    """Where a request with these headers comes from."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    scope = request_scope(address=address, host="ours.example", headers=named)
    return Origins(PROXIES).of(scope)


def test_what_a_stranger_says_of_itself_is_not_believed() -> None:
    """Address, scheme and name are those of the connection."""
    found = origin(
        "192.0.2.7",
        x_forwarded_for="127.0.0.1",
        x_forwarded_proto="https",
        x_forwarded_host="evil.example",
    )

    assert ("192.0.2.7", "http", "ours.example") == (
        found.address,
        found.scheme,
        found.host,
    )
    assert not found.is_told


def test_what_a_trusted_proxy_says_is_believed() -> None:
    """Address, scheme and name are those that it gives."""
    found = origin(
        "10.1.2.3",
        x_forwarded_for="198.51.100.4",
        x_forwarded_proto="https",
        x_forwarded_host="public.example",
    )

    assert ("198.51.100.4", "https", "public.example") == (
        found.address,
        found.scheme,
        found.host,
    )
    assert found.is_told


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.1, 198.51.100.4", "198.51.100.4"),
        ("127.0.0.1, 198.51.100.4, 10.9.9.9", "198.51.100.4"),
        ("198.51.100.4, 10.9.9.9, fd00::1", "198.51.100.4"),
        ("10.9.9.9", "10.9.9.9"),
        ("127.0.0.1, rubbish", "10.1.2.3"),
        ("", "10.1.2.3"),
        ("1.1.1.1, " * 500 + "198.51.100.4", "198.51.100.4"),
    ],
)
def test_the_nearest_address_that_no_proxy_of_ours_has_counts(
    forwarded: str, address: str
) -> None:
    """What stands left of it was written by who asks."""
    assert address == origin("10.1.2.3", x_forwarded_for=forwarded).address


def test_a_scheme_is_http_or_https() -> None:
    """Anything else that is said is left aside."""
    found = origin("10.1.2.3", x_forwarded_for="1.1.1.1", x_forwarded_proto="gopher")

    assert "http" == found.scheme


@pytest.mark.parametrize(
    ("address", "headers", "is_local"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("127.0.0.1", {"x_forwarded_for": "198.51.100.4"}, False),
        ("127.0.0.1", {"via": "1.1 proxy"}, False),
        ("127.0.0.1", {"forwarded": "for=198.51.100.4"}, False),
        ("127.0.0.1", {"x_real_ip": "198.51.100.4"}, False),
        ("192.0.2.7", {}, False),
        ("10.1.2.3", {"x_forwarded_for": "127.0.0.1"}, True),
        ("192.0.2.7", {"x_forwarded_for": "127.0.0.1"}, False),
        ("", {}, False),
    ],
)
def test_who_comes_through_a_proxy_is_not_this_machine(
    address: str,
    headers: dict[str, str],
    is_local: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """A proxy on this machine leaves signs, and they make the difference."""
    assert is_local == origin(address, **headers).is_local


@pytest.mark.parametrize(
    ("host", "is_trusted"),
    [
        ("ledger.example", True),
        ("Ledger.Example:8080", True),
        ("[::1]:8080", True),
        ("[::1]", True),
        ("evil.example", False),
        ("ledger.example.evil.example", False),
        ("evil.example:80@ledger.example", False),
        ("ledger.example/", False),
        ('ledger.example"', False),
        ("ledger.example:80:80", False),
        ("", False),
        ("ledger.example,evil.example", False),
    ],
)
def test_only_names_that_are_ours_are_answered_to(
    host: str,
    is_trusted: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Case and port make no difference, everything else does."""
    assert is_trusted == TrustedHosts(["ledger.example", "::1"]).has(host)


def test_any_name_still_has_to_be_one() -> None:
    """With `*` no markup and no quotation mark comes through either."""
    hosts = TrustedHosts(["*"])

    assert hosts.has("anything.example:1")
    assert not hosts.has('x"><script>')
    assert not hosts.has("")
