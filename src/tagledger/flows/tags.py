"""The tags of a repository."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tagledger.model.reference import Reference
from tagledger.model.source import Source
from tagledger.model.tag_order import newest_first


async def list_tags(source: Source, name: Reference) -> list[str]:
    """All tags, newest version first, after the last page has come."""
    return newest_first([tag async for tag in source.tags(name)])


def stream_tags(source: Source, name: Reference) -> AsyncIterator[str]:
    """The tags in the order of the place, as they come."""
    return source.tags(name)
