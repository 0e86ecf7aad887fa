"""Proof of a whole snapshot: what a page states, joined with the bytes it proves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from tagledger.errors import InvalidContent
from tagledger.model import media_types
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.manifest import Manifest, decode_manifest
from tagledger.model.platform import Platform
from tagledger.model.snapshot import (
    Attestation,
    Document,
    Entry,
    Image,
    Layer,
    Missing,
    Snapshot,
)
from tagledger.reports.proof.findings import Finding, Kind
from tagledger.reports.proof.foreign_urls import ForeignUrls, packaged_urls
from tagledger.reports.proof.learned import Learned, ProvenManifest
from tagledger.reports.proof.lists import ListOutcome, prove_list
from tagledger.reports.proof.manifests import Bench, Outcome, prove_manifest
from tagledger.reports.proof.statement import (
    ListStatement,
    ManifestStatement,
    held_manifest,
    manifest_conflict,
    stated_list,
    stated_manifest,
)
from tagledger.reports.proof.trials import Budget

_HELD_REASONS = {
    Evidence.READ: "its bytes are held",
    Evidence.PROVEN: "rebuilt from what the page states",
}
_CONFIG_REASON = "a page tells nothing of the diff IDs, so no config can be rebuilt"


class Proof(msgspec.Struct, frozen=True):
    """The snapshot with the bytes that were proven, and what was found of each.

    `unproven` is what is stated of the manifests and the list that stay reported:
    another page may state it differently.
    """

    snapshot: Snapshot
    findings: tuple[Finding, ...]
    unproven: Mapping[Digest, ManifestStatement | ListStatement] = {}


def prove(
    snapshot: Snapshot,
    *,
    urls: ForeignUrls | None = None,
    learned: Learned | None = None,
    budget: Budget | None = None,
) -> Proof:
    """Rebuild what can be rebuilt of a snapshot that was read from a page.

    `urls` are those known of foreign layers (by default the packaged ones), `learned`
    is the memory of the run, `budget` what all snapshots of one page may spend. What
    is proven joins the documents, and sizes and URLs that it tells join the values;
    what is contradicted is named so. Nothing is raised: that nothing can be proven is
    a finding.
    """
    bench = Bench(
        snapshot.reference,
        urls or packaged_urls(),
        learned or Learned(),
        budget or Budget(),
    )
    outcomes = _outcomes(snapshot, bench)
    root, listed = snapshot.root, None
    if root is not None and snapshot.is_index and root.digest not in snapshot.documents:
        listed = prove_list(root, snapshot.entries, outcomes, bench)
    return Proof(
        _joined(snapshot, outcomes, listed),
        tuple(_findings(snapshot, outcomes, listed)),
        dict(_unproven(snapshot, outcomes, listed)),
    )


def _outcomes(snapshot: Snapshot, bench: Bench) -> dict[Digest, Outcome]:
    """What came of each manifest; two statements of one digest must agree."""
    outcomes: dict[Digest, Outcome] = {}
    first: dict[Digest, Entry] = {}
    for entry in snapshot.entries:
        if entry.digest is None:
            continue
        if entry.digest not in outcomes:
            first[entry.digest] = entry
            outcomes[entry.digest] = _outcome(snapshot, entry, entry.digest, bench)
            continue
        conflict = _conflict(outcomes[entry.digest], first[entry.digest], entry)
        if conflict:
            problem = f"the page states it twice, and differently: {conflict}"
            outcomes[entry.digest] = Outcome(Evidence.CONTRADICTED, problem)
    return outcomes


def _conflict(outcome: Outcome, one: Entry, other: Entry) -> str:
    """Where a further statement excludes the first, or the bytes that proved it."""
    kinds = (Image, Attestation)
    if not isinstance(one, kinds) or not isinstance(other, kinds):
        return ""
    first = outcome.proven.statement if outcome.proven else stated_manifest(one)
    return manifest_conflict(first, stated_manifest(other))


def _outcome(snapshot: Snapshot, entry: Entry, digest: Digest, bench: Bench) -> Outcome:
    if digest in snapshot.documents:
        return _held(entry, digest, snapshot.documents[digest])
    if isinstance(entry, (Image, Attestation)):
        return prove_manifest(entry, bench)
    if isinstance(entry, Missing):
        problem = "the manifest was not there when the page was made"
        return Outcome(Evidence.REPORTED, problem)
    problem = "an artifact's manifest may say more than the page shows"
    return Outcome(Evidence.REPORTED, problem)


def _held(entry: Entry, digest: Digest, document: Document) -> Outcome:
    """What is stated against bytes that were there before."""
    if isinstance(entry, (Image, Attestation)):
        try:
            decoded = decode_manifest(document.content, digest, document.media_type)
        except InvalidContent as exc:
            return Outcome(Evidence.CONTRADICTED, str(exc))
        if isinstance(decoded, Manifest):
            conflict = manifest_conflict(held_manifest(decoded), stated_manifest(entry))
            if conflict:
                problem = f"its bytes are held, and not as stated: {conflict}"
                return Outcome(Evidence.CONTRADICTED, problem)
    return Outcome(
        document.evidence,
        _HELD_REASONS[document.evidence],
        document=document,
        likely_bytes=(len(document.content),),
    )


def _joined(
    snapshot: Snapshot, outcomes: Mapping[Digest, Outcome], listed: ListOutcome | None
) -> Snapshot:
    documents = dict(snapshot.documents)
    contradicted = dict(snapshot.contradicted)
    for digest, outcome in outcomes.items():
        if outcome.document is not None:
            documents[digest] = outcome.document
        if outcome.evidence is Evidence.CONTRADICTED:
            contradicted[digest] = outcome.reason
    root = snapshot.root
    if root is not None and listed is not None:
        if listed.proven is not None:
            documents[root.digest] = listed.proven.document
        if listed.evidence is Evidence.CONTRADICTED:
            contradicted[root.digest] = listed.reason
    return msgspec.structs.replace(
        snapshot,
        root=None if root is None else _sized(root, documents.get(root.digest)),
        entries=tuple(_filled(entry, outcomes) for entry in snapshot.entries),
        documents=documents,
        contradicted=contradicted,
    )


def _sized(descriptor: Descriptor, document: Document | None) -> Descriptor:
    if document is None:
        return descriptor
    return msgspec.structs.replace(
        descriptor,
        media_type=document.media_type,
        size_bytes=len(document.content),
    )


def _filled(entry: Entry, outcomes: Mapping[Digest, Outcome]) -> Entry:
    """The entry with what its proven manifest tells beyond the page."""
    outcome = outcomes.get(entry.digest) if entry.digest else None
    if outcome is None or entry.manifest is None:
        return entry
    manifest = _sized(entry.manifest, outcome.document)
    proven = outcome.proven
    if proven is None or not isinstance(entry, (Image, Attestation)):
        return msgspec.structs.replace(entry, manifest=manifest)
    return msgspec.structs.replace(
        entry,
        manifest=manifest,
        config_descriptor=_filled_config(entry.config_descriptor, proven),
        layers=tuple(map(_filled_layer, entry.layers, proven.layers)),
    )


def _filled_config(
    descriptor: Descriptor | None, proven: ProvenManifest
) -> Descriptor | None:
    if descriptor is None:
        return None
    return msgspec.structs.replace(
        descriptor, media_type=proven.config_type, size_bytes=proven.config_bytes
    )


def _filled_layer(stated: Layer, proven: Layer) -> Layer:
    return msgspec.structs.replace(
        stated, urls=proven.urls, annotations=proven.annotations
    )


def _findings(
    snapshot: Snapshot, outcomes: Mapping[Digest, Outcome], listed: ListOutcome | None
) -> Iterator[Finding]:
    root = snapshot.root
    if root is not None and snapshot.is_index:
        if listed is not None:
            yield Finding(root.digest, Kind.INDEX, listed.evidence, listed.reason)
        else:
            evidence = snapshot.documents[root.digest].evidence
            reason = _HELD_REASONS[evidence]
            yield Finding(root.digest, Kind.INDEX, evidence, reason)
    for entry in snapshot.entries:
        shown = _platform_shown(entry)
        if entry.digest is not None:
            found = outcomes[entry.digest]
            kind = Kind.MANIFEST
            yield Finding(entry.digest, kind, found.evidence, found.reason, shown)
        config = getattr(entry, "config_descriptor", None)
        if isinstance(config, Descriptor):
            evidence = snapshot.evidence(config.digest)
            is_held = config.digest in snapshot.documents
            reason = _HELD_REASONS[evidence] if is_held else _CONFIG_REASON
            yield Finding(config.digest, Kind.CONFIG, evidence, reason, shown)


def _unproven(
    snapshot: Snapshot, outcomes: Mapping[Digest, Outcome], listed: ListOutcome | None
) -> Iterator[tuple[Digest, ManifestStatement | ListStatement]]:
    if (
        snapshot.root is not None
        and listed is not None
        and listed.evidence is Evidence.REPORTED
    ):
        yield snapshot.root.digest, stated_list(snapshot.entries)
    for entry in snapshot.entries:
        if not isinstance(entry, (Image, Attestation)) or entry.manifest is None:
            continue
        # Pages of different eras tell differently much of a schema 1 image.
        is_schema1 = entry.manifest.media_type in media_types.SCHEMA1
        is_reported = outcomes[entry.manifest.digest].evidence is Evidence.REPORTED
        if is_reported and entry.layers and not is_schema1:
            yield entry.manifest.digest, stated_manifest(entry)


def _platform_shown(entry: Entry) -> str | None:
    if isinstance(entry, Attestation):
        return "attestation"
    platform = getattr(entry, "platform", None)
    is_known = isinstance(platform, Platform) and not platform.is_unknown
    return str(platform) if is_known else None
