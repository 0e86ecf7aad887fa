"""Prove what a ledger holds of pages, and say what all trials so far came to."""

from __future__ import annotations

import msgspec

from tagledger.flows.prove_ledger import Proven, prove_ledger, proven_of
from tagledger.ledger.protocol import Ledger
from tagledger.model.digest import Digest
from tagledger.model.reference import Reference
from tagledger.model.source import Progress, no_progress
from tagledger.reports.proof.foreign_urls import ForeignUrls

MAX_NAMES = 3
"""Names given for a digest that is contradicted: enough to find the page."""


class Contradiction(msgspec.Struct, frozen=True, kw_only=True):
    """A digest that cannot be of what was said of it; `names` are some that had it."""

    digest: Digest
    reason: str
    names: tuple[Reference, ...]


class LedgerVerification(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the trials: of those made now, and of all that were ever made."""

    tried: Proven
    total: Proven
    contradictions: tuple[Contradiction, ...]

    @property
    def is_contradicted(self) -> bool:
        """Whether anything that the ledger holds is contradicted, whenever tried."""
        return bool(self.contradictions)


def verify_ledger(
    ledger: Ledger,
    *,
    urls: ForeignUrls | None = None,
    progress: Progress = no_progress,
) -> LedgerVerification:
    """Try every manifest and list of a page that was never tried.

    What was interrupted goes on where it stopped. Raises LedgerError.
    """
    tried = prove_ledger(ledger, urls=urls, progress=progress)
    contradictions = tuple(
        Contradiction(
            digest=digest,
            reason=reason,
            names=tuple(use.reference for use in ledger.uses(digest, limit=MAX_NAMES)),
        )
        for digest, reason in ledger.contradictions()
    )
    return LedgerVerification(
        tried=tried,
        total=proven_of(ledger.verdicts()),
        contradictions=contradictions,
    )
