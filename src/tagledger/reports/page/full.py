"""What the record leaves out, for `--full`: as further lines in the same places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tagledger.model.config import Healthcheck, ImageConfig
from tagledger.model.snapshot import Artifact, Attestation, Entry, Image, Snapshot
from tagledger.model.times import rfc3339
from tagledger.reports.known import (
    config_evidence,
    dates_evidence,
    manifest_evidence,
)
from tagledger.reports.page.markup import code_span, json_list, verbatim_span


def config_lines(image: Image) -> Iterator[str]:
    """The rest of the config."""
    config = image.config or ImageConfig()
    if config.created is not None:
        yield f"-\tCreated: `{rfc3339(config.created)}`"
    texts = (
        ("Author", config.author),
        ("User", config.user),
        ("Working Directory", config.working_dir),
        ("Hostname", config.hostname),
        ("Stop Signal", config.stop_signal),
    )
    for label, text in texts:
        if text is not None:
            yield f"-\t{label}: {code_span(text)}"
    if config.args_escaped is not None:
        yield f"-\tArgsEscaped: {str(config.args_escaped).lower()}"
    labels = (f"{key}={value}" for key, value in sorted(config.labels.items()))
    yield from _listed("Environment", config.env)
    yield from _listed("Labels", labels)
    yield from _listed("Exposed Ports", config.exposed_ports)
    yield from _listed("Volumes", config.volumes)
    yield from _listed("On Build", config.on_build)
    if config.healthcheck is not None:
        yield from _healthcheck(config.healthcheck)


def evidence_line(snapshot: Snapshot, entry: Entry) -> str:
    """How each part of what is said here is known, and why, if it is contradicted."""
    parts = [("manifest", manifest_evidence(snapshot, entry))]
    if isinstance(entry, Image):
        parts.append(("steps and settings", config_evidence(snapshot, entry)))
    if isinstance(entry, Image | Artifact | Attestation):
        parts.append(("dates", dates_evidence(snapshot, entry.layers)))
    known = [f"{part} {how}" for part, how in parts if how is not None]
    reason = snapshot.contradicted.get(entry.digest) if entry.digest else None
    because = f" ({code_span(reason)})" if reason else ""
    return f"-\tEvidence: {', '.join(known) or 'none'}{because}"


def layer_lines(image: Image, position: int) -> Iterator[str]:
    """What else is known of a layer, and the step that made it."""
    layer = image.layers[position]
    if layer.diff_id is not None and layer.digest is not None:
        yield f"Uncompressed Digest: `{layer.diff_id}`"
    for number, step in enumerate(image.steps, start=1):
        if step.layer == position:
            instruction = step.instruction
            shown = f" ({code_span(instruction)})" if instruction else ""
            yield f"Made by Step: {number}{shown}"
    for url in layer.urls:
        yield f"URL: {code_span(url)}"
    for key, value in sorted(layer.annotations.items()):
        yield f"Annotation: {code_span(f'{key}={value}')}"


def closing_lines(image: Image) -> Iterator[str]:
    """What the manifest says beside config and layers."""
    if image.artifact_type is not None:
        yield f"-\tArtifact Type: {code_span(image.artifact_type)}"
    if image.subject is not None:
        yield f"-\tSubject: `{image.subject.digest}`"
    if image.within:
        yield from _listed("Within", image.within)
    annotations = (f"{key}={value}" for key, value in sorted(image.annotations.items()))
    yield from _listed("Annotations", annotations)


def _listed(label: str, texts: Iterable[str]) -> Iterator[str]:
    lines = [f"\t-\t{code_span(text)}" for text in texts]
    if lines:
        yield f"-\t{label}:"
        yield from lines


def _healthcheck(check: Healthcheck) -> Iterator[str]:
    yield "-\tHealthcheck:"
    yield f"\t-\tTest: {verbatim_span(json_list(check.test))}"
    durations = (
        ("Interval", check.interval_ns),
        ("Timeout", check.timeout_ns),
        ("Start Period", check.start_period_ns),
        ("Start Interval", check.start_interval_ns),
    )
    for label, nanoseconds in durations:
        if nanoseconds is not None:
            yield f"\t-\t{label}: {nanoseconds / 1e9:g} s"
    if check.retries is not None:
        yield f"\t-\tRetries: {check.retries}"
