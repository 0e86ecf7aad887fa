"""Where everything that can be shared stands on the site.

Names are written as people write them; a moment is RFC 3339, or a day, of which the
end counts. Templates pass these through ``url``, which puts a proxy's prefix before.
"""

from __future__ import annotations

from datetime import datetime

from tagledger.model.digest import Digest
from tagledger.model.reference import Reference

REPOSITORY = "/r/"
"""Followed by a repository: its tags."""

TAG = "/t/"
"""Followed by a reference: what it is, or with ``?at=`` was."""

HISTORY = "/history/"
"""Followed by a reference: every state of it."""

MARKDOWN = "/page/"
"""Followed by a reference: its page in the form of the public record."""

DIGEST = "/d/"
"""Followed by a digest: what it is, and where it was used."""

RAW = "/raw/"
"""Followed by a digest: the document itself, pretty-printed."""

DIFF = "/diff"
"""With ``?a=…&b=…&a_at=…&b_at=…``: what changed from one state to another."""

SEARCH = "/search"
"""With ``?q=…`` and filters: references, digests and text."""

FEED = "/feed/"
"""Followed by ``tag/REF``, ``repository/NAME`` or ``search?q=…``: Atom."""

LIVE = "/live/"
"""Followed by a reference: what a registry says of it now; only with ``--live``."""


def repository_path(reference: Reference) -> str:
    """The page of a repository."""
    return f"{REPOSITORY}{reference.familiar_name}"


def tag_path(reference: Reference) -> str:
    """The page of a tag, or of whatever the reference names."""
    return f"{TAG}{reference.familiar}"


def history_path(reference: Reference) -> str:
    """The page of all its states."""
    return f"{HISTORY}{reference.familiar}"


def digest_path(digest: Digest) -> str:
    """The page of a digest."""
    return f"{DIGEST}{digest}"


def moment_text(moment: datetime | None) -> str | None:
    """A moment as a parameter of an address: exact to the microsecond."""
    if moment is None:
        return None
    return moment.isoformat().removesuffix("+00:00") + "Z"
