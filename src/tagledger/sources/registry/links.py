"""`Link` headers (RFC 8288), as far as paging needs them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LINK = re.compile(
    r'\s*<([^<>]*)>((?:\s*;\s*[\w*]+(?:\s*=\s*(?:"[^"]*"|[^",;\s]*))?)*)'
)
_RELATION = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^",;\s]*))', re.IGNORECASE)


def next_link(headers: Iterable[str]) -> str | None:
    """The target of the first link whose relation is `next`, as it stands there."""
    for header in headers:
        position = 0
        while match := _LINK.match(header, position):
            target, parameters = match.groups()
            relation = _RELATION.search(parameters)
            named = relation and (relation[1] or relation[2])
            if named and "next" in named.lower().split():
                return str(target)
            position = match.end()
            comma = re.compile(r"\s*,").match(header, position)
            if comma is None:
                break
            position = comma.end()
    return None
