import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagledger.sources.registry.addresses import (
    AddressKind,
    Purpose,
    Standing,
    kind_of_address,
    kind_of_host,
)

PUBLIC, PRIVATE = AddressKind.PUBLIC, AddressKind.PRIVATE
LOOPBACK, LINK_LOCAL = AddressKind.LOOPBACK, AddressKind.LINK_LOCAL
METADATA, UNUSABLE = AddressKind.METADATA, AddressKind.UNUSABLE


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("93.184.216.34", PUBLIC),
        ("2606:2800:220:1::1", PUBLIC),
        ("::ffff:93.184.216.34", PUBLIC),
        ("64:ff9b::5db8:d822", PUBLIC),
        ("10.1.2.3", PRIVATE),
        ("172.31.255.255", PRIVATE),
        ("192.168.0.1", PRIVATE),
        ("100.64.0.1", PRIVATE),
        ("198.18.0.1", PRIVATE),
        ("fd12:3456::1", PRIVATE),
        ("fec0::1", PRIVATE),
        ("::ffff:10.1.2.3", PRIVATE),
        ("64:ff9b::a01:203", PRIVATE),
        ("2002:a01:203::1", PRIVATE),
        ("127.0.0.1", LOOPBACK),
        ("127.255.255.254", LOOPBACK),
        ("::1", LOOPBACK),
        ("::ffff:127.0.0.1", LOOPBACK),
        ("2002:7f00:1::", LOOPBACK),
        ("169.254.1.1", LINK_LOCAL),
        ("fe80::1", LINK_LOCAL),
        ("fe80::1%eth0", LINK_LOCAL),
        ("169.254.169.254", METADATA),
        ("169.254.170.2", METADATA),
        ("fd00:ec2::254", METADATA),
        ("100.100.100.200", METADATA),
        ("168.63.129.16", METADATA),
        ("::ffff:169.254.169.254", METADATA),
        ("0.0.0.0", UNUSABLE),  # noqa: S104 - an address to be refused
        ("::", UNUSABLE),
        ("224.0.0.1", UNUSABLE),
        ("ff02::1", UNUSABLE),
        ("255.255.255.255", PRIVATE),
    ],
)
def test_every_address_is_of_a_kind(address: str, kind: AddressKind) -> None:
    """An address inside another one counts as what it is inside."""
    assert kind == kind_of_address(address)


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("registry.example", None),
        ("LOCALHOST", LOOPBACK),
        ("localhost.", LOOPBACK),
        ("a.localhost", LOOPBACK),
        ("notlocalhost", None),
        ("metadata.google.internal", METADATA),
        ("127.0.0.1", LOOPBACK),
        ("[::1]", LOOPBACK),
        ("93.184.216.34", PUBLIC),
        ("2130706433", UNUSABLE),
        ("127.1", UNUSABLE),
        ("0x7f000001", UNUSABLE),
        ("0177.0.0.1", UNUSABLE),
    ],
)
def test_some_names_tell_their_address(host: str, kind: AddressKind | None) -> None:
    """Numbers in other forms than an address's are nobody's: another reader could take them for one."""
    assert kind == kind_of_host(host, kind_of_address)


def standing_at(*addresses: str) -> Standing:
    """Where a registry is that answered from these addresses."""
    standing = Standing()
    for address in addresses:
        standing.found_at(address)
    return standing


@pytest.mark.parametrize(
    ("registry", "address", "allowed"),
    [
        (
            "93.184.216.34",
            "93.184.216.35",
            {Purpose.TOKEN, Purpose.REDIRECT, Purpose.FOREIGN},
        ),
        ("93.184.216.34", "10.0.0.1", set()),
        ("93.184.216.34", "127.0.0.1", set()),
        ("93.184.216.34", "169.254.169.254", set()),
        ("10.0.0.1", "10.0.0.2", {Purpose.TOKEN}),
        ("10.0.0.1", "10.0.0.1", {Purpose.TOKEN, Purpose.REDIRECT}),
        ("10.0.0.1", "127.0.0.1", set()),
        ("10.0.0.1", "169.254.169.254", set()),
        ("127.0.0.1", "127.0.0.1", {Purpose.TOKEN, Purpose.REDIRECT, Purpose.FOREIGN}),
        ("127.0.0.1", "::1", {Purpose.TOKEN, Purpose.REDIRECT, Purpose.FOREIGN}),
        ("127.0.0.1", "10.0.0.1", {Purpose.TOKEN}),
        ("127.0.0.1", "169.254.169.254", set()),
        ("127.0.0.1", "0.0.0.0", set()),  # noqa: S104 - an address to be refused
        ("169.254.7.7", "169.254.7.7", {Purpose.TOKEN, Purpose.REDIRECT}),
        ("169.254.7.7", "169.254.7.8", set()),
    ],
)
def test_a_strangers_word_leads_only_so_far(
    registry: str, address: str, allowed: set[Purpose]
) -> None:
    """What may be asked on somebody's word depends on whose it is and on where the registry is."""
    standing = standing_at(registry)

    assert allowed == {
        purpose
        for purpose in Purpose
        if purpose is not Purpose.REGISTRY
        and standing.objection(address, purpose) is None
    }


def test_the_user_may_ask_any_address() -> None:
    """The registry that the user named may be anywhere."""
    assert Standing().objection("169.254.169.254", Purpose.REGISTRY) is None


def test_before_the_registry_answered_only_public_addresses_are_asked() -> None:
    """Nothing is known of where it is."""
    assert Standing().objection("127.0.0.1", Purpose.TOKEN) is not None
    assert Standing().objection("93.184.216.34", Purpose.TOKEN) is None


def test_a_name_that_leads_elsewhere_later_gains_nothing() -> None:
    """Only addresses of the first one's kind are the registry's (DNS rebinding)."""
    standing = standing_at("93.184.216.34", "127.0.0.1", "169.254.169.254")

    assert standing.objection("127.0.0.1", Purpose.TOKEN) is not None
    assert standing.objection("169.254.169.254", Purpose.REDIRECT) is not None


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_has_the_same_kind(address: object) -> None:
    """IPv4 written as IPv6 makes nothing reachable that was not."""
    assert kind_of_address(str(address)) == kind_of_address(f"::ffff:{address}")
