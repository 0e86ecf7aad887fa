"""Network addresses: what kind each is, and which a server's word may lead us to.

A registry that the user named may be anywhere. Where that registry, or whoever wrote a
manifest, sends us is a stranger's word: it may lead to places that any stranger could
ask, and to those beside the registry itself, never into the user's machine, network or
cloud account.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from ipaddress import (
    IPv4Address,
    IPv6Address,
    IPv6Network,
    ip_address,
)

LOCAL_NAMES = frozenset({"localhost", "ip6-localhost", "ip6-loopback"})
"""Names that mean this machine without anybody being asked."""

METADATA_NAMES = frozenset(
    {"metadata", "metadata.google.internal", "metadata.goog", "instance-data"}
)
"""Names under which clouds serve a machine's own secrets to it."""

_METADATA = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",  # AWS, Azure, Google, DigitalOcean, OpenStack, Oracle
        "169.254.170.2",  # AWS ECS task credentials
        "169.254.170.23",  # AWS EKS pod identity
        "fd00:ec2::254",  # AWS over IPv6
        "fd00:ec2::23",  # AWS EKS pod identity over IPv6
        "fd20:ce::254",  # Google over IPv6
        "fd00:42::42",  # Scaleway over IPv6
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure's host, by its looks a public address
        "192.0.0.192",  # Oracle, older
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = IPv6Network("2000::/3")


class AddressKind(Enum):
    """Whose an address is; the value is how to say it."""

    PUBLIC = "a public address"
    PRIVATE = "an address of a private network"
    LOOPBACK = "this machine itself"
    LINK_LOCAL = "a link-local address"
    METADATA = "a cloud's metadata service"
    UNUSABLE = "an address that is nobody's"


class Purpose(Enum):
    """Who chose the place that is asked."""

    REGISTRY = "registry"
    """The user did."""

    TOKEN = "token"  # noqa: S105 - the purpose's name
    """The registry did, in a challenge: the realm that gives tokens."""

    REDIRECT = "redirect"
    """The registry did, by a redirect."""

    FOREIGN = "foreign"
    """Whoever wrote the manifest did."""


KindOfAddress = Callable[[str], AddressKind]


def kind_of_address(text: str) -> AddressKind:
    """The kind of an IPv4 or IPv6 address; one inside the other counts as the inner.

    Raises ValueError if the text is no address.
    """
    address = _unwrapped(ip_address(text.partition("%")[0]))
    if address in _METADATA:
        return AddressKind.METADATA
    if address.is_loopback:
        return AddressKind.LOOPBACK
    if address.is_link_local:
        return AddressKind.LINK_LOCAL
    if address.is_unspecified or address.is_multicast:
        # Connecting to 0.0.0.0 reaches this machine.
        return AddressKind.UNUSABLE
    # Python takes the old site-local addresses, among others, for global ones.
    is_unicast = address.version == 4 or address in _GLOBAL_UNICAST
    is_public = address.is_global and is_unicast
    return AddressKind.PUBLIC if is_public else AddressKind.PRIVATE


def kind_of_host(host: str, kind_of: KindOfAddress) -> AddressKind | None:
    """What the name alone tells; None where only looking it up would.

    For hosts that a proxy looks up. A number in a form other than that of an address
    (``127.1``, ``0x7f000001``) is some reader's address: nobody's to us.
    """
    name = host.lower().rstrip(".")
    if name in LOCAL_NAMES or name.endswith(".localhost"):
        return AddressKind.LOOPBACK
    if name in METADATA_NAMES:
        return AddressKind.METADATA
    try:
        return kind_of(name.strip("[]"))
    except ValueError:
        last = name.rpartition(".")[2]
        is_number = last.isdigit() or last.startswith("0x")
        return AddressKind.UNUSABLE if is_number else None


class Standing:
    """Where a registry was found to be: the addresses that answered for it."""

    def __init__(self, kind_of: KindOfAddress = kind_of_address) -> None:
        self.kind: AddressKind | None = None
        self.is_plain_http = False
        self.kind_of = kind_of
        self._addresses: set[str] = set()

    @property
    def is_loopback(self) -> bool:
        """Whether the registry runs on this machine."""
        return self.kind is AddressKind.LOOPBACK

    def found_at(self, address: str) -> None:
        """Note an address that answered for the registry.

        Only those of the first one's kind count: names that lead somewhere else the
        next time (DNS rebinding) gain nothing by it.
        """
        if address in self._addresses:
            return
        kind = self.kind_of(address)
        if self.kind in (None, kind):
            self.kind = kind
            self._addresses.add(address)

    def found_behind_proxy(self, host: str) -> None:
        """Note that a proxy reached the registry: only its name tells where it is."""
        if self.kind is None:
            self.kind = kind_of_host(host, self.kind_of) or AddressKind.PUBLIC

    def objection(self, address: str, purpose: Purpose) -> str | None:
        """Why this address must not be asked for this purpose; None if it may be."""
        if purpose is Purpose.REGISTRY:
            return None
        kind = self.kind_of(address)
        if purpose is not Purpose.FOREIGN and address in self._addresses:
            return None
        return self.objection_to_kind(kind, purpose)

    def objection_to_kind(self, kind: AddressKind, purpose: Purpose) -> str | None:
        """As `objection`, where only the kind of the address is known."""
        if purpose is Purpose.REGISTRY or kind is AddressKind.PUBLIC:
            return None
        if kind is AddressKind.LOOPBACK and self.is_loopback:
            return None
        is_private = self.kind in (AddressKind.PRIVATE, AddressKind.LOOPBACK)
        if kind is AddressKind.PRIVATE and is_private and purpose is Purpose.TOKEN:
            return None
        return f"it is on {kind.value}"


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv6Address):
        if inner := address.ipv4_mapped or address.sixtofour:
            return inner
        if address in _NAT64:
            return IPv4Address(address.packed[12:])
    return address
