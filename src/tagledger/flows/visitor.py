"""Who asks, and what they may read."""

from __future__ import annotations

from fnmatch import fnmatchcase

import msgspec

from tagledger.model.reference import Reference

VISITOR = "tagledger.visitor"
"""The key of the ASGI scope under which the server says who asks."""


class Visitor(msgspec.Struct, frozen=True):
    """Somebody who asks the service; `name` is None where they did not say who.

    `readable` are patterns over familiar and full names of repositories, with ``*``
    and ``?``: what fits none of them is not there for this visitor. None is all.
    """

    name: str | None = None
    readable: tuple[str, ...] | None = None

    @property
    def reads_all(self) -> bool:
        """Whether nothing is kept from this visitor."""
        return self.readable is None

    def may_read(self, repository: Reference) -> bool:
        """Whether this repository, of which a tag may be named, is there for them."""
        if self.readable is None:
            return True
        names = {repository.name, repository.familiar_name}
        return any(
            fnmatchcase(name, pattern) for name in names for pattern in self.readable
        )


ANYBODY = Visitor()
"""A visitor from whom nothing is kept."""
