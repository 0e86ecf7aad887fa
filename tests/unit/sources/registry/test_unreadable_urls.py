import pytest
from yarl import URL

from tagledger.errors import InvalidAnswer
from tagledger.sources.registry.named_urls import parse_named_url


@pytest.mark.parametrize("text", ["//[]@", "https://[]@/x", "//[", "http://[::1"])
def test_brackets_that_hold_no_address_are_a_clean_error(text: str) -> None:
    """A redirect or a realm with a broken host ends in an error that names who sent it."""
    with pytest.raises(InvalidAnswer, match=r"https://example\.org/v2/"):
        parse_named_url(text, URL("https://example.org/v2/"))
