import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagledger.errors import DigestMismatch, MalformedDigest
from tagledger.model.digest import Digest


@given(st.binary(max_size=300), st.sampled_from(["sha256", "sha512"]))
def test_a_digest_names_its_bytes(content: bytes, algorithm: str) -> None:
    """The digest of bytes is that of the standard library, and verifies them."""
    digest = Digest.of(content, algorithm)

    assert digest == f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"
    assert digest.raw == hashlib.new(algorithm, content).digest()
    digest.verify(content)


def test_other_bytes_are_refused() -> None:
    """Bytes that hash to something else raise an error that names both digests."""
    digest = Digest.of(b"one")

    with pytest.raises(DigestMismatch) as caught:
        digest.verify(b"two")

    assert (digest, Digest.of(b"two")) == (caught.value.asked, caught.value.received)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sha256:",
        "sha256:" + "a" * 63,
        "sha256:" + "a" * 65,
        "sha256:" + "A" * 64,
        "sha256:" + "g" * 64,
        "sha512:" + "a" * 64,
        "md5:" + "a" * 32,
        "sha256:" + "a" * 64 + "\n",
        "sha256:../../../../../../../../../../../../../../../../../../../../etc/passwd",
        "sha256:" + "\u0661" * 64,
    ],
)
def test_cve_2024_3727_a_digest_is_read_by_its_grammar(text: str) -> None:
    """Nothing but an algorithm and its number of lower-case hex digits is a digest."""
    with pytest.raises(MalformedDigest):
        Digest(text)
