"""Entries of a snapshot, made from decoded documents: pure, nothing is fetched."""

from __future__ import annotations

from typing import Any

from tagledger.errors import MalformedDigest, MalformedDocument
from tagledger.model import media_types
from tagledger.model.config import (
    HistoryEntry,
    ImageConfig,
    WireConfig,
    convert_time,
    image_config,
)
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.manifest import Manifest
from tagledger.model.platform import Platform
from tagledger.model.schema1 import Schema1Manifest
from tagledger.model.snapshot import Artifact, Attestation, Image, Layer
from tagledger.model.step import Step, steps_of
from tagledger.model.strict_json import convert

REFERENCE_TYPE = "vnd.docker.reference.type"
REFERENCE_DIGEST = "vnd.docker.reference.digest"
UNKNOWN_PLATFORM = Platform("unknown", "unknown")

_V1_FIELDS = ("os", "architecture", "variant", "created", "author", "docker_version")


def attestation_subject(descriptor: Descriptor) -> Digest | None:
    """The manifest that an attestation's descriptor speaks of, if it names one."""
    text = descriptor.annotations.get(REFERENCE_DIGEST)
    try:
        return None if text is None else Digest(text)
    except MalformedDigest as exc:
        field = f"annotations.{REFERENCE_DIGEST}"
        raise MalformedDocument(descriptor.digest, str(exc), field=field) from exc


def is_attestation(descriptor: Descriptor) -> bool:
    """Whether an index marks this entry as BuildKit's attestation."""
    return descriptor.annotations.get(REFERENCE_TYPE) == "attestation-manifest"


def is_image(manifest: Manifest) -> bool:
    """Whether the manifest is a runnable image rather than an artifact.

    An artifact says so by its config's media type (OCI image specification,
    "Guidelines for Artifact Usage"); signatures and statements that borrow the image
    config give themselves away by layers none of which is a tar.
    """
    if manifest.media_type == media_types.DOCKER_MANIFEST:
        return (
            manifest.config is not None
            and manifest.config.media_type in media_types.IMAGE_CONFIGS
        )
    if manifest.config is None or manifest.config.media_type not in (
        media_types.OCI_CONFIG,
        media_types.DOCKER_CONFIG,
    ):
        return False
    return not manifest.layers or any(
        media_types.layer_compression(layer.media_type) for layer in manifest.layers
    )


def layer_of(descriptor: Descriptor, diff_id: Digest | None = None) -> Layer:
    """A layer as its descriptor states it."""
    return Layer(
        digest=descriptor.digest,
        media_type=descriptor.media_type,
        size_bytes=descriptor.size_bytes,
        diff_id=diff_id,
        urls=descriptor.urls,
        annotations=descriptor.annotations,
    )


def image_entry(
    descriptor: Descriptor,
    manifest: Manifest,
    config: ImageConfig | None,
    *,
    within: tuple[Digest, ...] = (),
) -> Image:
    """An image from its manifest and, if it was wanted, its config.

    Raises MalformedDocument where the two contradict each other.
    """
    steps: tuple[Step, ...] = ()
    diff_ids: tuple[Digest | None, ...] = (None,) * len(manifest.layers)
    if config is not None and manifest.config is not None:
        name = manifest.config.digest
        if config.diff_ids:
            _check_count(name, "rootfs.diff_ids", len(config.diff_ids), manifest)
            diff_ids = config.diff_ids
        steps = steps_of(config.history, config.shell)
        if steps:
            made = sum(step.layer is not None for step in steps)
            _check_count(name, "history", made, manifest)
    return Image(
        manifest=descriptor,
        within=within,
        platform=_platform(descriptor, config),
        config_descriptor=manifest.config,
        config=config,
        layers=tuple(map(layer_of, manifest.layers, diff_ids)),
        steps=steps,
        annotations=manifest.annotations,
        artifact_type=manifest.artifact_type,
        subject=manifest.subject,
    )


