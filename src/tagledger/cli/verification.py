"""The findings of `verify`, as lines for people and as JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tagledger.cli.exit_codes import DIFFERS, exit_code_of
from tagledger.flows.verification import Verification, Verified
from tagledger.model.evidence import Evidence
from tagledger.model.printable import printable_line

_ORDER = (
    Evidence.PROVEN,
    Evidence.READ,
    Evidence.REPORTED,
    Evidence.CONTRADICTED,
)


def verification_lines(verification: Verification) -> Iterator[str]:
    """Each finding with its reason, and a summary of all."""
    for place in verification.places:
        if place.problem is None:
            yield from _place_lines(place)
    if len(verification.problems) == len(verification.places):
        return
    yield "".join([f"{'':10}", *(f"{evidence.value:>14}" for evidence in _ORDER)])
    for kind, counts in verification.counts.items():
        if any(counts.values()):
            cells = "".join(f"{counts[evidence]:>14,}" for evidence in _ORDER)
            yield f"{kind.value:10}{cells}"


def verification_json(verification: Verification) -> str:
    """All findings, problems and counts."""
    return json.dumps(
        {
            "schema": "tagledger.verification/1",
            "places": [_place_object(place) for place in verification.places],
            "counts": verification.counts,
            "is_contradicted": verification.is_contradicted,
        },
        indent=2,
    )


def verification_exit_code(verification: Verification) -> int:
    """Contradicted before all else; else the first problem's own; else done."""
    if verification.is_contradicted:
        return DIFFERS
    for place in verification.problems:
        if place.problem is not None:
            return exit_code_of(place.problem.code)
    return 0


def _place_lines(place: Verified) -> Iterator[str]:
    yield printable_line(place.place)
    for finding in place.findings:
        about = f"  {finding.platform}" if finding.platform else ""
        yield printable_line(
            f"  {finding.kind.value:9} {finding.evidence.value:13} {finding.digest}"
            f"{about}"
        )
        yield printable_line(f"  {'':9} {'':13} {finding.reason}")
    yield ""


def _place_object(place: Verified) -> dict[str, object]:
    problem = place.problem
    return {
        "place": place.place,
        "problem": None
        if problem is None
        else {"code": problem.code, "text": problem.text, "hint": problem.hint},
        "findings": [
            {
                "kind": finding.kind.value,
                "digest": finding.digest,
                "evidence": finding.evidence.value,
                "reason": finding.reason,
                "platform": finding.platform,
            }
            for finding in place.findings
        ],
    }
