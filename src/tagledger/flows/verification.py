"""What verification comes to: findings for each place, and their sum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from tagledger.errors import TagledgerError
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.reports.proof.findings import Finding, Kind
from tagledger.reports.proof.statement import (
    ListStatement,
    ManifestStatement,
    conflict,
)

Statement = ManifestStatement | ListStatement

_WEIGHT = (
    Evidence.CONTRADICTED,
    Evidence.READ,
    Evidence.PROVEN,
    Evidence.REPORTED,
)
"""What a document counts as where several places tell of it: no contradiction hides,
and bytes that are there count more than that they are missing elsewhere."""


class Problem(msgspec.Struct, frozen=True):
    """Why a place could not be verified: an error's code, sentence and hint."""

    code: str
    text: str
    hint: str = ""


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What was found at one place: a page, a layout, a reference.

    `unproven` is what it states of documents that stay reported, for comparing it with
    what other places state.
    """

    place: str
    findings: tuple[Finding, ...] = ()
    problem: Problem | None = None
    unproven: Mapping[Digest, Statement] = {}

    @property
    def is_contradicted(self) -> bool:
        """Whether anything here is contradicted."""
        return any(item.evidence is Evidence.CONTRADICTED for item in self.findings)


class Verification(msgspec.Struct, frozen=True):
    """The findings of all places, in the order in which they were given."""

    places: tuple[Verified, ...]

    @property
    def counts(self) -> dict[Kind, dict[Evidence, int]]:
        """How many distinct documents of each kind are known in each way."""
        heaviest: dict[tuple[Kind, Digest], int] = {}
        for place in self.places:
            for finding in place.findings:
                key = finding.kind, finding.digest
                weight = _WEIGHT.index(finding.evidence)
                heaviest[key] = min(weight, heaviest.get(key, weight))
        counts = {kind: dict.fromkeys(Evidence, 0) for kind in Kind}
        for (kind, _), weight in heaviest.items():
            counts[kind][_WEIGHT[weight]] += 1
        return counts

    @property
    def problems(self) -> tuple[Verified, ...]:
        """The places that could not be verified."""
        return tuple(place for place in self.places if place.problem is not None)

    @property
    def is_contradicted(self) -> bool:
        """Whether anything is contradicted anywhere."""
        return any(place.is_contradicted for place in self.places)


def failed(place: str, error: TagledgerError) -> Verified:
    """The result for a place that could not be verified."""
    return Verified(place=place, problem=Problem(error.code, str(error), error.hint))


def concluded(places: Iterable[Verified]) -> Verification:
    """Sum up; what two places state of one digest, and differently, is contradicted."""
    results = list(places)
    first: dict[Digest, tuple[str, Statement]] = {}
    excluded: dict[Digest, str] = {}
    for result in results:
        for digest, statement in result.unproven.items():
            place, earlier = first.setdefault(digest, (result.place, statement))
            where = conflict(earlier, statement)
            if where:
                reason = f"{place} and {result.place} exclude each other: {where}"
                excluded.setdefault(digest, reason)
    if excluded:
        results = [_with_contradictions(result, excluded) for result in results]
    return Verification(tuple(results))


def _with_contradictions(result: Verified, excluded: Mapping[Digest, str]) -> Verified:
    findings = tuple(
        msgspec.structs.replace(
            finding,
            evidence=Evidence.CONTRADICTED,
            reason=excluded[finding.digest],
        )
        if finding.digest in excluded and finding.evidence is Evidence.REPORTED
        else finding
        for finding in result.findings
    )
    return msgspec.structs.replace(result, findings=findings)