def other_entry(
    descriptor: Descriptor, manifest: Manifest, *, within: tuple[Digest, ...] = ()
) -> Attestation | Artifact:
    """What is no image: BuildKit's attestation if it is one, else an artifact."""
    layers = tuple(layer_of(layer) for layer in manifest.layers)
    platform = descriptor.platform
    is_statement = bool(layers) and all(
        layer.media_type == media_types.IN_TOTO for layer in layers
    )
    if is_attestation(descriptor) or (
        is_statement and platform is not None and platform.is_unknown
    ):
        return Attestation(
            manifest=descriptor,
            within=within,
            platform=platform or UNKNOWN_PLATFORM,
            subject_digest=attestation_subject(descriptor),
            layers=layers,
            config_descriptor=manifest.config,
        )
    config_type = manifest.config.media_type if manifest.config else ""
    if config_type in (*media_types.IMAGE_CONFIGS, media_types.OCI_EMPTY, ""):
        config_type = (manifest.layers[0].media_type if layers else "") or config_type
    return Artifact(
        manifest=descriptor,
        within=within,
        artifact_type=manifest.artifact_type or config_type,
        platform=platform,
        config_descriptor=manifest.config,
        layers=layers,
        annotations=manifest.annotations,
        subject=manifest.subject,
    )


def schema1_entry(
    descriptor: Descriptor,
    manifest: Schema1Manifest,
    *,
    within: tuple[Digest, ...] = (),
) -> Image:
    """An image from a schema 1 manifest, whose config is in the newest layer's entry.

    Sizes and media types of layers are not in the document. Raises MalformedDocument.
    """
    document = descriptor.digest
    history: list[HistoryEntry] = []
    for index, entry in enumerate(manifest.compatibility):
        history.append(_v1_history(entry, document, f"v1Compatibility[{index}]"))
    newest = manifest.compatibility[-1] if manifest.compatibility else {}
    known = {key: newest[key] for key in (*_V1_FIELDS, "config") if key in newest}
    wire = convert(known, WireConfig, document)
    config = image_config(wire, document, history=tuple(history))
    # Every schema 1 entry has a blob; `throwaway` marks those with nothing in them.
    steps = tuple(
        Step(
            dockerfile=step.dockerfile,
            created=step.created,
            created_by=step.created_by,
            comment=step.comment,
            author=step.author,
            layer=index if step.makes_layer else None,
            makes_layer=step.makes_layer,
        )
        for index, step in enumerate(steps_of(config.history, config.shell))
    )
    image_id = newest.get("id")
    return Image(
        manifest=descriptor,
        within=within,
        platform=_platform(descriptor, config, architecture=manifest.architecture),
        config_descriptor=None,
        config=config,
        layers=tuple(Layer(digest=digest) for digest in manifest.layers),
        steps=steps,
        v1_id=image_id if isinstance(image_id, str) else None,
    )


def _v1_history(entry: dict[str, Any], document: str, field: str) -> HistoryEntry:
    container = entry.get("container_config")
    command = container.get("Cmd") if isinstance(container, dict) else None
    argv: tuple[str, ...] | None = None
    text = ""
    if command is not None:
        argv = convert(command, tuple[str, ...], f"{document}, {field}")
        if len(argv) == 1:
            # Docker 1.10 and later squash the command list into one string.
            text, argv = argv[0], None
    created = entry.get("created")
    return HistoryEntry(
        created=convert_time(
            created if isinstance(created, str) else None, document, f"{field}.created"
        ),
        created_by=text,
        comment=str(entry.get("comment") or ""),
        author=str(entry.get("author") or ""),
        empty_layer=entry.get("throwaway") is True,
        argv=argv,
    )


def _platform(
    descriptor: Descriptor, config: ImageConfig | None, *, architecture: str = ""
) -> Platform:
    published = descriptor.platform
    if published is not None and published.os and published.architecture:
        return published
    if config is not None and config.platform is not None:
        stated = config.platform
        return Platform(
            os=stated.os,
            architecture=stated.architecture or architecture or "amd64",
            variant=stated.variant,
            os_version=stated.os_version,
            os_features=stated.os_features,
        )
    return UNKNOWN_PLATFORM


def _check_count(name: Digest, field: str, count: int, manifest: Manifest) -> None:
    if count != len(manifest.layers):
        problem = f"speaks of {count} layers, the manifest has {len(manifest.layers)}"
        raise MalformedDocument(name, problem, field=field)
