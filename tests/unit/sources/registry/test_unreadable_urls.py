import pytest
from yarl import URL

from tagledger.errors import InvalidAnswer, NotSupported, UnknownAddress
from tagledger.sources.registry.addresses import kind_of_address
from tagledger.sources.registry.endpoint import endpoint_of
from tagledger.sources.registry.named_urls import parse_named_url
from tagledger.sources.registry.options import RegistryOptions
from tagledger.sources.registry.proxies import parse_proxy

every_broken_host = pytest.mark.parametrize(
    "text", ["http://[]@", "https://[]@/x", "http://[", "http://[::1", "http://a:x"]
)


@every_broken_host
def test_a_place_with_a_broken_host_is_a_clean_error(text: str) -> None:
    """A redirect or a realm like that ends in an error that names who sent it."""
    with pytest.raises(InvalidAnswer, match=r"https://example\.org/v2/"):
        parse_named_url(text, URL("https://example.org/v2/"))


@every_broken_host
def test_a_mirror_with_a_broken_host_is_a_clean_error(text: str) -> None:
    """The user is told what is wrong."""
    options = RegistryOptions(mirrors=(("docker.io", text),))
    with pytest.raises(UnknownAddress, match="not the URL of a mirror"):
        endpoint_of("docker.io", options, kind_of_address)


@every_broken_host
def test_a_proxy_with_a_broken_host_is_a_clean_error(text: str) -> None:
    """The variable is named, and its value, which may hold a password, is not."""
    with pytest.raises(NotSupported, match="HTTPS_PROXY: its value cannot be used"):
        parse_proxy(text, "HTTPS_PROXY")
