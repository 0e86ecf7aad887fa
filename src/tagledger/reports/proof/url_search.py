"""The search for a foreign layer's unknown number at Microsoft's link service.

Two numbers are then unknown in one manifest: the size of its config, near to what the
page's text tells, and the link's, somewhere in a range. The size stands first, so for
each size everything up to the link is hashed once. A trial costs about a microsecond:
20,000 numbers, which is more than Microsoft gave out in a year, take a minute at most.

So were found all numbers of 2016 to 2019 that the packaged table has. Neighbours help:
nanoserver's number is mostly the one before servercore's of the same day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from tagledger.errors import NotSupported
from tagledger.model import media_types
from tagledger.model.digest import Digest
from tagledger.model.snapshot import Image, Snapshot
from tagledger.model.source import Progress, no_progress
from tagledger.reports.proof.config_size import predicted_size
from tagledger.reports.proof.foreign_layers import resolved_layers, unknown_layers
from tagledger.reports.proof.foreign_urls import LINK, ForeignUrls
from tagledger.reports.proof.learned import Learned
from tagledger.reports.proof.manifest_forms import DOCKER
from tagledger.reports.proof.trials import nearest_first

MAX_NUMBERS = 1_000_000
"""Widest range taken: some minutes for one layer."""

DEFAULT_NUMBERS = range(826_000, 876_000)
"""Where the numbers of 2016 to 2018 were found."""

SPREAD_BYTES = 280
"""How far from the prediction a config's size is tried, to both sides: no size of the
5,715 known is farther off."""

_STAND_IN = "@number@"


class FoundUrl(msgspec.Struct, frozen=True):
    """A URL that was found, and the manifest whose digest confirms it."""

    layer: Digest
    url: str
    manifest: Digest


class _Puzzle(msgspec.Struct, frozen=True):
    """A manifest in which the size of the config and one number are not known."""

    manifest: Digest
    layer: Digest
    before_size: bytes
    between: bytes
    behind: bytes
    predicted: int


def search_urls(
    snapshots: Iterable[Snapshot],
    *,
    numbers: range = DEFAULT_NUMBERS,
    urls: ForeignUrls,
    learned: Learned | None = None,
    found: Callable[[FoundUrl], None] = lambda _found: None,
    progress: Progress = no_progress,
) -> list[FoundUrl]:
    """Look for the URLs of foreign layers that no table knows, one layer after another.

    An image with two unknown layers waits until one of them is found with another's
    help. `found` is told at once, so that an interrupted search loses nothing;
    `progress` is called with the sizes tried of those to try. Raises NotSupported for
    a range that is too wide.
    """
    if len(numbers) > MAX_NUMBERS:
        problem = f"a range of {len(numbers)} numbers; {MAX_NUMBERS} is the most"
        raise NotSupported(problem)
    images = [(item, image) for item in snapshots for image in item.images]
    results: list[FoundUrl] = []
    tried: set[Digest] = set()
    while True:
        puzzles = _puzzles(images, urls, learned or Learned())
        open_ones = [item for item in puzzles if item.manifest not in tried]
        if not open_ones:
            return results
        # The fewer bytes stand behind the number, the faster.
        puzzle = min(open_ones, key=lambda item: len(item.behind))
        result = _solve(puzzle, numbers, progress)
        tried.add(puzzle.manifest)
        if result is not None:
            results.append(result)
            urls = urls.joined([(result.layer, result.url)])
            found(result)
        else:
            # Its other manifests would only be searched in vain for as long.
            tried.update(item.manifest for item in _same_layer(open_ones, puzzle))


def _same_layer(puzzles: Sequence[_Puzzle], puzzle: _Puzzle) -> list[_Puzzle]:
    return [item for item in puzzles if item.layer == puzzle.layer]


def _puzzles(
    images: Sequence[tuple[Snapshot, Image]], urls: ForeignUrls, learned: Learned
) -> Iterator[_Puzzle]:
    for snapshot, image in images:
        unknown = unknown_layers(image.layers, urls)
        if (
            len(unknown) != 1
            or image.manifest is None
            or image.manifest.media_type != media_types.DOCKER_MANIFEST
            or image.config_descriptor is None
            or any(layer.size_bytes is None for layer in image.layers)
        ):
            continue
        stand_in = urls.joined([(unknown[0], LINK.format(_STAND_IN))])
        layers = resolved_layers(image.layers, stand_in)[0]
        gap = DOCKER.gap(
            image.manifest.media_type, image.config_descriptor.digest, layers, {}
        )
        between, mark, behind = gap.tail.partition(_STAND_IN.encode())
        if not mark or _STAND_IN.encode() in behind:
            continue
        relative = learned.relative(snapshot.reference, image)
        missed = relative.missed_bytes if relative else 0
        yield _Puzzle(
            manifest=image.manifest.digest,
            layer=unknown[0],
            before_size=gap.head,
            between=between,
            behind=behind,
            predicted=max(SPREAD_BYTES, predicted_size(image) + missed),
        )


def _solve(puzzle: _Puzzle, numbers: range, progress: Progress) -> FoundUrl | None:
    low, high = puzzle.predicted - SPREAD_BYTES, puzzle.predicted + SPREAD_BYTES
    behind, wanted = puzzle.behind, puzzle.manifest.raw
    what = f"the URL of {puzzle.layer[:19]}"
    sizes = nearest_first(puzzle.predicted, low, high)
    for done, size in enumerate(sizes):
        progress(what, done, high - low + 1)
        hashed = puzzle.manifest.hasher()
        hashed.update(b"%b%d%b" % (puzzle.before_size, size, puzzle.between))
        fork = hashed.copy
        for number in numbers:
            attempt = fork()
            attempt.update(b"%d%b" % (number, behind))
            if attempt.digest() == wanted:
                url = LINK.format(number)
                return FoundUrl(puzzle.layer, url, puzzle.manifest)
    return None
