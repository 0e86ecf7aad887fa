"""A repository, as one place of asking knows it."""

from __future__ import annotations

import msgspec

from tagledger.model.reference import Reference
from tagledger.sources.registry.endpoint import Endpoint


class Repository(msgspec.Struct, frozen=True):
    """A repository: its path at the place that is asked, and its name for people."""

    path: str
    name: str


def repository_at(endpoint: Endpoint, name: Reference) -> Repository:
    """Where the repository of a reference is at this endpoint."""
    return Repository(f"{endpoint.prefix}{name.path}", name.familiar_name)
