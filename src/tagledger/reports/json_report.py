"""A snapshot as JSON, for scripts: `report --json`.

The form is in `json_form`, and as a JSON Schema in docs/report-schema.json.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from tagledger.model.printable import UNSAFE
from tagledger.model.snapshot import (
    Artifact,
    Attestation,
    Entry,
    Image,
    Missing,
    Snapshot,
)
from tagledger.reports import json_values as values
from tagledger.reports.json_form import (
    SCHEMA,
    ArtifactReport,
    AttestationReport,
    ContradictionReport,
    EvidenceReport,
    HeldReport,
    ImageReport,
    MissingReport,
    SnapshotReport,
)
from tagledger.reports.json_local import local_page_report
from tagledger.reports.known import (
    are_layers_known,
    config_evidence,
    dates_evidence,
    is_config_held,
    is_held,
    is_listing_held,
    manifest_evidence,
    root_evidence,
)

_HALF_PAIR = re.compile("[\ud800-\udfff]")
_ENCODER = msgspec.json.Encoder(enc_hook=str)  # a digest is a kind of text


def encode_report(snapshot: Snapshot, *, compact: bool = False) -> bytes:
    r"""The report in UTF-8, indented by two spaces or on one line, with a line end.

    Characters that could drive a terminal are written as ``\u`` escapes: the same
    value to a script, and nothing to somebody who just looks. Half a surrogate pair
    is no character and becomes U+FFFD.
    """
    return encode_safely(json_report(snapshot), compact=compact)


def encode_safely(report: msgspec.Struct, *, compact: bool) -> bytes:
    """Any report, encoded as `encode_report` says."""
    try:
        encoded = _ENCODER.encode(report)
    except UnicodeEncodeError:
        plain = msgspec.to_builtins(report, enc_hook=str)
        encoded = _ENCODER.encode(_whole_characters(plain))
    if not compact:
        encoded = msgspec.json.format(encoded, indent=2)
    if not encoded.isascii() or b"\x7f" in encoded:
        encoded = UNSAFE.sub(_escape, encoded.decode()).encode()
    return encoded + b"\n"


def json_report(snapshot: Snapshot) -> SnapshotReport:
    """The report as a value."""
    found = list(enumerate(snapshot.entries))
    reference, root = snapshot.reference, snapshot.root
    is_whole = root is not None and is_held(snapshot, root.digest)
    return SnapshotReport(
        schema=SCHEMA,
        reference=values.reference_report(reference),
        source=snapshot.source,
        observed_at=snapshot.observed_at,
        is_absent=snapshot.is_absent,
        index_digest=root.digest if root and snapshot.is_index else None,
        root=values.descriptor_report(root, is_whole=is_whole),
        root_evidence=root_evidence(snapshot),
        artifact_type=snapshot.artifact_type,
        subject=values.descriptor_report(snapshot.subject, is_whole=is_whole),
        annotations=values.stated(dict(snapshot.annotations), is_whole=is_whole),
        images=tuple(
            _image(snapshot, entry, position)
            for position, entry in found
            if isinstance(entry, Image)
        ),
        attestations=tuple(
            _attestation(snapshot, entry, position)
            for position, entry in found
            if isinstance(entry, Attestation)
        ),
        artifacts=tuple(
            _artifact(snapshot, entry, position)
            for position, entry in found
            if isinstance(entry, Artifact)
        ),
        missing=tuple(
            _missing(snapshot, entry, position)
            for position, entry in found
            if isinstance(entry, Missing)
        ),
        documents=tuple(
            HeldReport(
                digest=digest,
                media_type=document.media_type,
                size_bytes=len(document.content),
                evidence=document.evidence,
            )
            for digest, document in snapshot.documents.items()
        ),
        contradictions=tuple(
            ContradictionReport(digest=digest, problem=problem)
            for digest, problem in snapshot.contradicted.items()
        ),
        local_page=local_page_report(snapshot.form),
    )


def _image(snapshot: Snapshot, image: Image, position: int) -> ImageReport:
    config = image.config_descriptor
    sizes = [layer.transfer_size_bytes for layer in image.layers]
    known_sizes = [size for size in sizes if size is not None]
    has_manifest = is_held(snapshot, image.digest)
    has_config = is_config_held(snapshot, image)
    is_whole = are_layers_known(snapshot) and len(known_sizes) == len(sizes)
    return ImageReport(
        position=position,
        platform=None
        if image.platform.is_unknown
        else values.platform_report(image.platform),
        manifest_digest=image.digest,
        config_digest=config.digest if config else None,
        image_id=image.image_id,
        evidence=_evidence(snapshot, image),
        within_indexes=image.within,
        # A sum with a part missing would be no total.
        total_size_bytes=sum(known_sizes) if is_whole else None,
        manifest=values.descriptor_report(
            image.manifest, is_whole=is_listing_held(snapshot, image)
        ),
        config_descriptor=values.descriptor_report(config, is_whole=has_manifest),
        artifact_type=image.artifact_type,
        subject=values.descriptor_report(image.subject, is_whole=has_manifest),
        annotations=values.stated(dict(image.annotations), is_whole=has_manifest),
        attestation_digests=_digests(snapshot.attestations_of(image)),
        config=values.config_report(
            image.config, is_whole=has_config, has_diff_ids=config is not None
        ),
        # The config of a classic archive says how many layers there are.
        layers=values.stated(
            values.layer_reports(image.layers, image.steps, is_whole=has_manifest),
            is_whole=has_manifest or has_config,
        ),
        steps=values.stated(values.step_reports(image), is_whole=has_config),
    )


def _attestation(
    snapshot: Snapshot, attestation: Attestation, position: int
) -> AttestationReport:
    is_whole = is_held(snapshot, attestation.digest)
    return AttestationReport(
        position=position,
        manifest_digest=attestation.digest,
        subject_digest=attestation.subject_digest,
        evidence=_evidence(snapshot, attestation),
        within_indexes=attestation.within,
        platform=values.platform_report(attestation.platform),
        manifest=values.descriptor_report(
            attestation.manifest, is_whole=is_listing_held(snapshot, attestation)
        ),
        config_descriptor=values.descriptor_report(
            attestation.config_descriptor, is_whole=is_whole
        ),
        layers=values.stated(
            values.layer_reports(attestation.layers, is_whole=is_whole),
            is_whole=is_whole,
        ),
    )


def _artifact(snapshot: Snapshot, artifact: Artifact, position: int) -> ArtifactReport:
    is_whole = is_held(snapshot, artifact.digest)
    return ArtifactReport(
        position=position,
        manifest_digest=artifact.digest,
        artifact_type=artifact.artifact_type,
        evidence=_evidence(snapshot, artifact),
        within_indexes=artifact.within,
        platform=values.optional_platform_report(artifact.platform),
        manifest=values.descriptor_report(
            artifact.manifest, is_whole=is_listing_held(snapshot, artifact)
        ),
        config_descriptor=values.descriptor_report(
            artifact.config_descriptor, is_whole=is_whole
        ),
        subject=values.descriptor_report(artifact.subject, is_whole=is_whole),
        annotations=values.stated(dict(artifact.annotations), is_whole=is_whole),
        layers=values.stated(
            values.layer_reports(artifact.layers, is_whole=is_whole),
            is_whole=is_whole,
        ),
    )


def _missing(snapshot: Snapshot, missing: Missing, position: int) -> MissingReport:
    return MissingReport(
        position=position,
        manifest_digest=missing.digest,
        within_indexes=missing.within,
        platform=values.optional_platform_report(missing.platform),
        manifest=values.descriptor_report(
            missing.manifest, is_whole=is_listing_held(snapshot, missing)
        ),
        layers=values.layer_reports(missing.layers, is_whole=False),
    )


def _evidence(
    snapshot: Snapshot, entry: Image | Attestation | Artifact
) -> EvidenceReport:
    return EvidenceReport(
        manifest=manifest_evidence(snapshot, entry),
        config=config_evidence(snapshot, entry) if isinstance(entry, Image) else None,
        layer_dates=dates_evidence(snapshot, entry.layers),
    )


def _digests(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(entry.digest for entry in entries if entry.digest is not None)


def _whole_characters(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        return _HALF_PAIR.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {
            _whole_characters(key): _whole_characters(item)
            for key, item in value.items()
        }
    is_list = isinstance(value, list | tuple)
    return [*map(_whole_characters, value)] if is_list else value


def _escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(
        f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2)
    )
