"""What is remembered is bounded."""

from tagledger.reports.page.cache import ENTRY_BYTES, BoundedCache


def test_the_oldest_go_first_when_the_sum_of_sizes_is_too_large() -> None:
    """A cache holds the newest entries that fit."""
    cache: BoundedCache[str, int] = BoundedCache(3 * ENTRY_BYTES)
    for number, key in enumerate("abcd"):
        cache.put(key, number, 0)

    assert [None, 1, 2, 3] == [cache.get(key) for key in "abcd"]


def test_an_entry_that_is_put_again_counts_once() -> None:
    """The size of the entry before it is given back."""
    cache: BoundedCache[str, int] = BoundedCache(2 * ENTRY_BYTES)
    for _ in range(5):
        cache.put("a", 1, 0)
        cache.put("b", 2, 0)

    assert [1, 2, 2] == [cache.get("a"), cache.get("b"), len(cache)]


def test_what_is_larger_than_everything_is_not_kept() -> None:
    """Nor does it leave anything behind that counts."""
    cache: BoundedCache[str, int] = BoundedCache(2 * ENTRY_BYTES)
    cache.put("large", 1, 10 * ENTRY_BYTES)
    cache.put("b", 2, 0)

    assert [None, 2] == [cache.get("large"), cache.get("b")]
