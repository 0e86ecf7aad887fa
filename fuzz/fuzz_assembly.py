"""Snapshots assembled from hostile documents, and every report of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from choices import Choices
from loop import main
from made_documents import changed_publication
from output import check_reports
from seeds import kinds

from tagledger.model.host_platform import parse_host_platform
from tagledger.model.platform import parse_platform
from tagledger.model.snapshot import Image, Snapshot
from tagledger.model.source import Wanted

if TYPE_CHECKING:
    from support.blobs import Published

_FILTERS = tuple(
    parse_platform(text)
    for text in ("linux", "linux/arm/v7", "windows(10.0.17763)/amd64", "s390x")
)
_HOSTS = tuple(
    parse_host_platform(text)
    for text in ("linux/arm64", "windows(10.0.26100)/amd64", "linux/arm/v6")
)


def check(content: bytes) -> None:
    """What is stated agrees with the bytes, whatever those are."""
    draw = Choices(content)
    wanted = Wanted(
        platforms=draw.several(lambda: draw.pick(_FILTERS), 2),
        host=draw.perhaps(lambda: draw.pick(_HOSTS)),
        children=not draw.flag(),
        configs=not draw.flag(),
        layer_dates=draw.flag(),
        foreign_dates=draw.flag(),
        attestations=draw.flag(),
    )
    snapshot = _RUNNER.run(_observe(changed_publication(draw), wanted))
    _check_facts(snapshot, wanted)
    check_reports(snapshot)


async def _observe(published: Published, wanted: Wanted) -> Snapshot:
    from support.memory_contents import snapshot_of

    return await snapshot_of(published, wanted=wanted, digest=published.digest)


def _check_facts(snapshot: Snapshot, wanted: Wanted) -> None:
    for digest, document in snapshot.documents.items():
        digest.verify(document.content)
    assert snapshot.root is not None
    assert snapshot.root.digest in snapshot.documents
    for image in snapshot.images:
        _check_image(image)
    if wanted.platforms:
        for image in snapshot.images:
            assert any(item.matches(image.platform) for item in wanted.platforms)
    if wanted.host is not None:
        assert len(snapshot.images) + len(snapshot.artifacts) <= 1


def _check_image(image: Image) -> None:
    made = [step.layer for step in image.steps if step.layer is not None]
    assert made == sorted(set(made)), "two steps made one layer"
    assert all(position < len(image.layers) for position in made)
    assert image.total_size_bytes >= 0


_RUNNER = asyncio.Runner()


def _seeds() -> list[bytes]:
    # The first bytes choose what is wanted, the next which kind; the rest how it is
    # changed: all ones is nothing at all.
    plain = [bytes(7) + bytes([kind]) + b"\x01" * 60 for kind in range(len(kinds()))]
    full = [b"\x00\x00\x00\x00\x01\x01\x01" + one[7:] for one in plain]
    return [*plain, *full, *(one[:8] + bytes(60) for one in full)]


if __name__ == "__main__":
    with _RUNNER:
        main(check, _seeds)
