"""Who asks, and what they may read."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from tagledger.model.reference import DOCKER_HUB, Reference

VISITOR = "tagledger.visitor"
"""The key of the ASGI scope under which the server says who asks."""

LOGIN = "tagledger.login"
"""The key of the scope under which stands where to log in, where that can be done."""


class Visitor(msgspec.Struct, frozen=True):
    """Somebody who asks the service; `name` is None where they did not say who.

    `readable` are patterns over the names of repositories, with ``*`` for any text,
    also with slashes, and ``?`` for one character: what fits none of them is not there
    for this visitor. A repository has up to three names: ``python``, ``library/python``
    and ``docker.io/library/python`` are one. None is all.
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
        if repository.domain == DOCKER_HUB:
            names.add(repository.path)
        fits = _fitting(self.readable)
        return any(fits.fullmatch(name) for name in names)


@lru_cache(maxsize=1_000)
def _fitting(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """What any of these patterns fits; nothing fits none."""
    texts = (
        re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
        for pattern in patterns
    )
    return re.compile("|".join(f"(?:{text})" for text in texts) or r"(?!)", re.DOTALL)


ANYBODY = Visitor()
"""A visitor from whom nothing is kept."""
