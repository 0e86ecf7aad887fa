"""``verify``: whether what is stated, and what is held, is what was published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from tagledger.errors import DigestMismatch, TagledgerError
from tagledger.flows.open import Place
from tagledger.flows.verification import Verification, Verified, concluded, failed
from tagledger.flows.verify_content import check_documents
from tagledger.flows.verify_layers import check_layers
from tagledger.flows.verify_pages import verified_snapshots, verify_pages
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Collection, Progress, Wanted, no_progress
from tagledger.reports.proof.findings import Finding, Kind
from tagledger.reports.proof.foreign_urls import ForeignUrls, packaged_urls
from tagledger.reports.proof.learned import Learned


async def verify(
    places: Sequence[Place],
    pages: Iterable[Path] = (),
    *,
    layers: bool = False,
    urls: ForeignUrls | None = None,
    progress: Progress = no_progress,
) -> Verification:
    """Verify opened places, then pages; a place that fails has its problem named.

    Pages are proven: their bytes rebuilt. Of everything else index, manifests and
    configs are hashed again, and with `layers` the layers, as they are and unpacked.
    """
    results: list[Verified] = []
    for place in places:
        try:
            result = await verify_place(
                place, layers=layers, urls=urls, progress=progress
            )
        except TagledgerError as exc:
            result = failed(str(place.name), exc)
        results.append(result)
    results.extend(verify_pages(pages, urls=urls, progress=progress))
    return concluded(results)


async def verify_place(
    place: Place,
    *,
    layers: bool = False,
    urls: ForeignUrls | None = None,
    learned: Learned | None = None,
    progress: Progress = no_progress,
) -> Verified:
    """Verify one opened place. Raises what its source raises."""
    source, name = place.source, place.name
    if isinstance(source, Collection) and source.names_all(name):
        snapshots = await source.observe_all(Wanted(attestations=True))
        return _of_snapshots(snapshots, urls, learned)
    try:
        root = await source.observe(name, Wanted(children=False))
    except DigestMismatch as exc:
        digest, reason = Digest(exc.asked), str(exc)
        found = Finding(digest, Kind.MANIFEST, Evidence.CONTRADICTED, reason)
        return Verified(place=str(name), findings=(found,))
    if root.root is None or not _holds_root(root):
        # A page, or an archive without manifests: all that it has is in one answer.
        snapshot = await source.observe(name, Wanted(attestations=True))
        if snapshot.root is not None or snapshot.is_absent:
            return _of_snapshots([snapshot], urls, learned)
    else:
        snapshot = root
    checked = await check_documents(source, name, snapshot, progress=progress)
    findings: tuple[Finding, ...] = checked.findings
    if layers:
        read = await check_layers(source, name, checked.layers, progress=progress)
        findings = (*findings, *read)
    return Verified(place=snapshot.source, findings=findings)


def _of_snapshots(
    snapshots: Sequence[Snapshot], urls: ForeignUrls | None, learned: Learned | None
) -> Verified:
    """What came of the snapshots of one page."""
    return verified_snapshots(
        snapshots[0].source,
        snapshots,
        urls=urls or packaged_urls(),
        learned=learned or Learned(),
    )


def _holds_root(snapshot: Snapshot) -> bool:
    """Whether the root's bytes were read, not rebuilt."""
    root = snapshot.root
    return root is not None and snapshot.evidence(root.digest) is Evidence.READ
