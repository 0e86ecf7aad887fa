"""Trials: numbers put into a gap until the document has the published digest.

A trial costs the hashing of what stands behind the number, one to ten microseconds;
everything before it is hashed once. Trials are ordered, so that few are needed, and
counted, so that no page can make them many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tagledger.model.digest import Digest
from tagledger.reports.proof.serialise import Gap

MIN_CONFIG_BYTES = 300
"""Smallest config of an image tried: Docker's own skeleton alone has more."""

MAX_CONFIG_BYTES = 25_000
"""Largest config tried whatever the page says: the largest of the public record has
less (the median is 8,159)."""

MAX_PREDICTED_BYTES = 200_000
"""Largest config tried because the page's text makes one of that size likely."""

NEAR_BYTES = 256
"""How far from the prediction is near: of the 5,715 sizes known of 2016 to 2018 95 in
100 are within 65 bytes of what the text alone makes likely, and none is 278 away."""

PAGE_BUDGET_BYTES = 4 * 1024**3
"""Bytes hashed for one page at most: 2 to 10 seconds. An image of which nothing fits
costs up to 0.3 GB, so a page of ten such platforms is still tried to the end."""

_TRIAL_OVERHEAD_BYTES = 1024
"""What a trial costs besides hashing, as bytes that could be hashed meanwhile."""


class Budget:
    """What may still be spent; shared by all that stands on one page."""

    def __init__(self, max_bytes: int = PAGE_BUDGET_BYTES) -> None:
        self._left_bytes = max_bytes
        self.is_spent = False
        """Whether trials had to be left out."""

    def allowed(self, trials: int, document_bytes: int) -> int:
        """How many of so many trials may be made."""
        affordable = self._left_bytes // (document_bytes + _TRIAL_OVERHEAD_BYTES)
        if affordable < trials:
            self.is_spent = True
        return min(trials, affordable)

    def spend(self, trials: int, document_bytes: int) -> None:
        """So many trials were made."""
        self._left_bytes -= trials * (document_bytes + _TRIAL_OVERHEAD_BYTES)


def find_number(
    gap: Gap, digest: Digest, numbers: Sequence[int], budget: Budget
) -> int | None:
    """The number that gives the document this digest, None if none of them does."""
    document_bytes = len(gap.tail)
    allowed = budget.allowed(len(numbers), document_bytes)
    hashed_head = digest.hasher()
    hashed_head.update(gap.head)
    fork, tail, wanted = hashed_head.copy, gap.tail, digest.raw
    made = 0
    for number in numbers[:allowed]:
        made += 1
        attempt = fork()
        attempt.update(b"%d%b" % (number, tail))
        if attempt.digest() == wanted:
            break
    else:
        number = None
    budget.spend(made, document_bytes)
    return number


def nearest_first(centre: int, low: int, high: int) -> Iterator[int]:
    """The numbers from low to high, both included, those nearest to the centre first.

    Of two at the same distance the larger comes first.
    """
    centre = min(max(centre, low), high)
    yield centre
    for distance in range(1, max(centre - low, high - centre) + 1):
        if centre + distance <= high:
            yield centre + distance
        if centre - distance >= low:
            yield centre - distance


def near_sizes(predicted: int) -> list[int]:
    """The config sizes to try first."""
    centre = min(max(predicted, MIN_CONFIG_BYTES), MAX_PREDICTED_BYTES)
    low = max(MIN_CONFIG_BYTES, centre - NEAR_BYTES)
    return list(nearest_first(centre, low, centre + NEAR_BYTES))


def far_sizes(predicted: int) -> list[int]:
    """All other config sizes that are tried, the likely ones first."""
    near = set(near_sizes(predicted))
    return [
        size
        for size in nearest_first(predicted, MIN_CONFIG_BYTES, MAX_CONFIG_BYTES)
        if size not in near
    ]
