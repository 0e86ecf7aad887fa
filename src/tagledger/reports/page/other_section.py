"""Sections of what is no runnable image: artifacts, and what a sparse index lacks."""

from __future__ import annotations

from collections.abc import Iterable

from tagledger.model import media_types
from tagledger.model.snapshot import Artifact, Missing
from tagledger.reports.page import markup
from tagledger.reports.page.bullets import layer_lines, pull_block, total_size_lines
from tagledger.reports.page.form import PageForm
from tagledger.reports.page.platform_text import safe_platform_text
from tagledger.reports.page.wording import NOT_HELD, SIZE_UNKNOWN


def artifact_section(
    artifact: Artifact, form: PageForm, evidence: Iterable[str] = ()
) -> str:
    """What is published under an artifact's digest; no pull line, for it cannot run."""
    lines = []
    if artifact.manifest is not None:
        lines.append(f"-\tDigest: `{artifact.manifest.digest}`")
        media_type = markup.code_span(artifact.manifest.media_type)
        lines.append(f"-\tManifest MIME: {media_type}")
    lines.append(f"-\tArtifact Type: {markup.code_span(artifact.artifact_type)}")
    if artifact.platform is not None and not artifact.platform.is_unknown:
        lines.append(f"-\tPlatform: {safe_platform_text(artifact.platform)}")
    if artifact.config_descriptor is not None:
        lines.append(f"-\tConfig: `{artifact.config_descriptor.digest}`")
    if artifact.subject is not None:
        lines.append(f"-\tSubject: `{artifact.subject.digest}`")
    if _is_blob(artifact):
        lines.append(f"-\tTotal Size: {SIZE_UNKNOWN}")
    else:
        lines += total_size_lines(artifact.layers, form.bullets)
    if form.full and artifact.annotations:
        lines.append("-\tAnnotations:")
        lines += [
            f"\t-\t{markup.code_span(f'{key}={value}')}"
            for key, value in sorted(artifact.annotations.items())
        ]
    lines += evidence
    lines.append("-\tBlobs:")
    for blob in artifact.layers:
        lines += layer_lines(blob, form)
    return "\n".join([*lines, ""])


def _is_blob(artifact: Artifact) -> bool:
    """Whether an index lists it beside its manifests: nothing below it was read."""
    manifest = artifact.manifest
    return manifest is not None and manifest.media_type not in media_types.MANIFESTS


def missing_section(missing: Missing, form: PageForm, pull_name: str | None) -> str:
    """What the index says of an entry that is not there."""
    lines = []
    if missing.manifest is not None:
        if pull_name is not None:
            lines.append(pull_block(pull_name, missing.manifest.digest))
        media_type = markup.code_span(missing.manifest.media_type)
        lines.append(f"{form.bullets.item}Manifest MIME: {media_type}")
    lines.append(f"{form.bullets.item}{NOT_HELD}")
    return "\n".join([*lines, ""])
