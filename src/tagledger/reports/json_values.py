"""Values of the model as the pieces of a JSON report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from tagledger.model import media_types
from tagledger.model.config import ImageConfig
from tagledger.model.descriptor import Descriptor
from tagledger.model.platform import Platform
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Image, Layer
from tagledger.model.step import Step
from tagledger.reports.json_parts import (
    ConfigReport,
    DescriptorReport,
    HealthcheckReport,
    LayerReport,
    PlatformReport,
    ReferenceReport,
    StepReport,
)

_T = TypeVar("_T")


def stated(value: _T, *, is_whole: bool) -> _T | None:
    """The value; None if it is empty and what might have filled it was not read."""
    return value if value or is_whole else None


def reference_report(reference: Reference) -> ReferenceReport:
    """What was asked for, whole and in parts."""
    return ReferenceReport(
        text=str(reference),
        familiar=reference.familiar,
        registry=reference.domain or None,
        repository=reference.path,
        tag=reference.tag,
        digest=reference.digest,
    )


def platform_report(platform: Platform) -> PlatformReport:
    """A platform, whole and in parts."""
    return PlatformReport(
        text=str(platform),
        os=platform.os,
        os_version=platform.os_version,
        os_features=platform.os_features,
        architecture=platform.architecture,
        variant=platform.variant,
        features=platform.features,
    )


def optional_platform_report(platform: Platform | None) -> PlatformReport | None:
    """The same where there may be none."""
    return None if platform is None else platform_report(platform)


def descriptor_report(
    descriptor: Descriptor | None, *, is_whole: bool
) -> DescriptorReport | None:
    """A descriptor with everything that it says, or all that is known of it."""
    if descriptor is None:
        return None
    return DescriptorReport(
        media_type=descriptor.media_type,
        digest=descriptor.digest,
        size_bytes=descriptor.size_bytes,
        urls=stated(descriptor.urls, is_whole=is_whole),
        annotations=stated(dict(descriptor.annotations), is_whole=is_whole),
        platform=optional_platform_report(descriptor.platform),
        artifact_type=descriptor.artifact_type,
        embedded=descriptor.embedded,
        unknown=stated(dict(descriptor.unknown), is_whole=is_whole),
    )


def config_report(
    config: ImageConfig | None, *, is_whole: bool, has_diff_ids: bool
) -> ConfigReport | None:
    """The settings; the history is told by the steps.

    `is_whole` says that its bytes were read, `has_diff_ids` that its kind has such.
    """
    if config is None:
        return None
    check = config.healthcheck
    return ConfigReport(
        platform=optional_platform_report(config.platform),
        created=config.created,
        author=config.author,
        docker_version=config.docker_version,
        env=stated(config.env, is_whole=is_whole),
        entrypoint=config.entrypoint,
        command=config.command,
        shell=config.shell,
        user=config.user,
        working_dir=config.working_dir,
        hostname=config.hostname,
        exposed_ports=stated(config.exposed_ports, is_whole=is_whole),
        volumes=stated(config.volumes, is_whole=is_whole),
        labels=stated(dict(config.labels), is_whole=is_whole),
        healthcheck=HealthcheckReport(**msgspec.structs.asdict(check))
        if check
        else None,
        stop_signal=config.stop_signal,
        on_build=stated(config.on_build, is_whole=is_whole),
        args_escaped=config.args_escaped,
        diff_ids=stated(config.diff_ids, is_whole=is_whole and has_diff_ids),
        unknown=stated(dict(config.unknown), is_whole=is_whole),
    )


def layer_reports(
    layers: Iterable[Layer], steps: Iterable[Step] = (), *, is_whole: bool
) -> tuple[LayerReport, ...]:
    """The layers, each with the step that made it.

    `is_whole` says that the manifest which lists them was read.
    """
    makers = {
        step.layer: position
        for position, step in enumerate(steps)
        if step.layer is not None
    }
    return tuple(
        LayerReport(
            position=position,
            digest=layer.digest,
            diff_id=layer.diff_id,
            media_type=layer.media_type,
            size_bytes=layer.size_bytes,
            uncompressed_size_bytes=layer.uncompressed_size_bytes,
            compression=layer.media_type
            and media_types.layer_compression(layer.media_type),
            is_foreign=layer.is_foreign if layer.media_type else None,
            is_encrypted=layer.is_encrypted if layer.media_type else None,
            urls=stated(layer.urls, is_whole=is_whole),
            last_modified=layer.last_modified,
            annotations=stated(dict(layer.annotations), is_whole=is_whole),
            step=makers.get(position),
        )
        for position, layer in enumerate(layers)
    )


def step_reports(image: Image) -> tuple[StepReport, ...]:
    """The steps of an image; words come from its history where it has such."""
    history = image.config.history if image.config else ()
    has_words = len(history) == len(image.steps)
    return tuple(
        StepReport(
            position=position,
            instruction=step.instruction,
            dockerfile=step.dockerfile,
            created_by=step.created_by,
            command=history[position].argv if has_words else None,
            created=step.created,
            comment=step.comment,
            author=step.author,
            makes_layer=step.makes_layer,
            layer=step.layer,
        )
        for position, step in enumerate(image.steps)
    )
