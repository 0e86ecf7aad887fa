"""One list or index: its bytes rebuilt from its manifests, or why that cannot be."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import msgspec

from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.platform import Platform
from tagledger.model.snapshot import Attestation, Document, Entry, Image
from tagledger.reports.proof.established import is_list_form_established
from tagledger.reports.proof.learned import ProvenList
from tagledger.reports.proof.list_forms import FORMS, ListedManifest
from tagledger.reports.proof.manifests import LIMIT_REACHED, Bench, Outcome
from tagledger.reports.proof.statement import (
    ListStatement,
    list_conflict,
    stated_list,
)

MAX_CHOICES = 1_000
"""Most choices tried of the sizes of manifests that are not proven; a Linux one may
have three sizes, so six of those are still tried."""

_WRITING_COST = 32
"""How much longer it takes to write a list than to hash it."""


class ListOutcome(msgspec.Struct, frozen=True):
    """What came of a list."""

    evidence: Evidence
    reason: str
    proven: ProvenList | None = None


def prove_list(
    root: Descriptor,
    entries: Sequence[Entry],
    outcomes: Mapping[Digest, Outcome],
    bench: Bench,
) -> ListOutcome:
    """Try to rebuild a list from its entries, in the order of the page."""
    statement = stated_list(entries)
    earlier = bench.learned.list(root.digest)
    if earlier is not None:
        return _against(earlier, statement)
    problem = _left_out(entries, outcomes)
    if problem:
        return ListOutcome(Evidence.REPORTED, problem)
    for subjects in _subjects(entries):
        for sizes in itertools.product(*_sizes(entries, outcomes)):
            listed = _listed(entries, outcomes, sizes, subjects)
            for form in FORMS.get(root.media_type, ()):
                content = form.content(root.media_type, listed)
                cost = len(content) * _WRITING_COST
                if not bench.budget.allowed(1, cost):
                    return _failure(root, entries, outcomes, bench)
                bench.budget.spend(1, cost)
                if Digest.of(content, root.digest.algorithm) == root.digest:
                    document = Document(root.media_type, content, Evidence.PROVEN)
                    proven = ProvenList(statement, document, form.name)
                    bench.learned.keep_list(root.digest, proven)
                    return _as_proven(proven)
    return _failure(root, entries, outcomes, bench)


def _against(earlier: ProvenList, statement: ListStatement) -> ListOutcome:
    """What is stated here against the bytes that were proven elsewhere."""
    conflict = list_conflict(earlier.statement, statement)
    if conflict:
        problem = "the bytes of this digest are proven, and they are not as stated"
        return ListOutcome(Evidence.CONTRADICTED, f"{problem}: {conflict}")
    return _as_proven(earlier)


def _as_proven(proven: ProvenList) -> ListOutcome:
    return ListOutcome(Evidence.PROVEN, f"rebuilt {proven.form_name}", proven)


def _left_out(entries: Sequence[Entry], outcomes: Mapping[Digest, Outcome]) -> str:
    """What is not known of the entries; empty where trials can be made."""
    if not entries:
        return "the page names no manifests"
    if any(entry.manifest is None for entry in entries):
        return "the page does not tell the digest of each manifest"
    if any(entry.within for entry in entries):
        return "the index holds further indexes"
    sizes = _sizes(entries, outcomes)
    unknown = sum(not choices for choices in sizes)
    if unknown or math.prod(map(len, sizes)) > MAX_CHOICES:
        unproven = sum(len(choices) != 1 for choices in sizes)
        return f"the sizes of {unproven} of its {len(sizes)} manifests are not known"
    return ""


def _sizes(
    entries: Sequence[Entry], outcomes: Mapping[Digest, Outcome]
) -> list[tuple[int, ...]]:
    """For each entry the sizes that its manifest may have."""
    found = []
    for entry in entries:
        stated = entry.manifest.size_bytes if entry.manifest else None
        outcome = outcomes.get(entry.digest) if entry.digest else None
        likely = outcome.likely_bytes if outcome else ()
        found.append(likely if stated is None else (stated,))
    return found


def _subjects(entries: Sequence[Entry]) -> list[dict[int, Digest | None]]:
    """For each attestation the image it speaks of, in each way that may be.

    A page does not tell. docker-library lists an attestation behind its image; BuildKit
    lists all images, then all attestations in the same order.
    """
    images = [entry.digest for entry in entries if not isinstance(entry, Attestation)]
    behind: dict[int, Digest | None] = {}
    in_order: dict[int, Digest | None] = {}
    latest: Digest | None = None
    for position, entry in enumerate(entries):
        if isinstance(entry, Attestation):
            following = images[len(in_order) : len(in_order) + 1]
            in_order[position] = entry.subject_digest or next(iter(following), None)
            behind[position] = entry.subject_digest or latest
        else:
            latest = entry.digest
    return [behind] if behind == in_order else [behind, in_order]


def _listed(
    entries: Sequence[Entry],
    outcomes: Mapping[Digest, Outcome],
    sizes: Sequence[int],
    subjects: Mapping[int, Digest | None],
) -> list[ListedManifest]:
    listed = []
    for position, (entry, size) in enumerate(zip(entries, sizes, strict=True)):
        if entry.manifest is None:
            continue
        outcome = outcomes.get(entry.manifest.digest)
        listed.append(
            ListedManifest(
                media_type=outcome.document.media_type
                if outcome is not None and outcome.document is not None
                else entry.manifest.media_type,
                digest=entry.manifest.digest,
                size_bytes=size,
                platform=_platform(entry),
                speaks_of=subjects.get(position),
            )
        )
    return listed


def _platform(entry: Entry) -> Platform | None:
    return getattr(entry, "platform", None)


def _failure(
    root: Descriptor,
    entries: Sequence[Entry],
    outcomes: Mapping[Digest, Outcome],
    bench: Bench,
) -> ListOutcome:
    """How the list is known where nothing fits, and why."""
    if bench.budget.is_spent:
        return ListOutcome(Evidence.REPORTED, LIMIT_REACHED)
    unproven = sum(
        entry.digest not in outcomes or outcomes[entry.digest].document is None
        for entry in entries
        if entry.digest is not None
    )
    if unproven:
        problem = f"{unproven} of its {len(entries)} manifests are not proven"
        return ListOutcome(Evidence.REPORTED, problem)
    images = [entry for entry in entries if isinstance(entry, Image)]
    if not is_list_form_established(bench.reference, root.media_type, images):
        problem = "it may carry annotations, or have a form that is not known"
        return ListOutcome(Evidence.REPORTED, problem)
    return ListOutcome(
        Evidence.CONTRADICTED,
        "its manifests are proven, and no form of a list of them gives the stated "
        "digest: the digest, their order or their platforms are not what was published",
    )
