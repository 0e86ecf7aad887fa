import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagledger.errors import LedgerDamaged
from tagledger.ledger.packs import MAX_PACK_BYTES, PACK_BYTES, packed, unpacked

contents = st.lists(
    st.tuples(st.binary(min_size=1, max_size=4), st.binary(max_size=99))
)


@given(contents)
def test_what_was_packed_comes_out_again(given: list[tuple[bytes, bytes]]) -> None:
    """Every content is where its pack says, in the order in which it came."""
    found = []
    for pack in packed(given):
        text = unpacked(pack.compressed, pack.size_bytes, "place", 1)
        ends = [*pack.starts[1:], pack.size_bytes]
        for key, start, end in zip(pack.keys, pack.starts, ends, strict=True):
            found.append((key, text[start:end]))

    assert given == found


def test_packs_are_closed_when_they_are_full() -> None:
    """So that little has to be unpacked for one content; a large one has a pack of its own."""
    sizes = [PACK_BYTES // 2, PACK_BYTES // 2, 3 * PACK_BYTES, 1]

    packs = [*packed((b"k", bytes(size)) for size in sizes)]

    assert [PACK_BYTES, 3 * PACK_BYTES, 1] == [pack.size_bytes for pack in packs]


@pytest.mark.parametrize("announced", [0, 99, 101, MAX_PACK_BYTES + 1, -1])
def test_a_pack_of_another_size_is_refused(announced: int) -> None:
    """No more is unpacked than was announced, and no more announced than there can be."""
    (pack,) = packed([(b"k", os.urandom(100))])

    with pytest.raises(LedgerDamaged):
        unpacked(pack.compressed, announced, "place", 1)


def test_what_is_cut_or_no_pack_is_refused() -> None:
    """A frame that ends early, or never began."""
    (pack,) = packed([(b"k", os.urandom(100))])

    for damaged in (pack.compressed[:-1], b"", b"not zstd"):
        with pytest.raises(LedgerDamaged):
            unpacked(damaged, pack.size_bytes, "place", 1)
