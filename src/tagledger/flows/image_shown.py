"""One image of a snapshot with all that is shown of it, and how each part is known."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

from tagledger.flows.image_steps import ImageSteps, addresses_in, image_steps
from tagledger.model.config import ImageConfig
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import Attestation, Image, Layer, Snapshot
from tagledger.reports.known import (
    are_layers_known,
    config_evidence,
    dates_evidence,
    manifest_evidence,
)
from tagledger.reports.terminal_values import healthcheck_text

PREDICATE_TYPE = "in-toto.io/predicate-type"
"""Where BuildKit says what an attestation states."""


class AttestationShown(msgspec.Struct, frozen=True, kw_only=True):
    """An attestation, and the kinds of statement in it as it names them."""

    attestation: Attestation
    evidence: Evidence | None
    kinds: tuple[str, ...]


class ImageShown(msgspec.Struct, frozen=True, kw_only=True):
    """An image: `size_bytes` sums what is known, `unsized` counts the layers without.

    `settings` are the plain fields of the config, `addresses` those that steps name.
    """

    image: Image
    manifest_evidence: Evidence | None
    config_evidence: Evidence | None
    dates_evidence: Evidence | None
    are_layers_known: bool
    steps: ImageSteps
    size_bytes: int | None
    unsized: int
    settings: tuple[tuple[str, str], ...]
    addresses: tuple[tuple[int, str], ...]
    attestations: tuple[AttestationShown, ...]


def image_shown(snapshot: Snapshot, image: Image) -> ImageShown:
    """All that is shown of an image of this snapshot."""
    size_bytes, unsized = total(image.layers)
    return ImageShown(
        image=image,
        manifest_evidence=manifest_evidence(snapshot, image),
        config_evidence=config_evidence(snapshot, image),
        dates_evidence=dates_evidence(snapshot, image.layers),
        are_layers_known=are_layers_known(snapshot),
        steps=image_steps(image),
        size_bytes=size_bytes,
        unsized=unsized,
        settings=tuple(_settings(image.config)) if image.config else (),
        addresses=addresses_in(image),
        attestations=tuple(
            attestation_shown(snapshot, item)
            for item in snapshot.attestations_of(image)
        ),
    )


def attestation_shown(snapshot: Snapshot, attestation: Attestation) -> AttestationShown:
    """An attestation with what it says it states."""
    kinds = (layer.annotations.get(PREDICATE_TYPE) for layer in attestation.layers)
    return AttestationShown(
        attestation=attestation,
        evidence=manifest_evidence(snapshot, attestation),
        kinds=tuple(dict.fromkeys(kind for kind in kinds if kind)),
    )


def loose_attestations(snapshot: Snapshot) -> tuple[AttestationShown, ...]:
    """Attestations of images that are not in the snapshot."""
    known = {image.digest for image in snapshot.images}
    return tuple(
        attestation_shown(snapshot, item)
        for item in snapshot.attestations
        if item.subject_digest not in known
    )


def total(layers: tuple[Layer, ...]) -> tuple[int | None, int]:
    """The size of all layers of which it is known, and how many others there are."""
    sizes = [layer.transfer_size_bytes for layer in layers]
    known = [size for size in sizes if size is not None]
    if sizes and not known:
        return None, len(sizes)
    return sum(known), len(sizes) - len(known)


def shared_layers(image: Image) -> tuple[Digest, ...]:
    """The digests of its layers, each once."""
    return tuple(dict.fromkeys(layer.digest for layer in image.layers if layer.digest))


def _settings(config: ImageConfig) -> Iterator[tuple[str, str]]:
    """The fields that are set, as a person reads them."""
    for label, words in (
        ("Entrypoint", config.entrypoint),
        ("Command", config.command),
        ("Shell", config.shell),
    ):
        if words is not None:
            yield label, json.dumps(words, ensure_ascii=False)
    check = config.healthcheck
    for label, value in (
        ("User", config.user),
        ("Working folder", config.working_dir),
        ("Ports", ", ".join(config.exposed_ports)),
        ("Volumes", ", ".join(config.volumes)),
        ("Stop signal", config.stop_signal),
        ("Health check", healthcheck_text(check) if check else None),
        ("On build", "\n".join(config.on_build)),
        ("Host name", config.hostname),
        ("Author", config.author),
        (
            "Built with",
            f"Docker {config.docker_version}" if config.docker_version else None,
        ),
        ("Arguments", "escaped already (ArgsEscaped)" if config.args_escaped else None),
    ):
        if value:
            yield label, value
