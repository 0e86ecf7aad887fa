"""Inputs to begin with: what the tests make up, the example, and the seed page."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from support.blobs import Published

ROOT = Path(__file__).parents[1]
SEED_PAGE = ROOT / "tests" / "assets" / "seed" / "python-3.8.0-windowsservercore.md"
EXAMPLE = ROOT / "examples" / "greeting"


@cache
def kinds() -> dict[str, Published]:
    """One published thing of each kind that is to be read."""
    if (folder := str(ROOT / "tests")) not in sys.path:
        sys.path.insert(0, folder)
    from support.kinds import KINDS

    return {name: make() for name, make in KINDS.items()}


def manifests() -> Iterator[bytes]:
    """Every index and manifest of `kinds`, the example's, and the seed's own."""
    for published in kinds().values():
        yield from (manifest.content for manifest in published.manifests)
    yield from _kept_json()


def configs() -> Iterator[bytes]:
    """The configs among the blobs."""
    for published in kinds().values():
        yield from (
            blob.content for blob in published.blobs if blob.content.startswith(b"{")
        )


def _kept_json() -> Iterator[bytes]:
    folders = (SEED_PAGE.parent / "blobs", EXAMPLE / "blobs" / "sha256")
    for folder in folders:
        for path in sorted(folder.iterdir()):
            content = path.read_bytes()
            if content.startswith(b"{"):
                yield content
