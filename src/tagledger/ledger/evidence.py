"""How a fact is known, as rows keep it."""

from __future__ import annotations

from tagledger.model.evidence import Evidence

EVIDENCE = {
    1: Evidence.READ,
    2: Evidence.PROVEN,
    3: Evidence.REPORTED,
    4: Evidence.CONTRADICTED,
}
EVIDENCE_NUMBERS = {evidence: number for number, evidence in EVIDENCE.items()}
