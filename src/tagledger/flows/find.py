"""What the ledger knows of a digest, and which images have a text or a setting."""

from __future__ import annotations

import msgspec

from tagledger.errors import MalformedDigest, NotObserved
from tagledger.ledger.answers import Found, Hit, Search, Use
from tagledger.ledger.protocol import Ledger
from tagledger.model.digest import Digest

MAX_LISTED = 50
"""Most digests listed for a prefix that several begin with."""


class DigestFindings(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the digests that begin so.

    Of one there is where it was: a page of `uses`, and whether more follow. Several
    are only listed, up to `MAX_LISTED`.
    """

    found: tuple[Found, ...]
    uses: tuple[Use, ...] = ()
    has_more: bool = False

    @property
    def is_ambiguous(self) -> bool:
        """Whether several digests begin so."""
        return len(self.found) > 1


class SearchFindings(msgspec.Struct, frozen=True):
    """A page of hits, the best first, and whether more follow."""

    hits: tuple[Hit, ...]
    has_more: bool


def find_digest(
    ledger: Ledger, prefix: str, *, limit: int = 50, page: int = 1, offset: int = 0
) -> DigestFindings:
    """Find a digest by at least six of its hex digits, with or without algorithm.

    A page of uses begins with the first one, or with that at `offset`. Raises
    MalformedDigest, or NotObserved where none begins so.
    """
    digests = _whole(prefix) or ledger.resolve(prefix, limit=MAX_LISTED + 1)
    found = [known for digest in digests if (known := ledger.find(digest)) is not None]
    if not found:
        raise NotObserved(prefix)
    if len(found) > 1:
        return DigestFindings(
            found=tuple(found[:MAX_LISTED]), has_more=len(found) > MAX_LISTED
        )
    offset += (page - 1) * limit
    uses = ledger.uses(found[0].digest, limit=limit + 1, offset=offset)
    return DigestFindings(
        found=tuple(found), uses=tuple(uses[:limit]), has_more=len(uses) > limit
    )


def _whole(text: str) -> list[Digest]:
    """The digest that this is, in full: nothing else begins so."""
    try:
        return [Digest(text)]
    except MalformedDigest:
        return []


def find_images(
    ledger: Ledger, search: Search, *, limit: int = 20, page: int = 1, offset: int = 0
) -> SearchFindings:
    """Find images by what their steps say and their settings are.

    Pages as of `find_digest`. Raises MalformedPlatform.
    """
    offset += (page - 1) * limit
    hits = ledger.search(search, limit=limit + 1, offset=offset)
    return SearchFindings(tuple(hits[:limit]), len(hits) > limit)
