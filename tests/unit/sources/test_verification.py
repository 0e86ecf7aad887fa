import pytest

from tagledger.errors import DigestMismatch, SizeMismatch
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.sources.verification import Verification

CONTENT = b"0123456789"


def announced(size_bytes: int | None, algorithm: str = "sha256") -> Descriptor:
    """The blob, with a size that may be wrong."""
    return Descriptor("text/plain", Digest.of(CONTENT, algorithm), size_bytes)


@pytest.mark.parametrize("size_bytes", [None, 10])
@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_the_right_bytes_pass(size_bytes: int | None, algorithm: str) -> None:
    """In whatever chunks they come."""
    verification = Verification(announced(size_bytes, algorithm))

    verification.take(CONTENT[:3])
    verification.take(CONTENT[3:])
    verification.finish()


def test_wrong_bytes_are_noticed_at_the_end() -> None:
    """As many as announced, and others."""
    verification = Verification(announced(10))
    verification.take(CONTENT[::-1])

    with pytest.raises(DigestMismatch):
        verification.finish()


@pytest.mark.parametrize("offset", [0, 4])
def test_a_byte_too_many_is_noticed_at_once(offset: int) -> None:
    """A blob without an end has to be stopped before its end."""
    verification = Verification(announced(10), offset=offset)
    verification.take(CONTENT[offset:])

    with pytest.raises(SizeMismatch):
        verification.take(b"x")


@pytest.mark.parametrize("offset", [0, 4])
def test_a_byte_too_few_is_noticed_at_the_end(offset: int) -> None:
    """From an offset on the size is all that can be told."""
    verification = Verification(announced(10), offset=offset)
    verification.take(CONTENT[offset:-1])

    with pytest.raises(SizeMismatch):
        verification.finish()


def test_from_an_offset_on_nothing_is_hashed() -> None:
    """Whoever has the beginning hashes."""
    verification = Verification(announced(10), offset=4)

    verification.take(b"others")
    verification.finish()
