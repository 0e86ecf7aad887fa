"""What trials to prove came to: the form of `verify --ledger --json`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tagledger.flows.json_forms.form import CountField, DigestField, ReferenceField
from tagledger.flows.prove_ledger import Proven
from tagledger.flows.verify_ledger import LedgerVerification


class ProofReport(msgspec.Struct, frozen=True, kw_only=True):
    """Manifests and lists that pages state, by what trying to rebuild them came to."""

    proven: CountField
    reported: Annotated[CountField, Meta(description="Could not be rebuilt so far.")]
    contradicted: CountField


class ContradictionReport(msgspec.Struct, frozen=True, kw_only=True):
    """A digest that cannot be of what was said of it."""

    digest: DigestField
    reason: str
    references: Annotated[
        tuple[ReferenceField, ...], Meta(description="Some of the names that had it.")
    ]


class LedgerVerificationReport(msgspec.Struct, frozen=True, kw_only=True):
    """What came of proving what a ledger holds of pages."""

    schema: Literal["tagledger.ledger-verification/1"]
    tried: Annotated[ProofReport, Meta(description="By this run.")]
    total: Annotated[ProofReport, Meta(description="By all runs, and all imports.")]
    contradictions: tuple[ContradictionReport, ...]
    is_contradicted: bool


def proof_report(proven: Proven) -> ProofReport:
    """The report of some trials."""
    return ProofReport(
        proven=proven.proven,
        reported=proven.reported,
        contradicted=proven.contradicted,
    )


def ledger_verification_report(
    verification: LedgerVerification,
) -> LedgerVerificationReport:
    """The report of a ledger's verification."""
    return LedgerVerificationReport(
        schema="tagledger.ledger-verification/1",
        tried=proof_report(verification.tried),
        total=proof_report(verification.total),
        contradictions=tuple(
            ContradictionReport(
                digest=item.digest,
                reason=item.reason,
                references=tuple(map(str, item.names)),
            )
            for item in verification.contradictions
        ),
        is_contradicted=verification.is_contradicted,
    )
