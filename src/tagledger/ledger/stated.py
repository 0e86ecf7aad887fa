"""What goes into the ledger: one statement about one name at one moment."""

from __future__ import annotations

import msgspec

from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import Snapshot


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot to be recorded and, if it was read from a page, that page.

    `parts` are the page's exact bytes, cut where other pages share pieces with it, and
    `separator` is what stands between them: joined, they are the page again. A
    snapshot that is absent and has neither parts nor root says that the name is gone.
    `evidence` says how it is known what the name pointed to.
    """

    snapshot: Snapshot
    parts: tuple[bytes, ...] = ()
    separator: bytes = b""
    evidence: Evidence = Evidence.READ


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a batch was new to the ledger."""

    observations: int = 0
    statements: int = 0
    entries: int = 0
    contents: int = 0
    content_bytes: int = 0

    def __add__(self, other: Recorded) -> Recorded:
        """Both together."""
        return Recorded(
            observations=self.observations + other.observations,
            statements=self.statements + other.statements,
            entries=self.entries + other.entries,
            contents=self.contents + other.contents,
            content_bytes=self.content_bytes + other.content_bytes,
        )
