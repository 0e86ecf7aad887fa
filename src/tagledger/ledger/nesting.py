"""An index in an index: no entry lists it, so it is looked for in the bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from tagledger.errors import InvalidContent
from tagledger.model import media_types
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.manifest import Index, decode_manifest
from tagledger.model.snapshot import Document

MAX_DEPTH = 4
"""Deepest index that is looked for; nobody is known to publish a third."""

MAX_LOOKED_AT = 5
"""Manifests in an index by which the outer ones are looked for."""

Held = Callable[[Digest], Document | None]


def is_within(
    index: Digest, held: Held, roots_with: Callable[[Digest], list[Digest]]
) -> bool:
    """Whether this index stands in one that a name pointed to.

    `roots_with` gives what names pointed to that lists a manifest.
    """
    manifests = islice(_manifests_in(index, held), MAX_LOOKED_AT)
    return any(
        index in _indexes_in(root, held)
        for manifest in manifests
        for root in roots_with(manifest)
    )


def _manifests_in(index: Digest, held: Held, depth: int = 0) -> Iterator[Digest]:
    for child in _children(index, held):
        if child.media_type not in media_types.INDEXES:
            yield child.digest
        elif depth < MAX_DEPTH:
            yield from _manifests_in(child.digest, held, depth + 1)


def _indexes_in(index: Digest, held: Held, depth: int = 0) -> Iterator[Digest]:
    for child in _children(index, held):
        if child.media_type in media_types.INDEXES:
            yield child.digest
            if depth < MAX_DEPTH:
                yield from _indexes_in(child.digest, held, depth + 1)


def _children(index: Digest, held: Held) -> tuple[Descriptor, ...]:
    """What an index lists; nothing where it is not held, or is none."""
    document = held(index)
    if document is None or document.media_type not in media_types.INDEXES:
        return ()
    try:
        decoded = decode_manifest(document.content, index, document.media_type)
    except InvalidContent:
        return ()
    return decoded.manifests if isinstance(decoded, Index) else ()
