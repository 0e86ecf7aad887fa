"""Prove what a ledger's pages state: bytes that fit are held from then on.

Each trial is made once: what it came to is kept, so that a proof that was interrupted
goes on with what nobody tried.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from tagledger.errors import DamagedPage
from tagledger.ledger.protocol import Ledger
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import Document, Snapshot
from tagledger.model.source import Progress, no_progress
from tagledger.reports.page.reader import PageReader
from tagledger.reports.proof.findings import Finding, Kind
from tagledger.reports.proof.foreign_urls import ForeignUrls, packaged_urls
from tagledger.reports.proof.learned import Learned
from tagledger.reports.proof.prove import prove

BATCH_STATEMENTS = 100
"""Statements tried before their outcome is written: what a kill costs."""

MAX_STATEMENTS = 10_000_000
"""More than a ledger's pages ever say."""

_TRIED = (Kind.INDEX, Kind.MANIFEST)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Proven(msgspec.Struct, frozen=True, kw_only=True):
    """What the trials came to, by digests of manifests and lists."""

    proven: int = 0
    reported: int = 0
    contradicted: int = 0

    @property
    def tried(self) -> int:
        """How many were tried."""
        return self.proven + self.reported + self.contradicted


def prove_ledger(
    ledger: Ledger,
    *,
    urls: ForeignUrls | None = None,
    progress: Progress = no_progress,
) -> Proven:
    """Try every manifest and list that is stated and was never tried.

    Raises LedgerError; what was written before stays.
    """
    prover = _Prover(ledger, urls or packaged_urls())
    waiting = ledger.unproven(limit=MAX_STATEMENTS)
    outcomes: dict[Digest, Evidence] = {}
    for start in range(0, len(waiting), BATCH_STATEMENTS):
        batch = waiting[start : start + BATCH_STATEMENTS]
        outcomes.update(prover.prove(batch))
        progress("pages tried", start + len(batch), len(waiting))
    return proven_of(Counter(outcomes.values()))


def proven_of(outcomes: Mapping[Evidence, int]) -> Proven:
    """The sum of so many outcomes of each kind."""
    return Proven(
        proven=outcomes.get(Evidence.PROVEN, 0),
        reported=outcomes.get(Evidence.REPORTED, 0),
        contradicted=outcomes.get(Evidence.CONTRADICTED, 0),
    )


class _Prover:
    """Proves statements one after another, each quicker for the last."""

    def __init__(self, ledger: Ledger, urls: ForeignUrls) -> None:
        self._ledger = ledger
        self._urls = urls
        self._reader = PageReader()
        self._learned = Learned()

    def prove(self, statements: Sequence[int]) -> dict[Digest, Evidence]:
        """Try these, and write down what came of them."""
        documents: dict[Digest, Document] = {}
        findings: dict[Digest, Finding] = {}
        for snapshot in self._snapshots(statements):
            proof = prove(snapshot, urls=self._urls, learned=self._learned)
            documents.update(proof.snapshot.documents)
            for finding in proof.findings:
                if finding.kind in _TRIED and finding.evidence != Evidence.READ:
                    earlier = findings.get(finding.digest)
                    if earlier is None or earlier.evidence != Evidence.PROVEN:
                        findings[finding.digest] = finding
        # Bytes that are held are the stronger word, whatever this page made of them.
        held = self._ledger.held(list(findings))
        fresh = {key: value for key, value in findings.items() if key not in held}
        self._ledger.judge(
            {key: (value.evidence, value.reason) for key, value in fresh.items()},
            proven={key: item for key, item in documents.items() if key not in held},
        )
        return {key: value.evidence for key, value in fresh.items()}

    def _snapshots(self, statements: Sequence[int]) -> Iterator[Snapshot]:
        for statement in statements:
            content = self._ledger.page(statement)
            if content is None:
                continue
            try:
                yield self._reader.read_piece(
                    content, place=f"statement {statement}", observed_at=_NEVER
                )
            except DamagedPage:
                # A form that another release read: it stays reported, and is tried
                # again; the rest must not wait for it.
                continue
