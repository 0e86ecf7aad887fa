"""What trials to prove came to, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator

from tagledger.flows.prove_ledger import Proven
from tagledger.flows.verify_ledger import LedgerVerification
from tagledger.model.printable import printable_line

MAX_SHOWN = 20
"""Contradictions shown; `--json` has them all."""


def proof_line(proven: Proven) -> str:
    """How many were proven, and how many were not."""
    stay = "stays" if proven.reported == 1 else "stay"
    return (
        f"{proven.proven:,} manifests and lists proven, {proven.reported:,} {stay} "
        f"reported, {proven.contradicted:,} contradicted"
    )


def ledger_verification_lines(verification: LedgerVerification) -> Iterator[str]:
    """What was tried now, what came of all trials so far, and each contradiction."""
    tried, total = verification.tried, verification.total
    yield proof_line(tried) if tried.tried else "nothing is left to try"
    if total != tried:
        yield f"in all: {proof_line(total)}"
    for item in verification.contradictions[:MAX_SHOWN]:
        names = ", ".join(name.familiar for name in item.names)
        yield printable_line(f"! {item.digest}  {names}")
        yield printable_line(f"    {item.reason}")
    more = len(verification.contradictions) - MAX_SHOWN
    if more > 0:
        yield f"! {more:,} more are contradicted (--json)"
