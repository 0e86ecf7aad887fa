"""Who really asks, and under which name: what a proxy says counts if we trust it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

import msgspec

from tagledger.endpoint.asgi import Scope

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
"""How this machine calls itself."""

ANY_HOST = "*"
MAX_HOPS = 20
"""Most proxies that a request is believed to have come through."""

_HOST = re.compile(
    r"(?:[a-z0-9_.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?",
    re.ASCII | re.IGNORECASE,
)
_FORWARDED = (b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host")
_SIGNS_OF_A_PROXY = frozenset((*_FORWARDED, b"forwarded", b"via", b"x-real-ip"))


class Origin(msgspec.Struct, frozen=True):
    """Where a request comes from, and what it calls us.

    `is_direct` is false where somebody on the way left a sign: then an address of this
    machine is that of a proxy, not of who asks. `is_told` where a proxy that is trusted
    said who asks.
    """

    address: str
    scheme: str
    host: str
    is_direct: bool
    is_told: bool

    @property
    def ip(self) -> Address | None:
        """The address, None where there is none."""
        return _ip(self.address)

    @property
    def is_local(self) -> bool:
        """Whether somebody on this machine asks."""
        is_known = self.is_direct or self.is_told
        return is_known and self.ip is not None and self.ip.is_loopback


class Origins:
    """Tells where each request comes from."""

    def __init__(self, proxies: Iterable[Network] = ()) -> None:
        self._proxies = tuple(proxies)

    def of(self, scope: Scope) -> Origin:
        """The origin, by the connection and by what a trusted proxy says."""
        given: dict[bytes, bytes] = dict(scope["headers"])
        client = scope.get("client")
        address = client[0] if client else ""
        scheme = scope.get("scheme", "http")
        host = given.get(b"host", b"")
        is_direct = _SIGNS_OF_A_PROXY.isdisjoint(given)
        is_told = not is_direct and self._trusts(address)
        if is_told:
            address = self._behind(address, given.get(b"x-forwarded-for", b""))
            said = given.get(b"x-forwarded-proto", b"").strip().lower()
            scheme = said.decode() if said in (b"http", b"https") else scheme
            host = given.get(b"x-forwarded-host", host)
        name = host.decode("latin-1").strip()
        return Origin(address, scheme, name, is_direct, is_told)

    def _behind(self, address: str, forwarded: bytes) -> str:
        """The nearest address that no trusted proxy has.

        What stands further left was written by who asks, and is worth nothing.
        """
        hops = forwarded.decode("latin-1").split(",")[-MAX_HOPS:]
        for hop in reversed(hops):
            found = _ip(hop.strip())
            if found is None:
                break
            address = str(found)
            if not self._trusts(address):
                break
        return address

    def _trusts(self, address: str) -> bool:
        ip = _ip(address)
        return ip is not None and within(ip, self._proxies)


class TrustedHosts:
    """The names under which we answer: any other may be a trick on a browser."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(name.lower().strip("[]") for name in names)

    def has(self, host: str) -> bool:
        """Whether this `Host`, of which a port may be part, is one of ours."""
        if _HOST.fullmatch(host) is None:
            return False
        return ANY_HOST in self._names or name_of(host) in self._names


def name_of(host: str) -> str:
    """A `Host` without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def within(ip: Address, networks: Iterable[Network]) -> bool:
    """Whether the address is in one of these networks."""
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return any(ip.version == network.version and ip in network for network in networks)


def _ip(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
