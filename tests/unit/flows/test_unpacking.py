import gzip
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagledger.errors import InvalidContent, MalformedDocument, NotSupported, TooLarge
from tagledger.flows.unpacking import Unpacking
from tagledger.model.digest import Digest

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LAYER = Digest("sha256:" + "a" * 64)
SKIPPABLE = bytes.fromhex("502a4d18") + (5).to_bytes(4, "little") + b"hello"
PLAIN = bytes(range(256)) * 40


def unpacked(packed: bytes, chunk: int = 1000, algorithm: str = "sha256") -> Unpacking:
    """What was told of these bytes in chunks."""
    unpacking = Unpacking(LAYER, algorithm)
    for start in range(0, len(packed), chunk):
        unpacking.take(packed[start : start + chunk])
    return unpacking


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(PLAIN),
        gzip.compress(PLAIN[:100]) + gzip.compress(PLAIN[100:]),
        gzip.compress(PLAIN) + bytes(512),
        zstd.compress(PLAIN),
        zstd.compress(PLAIN[:100]) + zstd.compress(PLAIN[100:]),
        zstd.compress(PLAIN) + SKIPPABLE,
        PLAIN,
    ],
    ids=[
        *("gzip", "gzip of two members", "gzip with padding"),
        *("zstd", "zstd of two frames", "zstd with a skippable frame", "plain"),
    ],
)
@pytest.mark.parametrize("chunk", [1, 7, 100, 10**6])
def test_every_kind_of_layer_is_unpacked(packed: bytes, chunk: int) -> None:
    """Members and frames after the first count, wherever the chunks are cut."""
    unpacking = unpacked(packed, chunk)

    assert Digest.of(PLAIN) == unpacking.finish()
    assert len(PLAIN) == unpacking.size_bytes


def test_the_diff_ids_own_algorithm_is_used() -> None:
    """A config may name its layers by SHA-512."""
    assert Digest.of(PLAIN, "sha512") == unpacked(PLAIN, algorithm="sha512").finish()


@pytest.mark.parametrize("packed", [b"", b"a", b"\x1f"])
def test_a_tiny_layer_is_what_it_is(packed: bytes) -> None:
    """A layer shorter than any mark of compression is not compressed."""
    assert Digest.of(packed) == unpacked(packed).finish()


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(PLAIN)[:-4],
        zstd.compress(PLAIN)[:-4],
        gzip.compress(PLAIN) + b"rubbish",
        zstd.compress(PLAIN) + b"rubbish that goes on",
        gzip.compress(PLAIN)[:-6] + b"\0" * 6,
        b"\x1f\x8brubbish and more rubbish",
        b"\x28\xb5\x2f\xfd\xffrubbish and more rubbish",
    ],
)
def test_a_damaged_layer_is_a_clean_error(packed: bytes) -> None:
    """Cut, garbled or followed by something else: the layer is named, nothing hangs."""
    with pytest.raises(MalformedDocument, match=LAYER):
        unpacked(packed).finish()


def test_a_compression_of_other_tools_is_named() -> None:
    """bzip2 and xz are no compressions of the specification."""
    with pytest.raises(NotSupported, match="xz"):
        unpacked(b"\xfd7zXZ\0" + PLAIN)


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress])
def test_a_bomb_is_left_unfinished(pack: object) -> None:
    """More than a gigabyte, and 200 times what came in, is not unpacked."""
    assert callable(pack)
    bomb = pack(bytes(150_000_000)) * 8

    with pytest.raises(TooLarge):
        unpacked(bomb, chunk=1024 * 1024)


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"\x1f\x8b", b"\x28\xb5\x2f\xfd"])
)
def test_whatever_bytes_come_there_is_a_digest_or_a_clean_error(
    content: bytes, mark: bytes
) -> None:
    """No foreign exception leaves, and the end is always reached."""
    with suppress(InvalidContent, NotSupported):
        assert unpacked(mark + content, chunk=50).finish()
