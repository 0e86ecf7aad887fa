import pytest

from tagledger.flows.past.elsewhere import Redirects, where_it_lives
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.media_types import DOCKER_LAYER_FOREIGN

LISTED = Redirects.to("mcr.example", "Files.Example:8443", "10.0.0.7")


def foreign(*urls: str) -> Descriptor:
    """A foreign layer with these URLs."""
    return Descriptor(DOCKER_LAYER_FOREIGN, Digest.of(b""), 0, urls)


@pytest.mark.parametrize(
    "url",
    [
        "https://mcr.example/v2/windows/blobs/sha256:ab?x=1",
        "https://MCR.example/a",
        "https://mcr.example:443/a",
        "https://files.example:8443/a",
        "https://10.0.0.7/a",
    ],
)
def test_a_client_is_sent_to_places_that_are_listed(url: str) -> None:
    """A private address is one like any other: it has to be named."""
    assert LISTED.target(foreign(url)) is not None


@pytest.mark.parametrize(
    "url",
    [
        "http://mcr.example/a",
        "https://mcr.example:8443/a",
        "https://files.example/a",
        "https://user:secret@mcr.example/a",
        "https://user@mcr.example/a",
        "https://mcr.example.evil.example/a",
        "https://evil.example/https://mcr.example/",
        "https://evil.example\\@mcr.example/a",
        "https://10.0.0.8/a",
        "https://169.254.169.254/latest/meta-data",
        "https://mcr.example/a\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "//mcr.example/a",
        "",
        "https://[mcr.example/a",
    ],
)
def test_a_client_is_sent_nowhere_else(url: str) -> None:
    """Whoever wrote the manifest may have put in anything."""
    assert LISTED.target(foreign(url)) is None


def test_the_first_that_is_listed_is_taken() -> None:
    """A manifest may name several places."""
    descriptor = foreign("ftp://x", "https://other.example/a", "https://mcr.example/b")

    assert "https://mcr.example/b" == LISTED.target(descriptor)
    assert Redirects.to().target(descriptor) is None


def test_where_it_lives_is_told_without_secrets() -> None:
    """User, password and query stay out of words."""
    shown = where_it_lives(
        foreign("https://me:secret@a.example/b?sig=1", "https://c/d")
    )

    assert "https://a.example/b, https://c/d" == shown
