"""The pieces of which `report --json` is made; `json_form` puts them together."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

StringsField = tuple[str, ...]
AnnotationsField = Annotated[
    dict[str, str], Meta(description="Key and text, as the document carries them.")
]
UnknownField = Annotated[
    dict[str, Any],
    Meta(description="Fields that the specifications do not name, kept as they came."),
]
TimeField = Annotated[datetime, Meta(tz=True)]
SizeField = Annotated[int, Meta(ge=0)]
PositionField = Annotated[int, Meta(ge=0, description="Counted from 0.")]
DigestField = Annotated[
    str,
    Meta(pattern="^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$"),
]


class ReferenceReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for."""

    text: Annotated[str, Meta(description="In full: docker.io/library/python:3.8.")]
    familiar: Annotated[str, Meta(description="As people write it: python:3.8.")]
    registry: Annotated[str | None, Meta(description="Null outside a registry.")]
    repository: str
    tag: str | None
    digest: DigestField | None


class PlatformReport(msgspec.Struct, frozen=True, kw_only=True):
    """Operating system and processor, in the words of the OCI image specification."""

    text: Annotated[str, Meta(description="For example windows/amd64:10.0.17763.864.")]
    os: str
    os_version: str | None
    os_features: StringsField
    architecture: str
    variant: str | None
    features: StringsField


class DescriptorReport(msgspec.Struct, frozen=True, kw_only=True):
    """A pointer to bytes, with what was said beside it."""

    media_type: str
    digest: DigestField
    size_bytes: Annotated[
        SizeField | None, Meta(description="Null on a published page.")
    ]
    urls: StringsField | None
    annotations: AnnotationsField | None
    platform: PlatformReport | None
    artifact_type: str | None
    embedded: Annotated[bytes | None, Meta(description="The bytes themselves.")]
    unknown: UnknownField | None


class LayerReport(msgspec.Struct, frozen=True, kw_only=True):
    """A layer of an image, or a blob of an artifact."""

    position: PositionField
    digest: Annotated[
        DigestField | None, Meta(description="Of the bytes as they are sent.")
    ]
    diff_id: Annotated[DigestField | None, Meta(description="Of the uncompressed tar.")]
    media_type: str | None
    size_bytes: Annotated[SizeField | None, Meta(description="As sent, in bytes.")]
    uncompressed_size_bytes: SizeField | None
    compression: Annotated[
        str | None, Meta(description="gzip, zstd or none; null if it is no tar.")
    ]
    is_foreign: Annotated[bool | None, Meta(description="Held at urls, elsewhere.")]
    is_encrypted: bool | None
    urls: StringsField | None
    last_modified: Annotated[
        TimeField | None, Meta(description="What the place that holds the bytes said.")
    ]
    annotations: AnnotationsField | None
    step: Annotated[
        PositionField | None, Meta(description="Position of the step that made it.")
    ]


class StepReport(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the builder did."""

    position: PositionField
    instruction: Annotated[str, Meta(description="The keyword, or empty: RUN, COPY.")]
    dockerfile: Annotated[str, Meta(description="As an instruction of a Dockerfile.")]
    created_by: Annotated[str | None, Meta(description="The builder's own text.")]
    command: Annotated[
        StringsField | None, Meta(description="The builder's own words, in schema 1.")
    ]
    created: Annotated[TimeField | None, Meta(description="What the builder claimed.")]
    comment: str
    author: str
    makes_layer: bool | None
    layer: Annotated[
        PositionField | None, Meta(description="Position of the layer that it made.")
    ]


class HealthcheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """How an engine sees whether the container is well; durations in nanoseconds."""

    test: StringsField
    interval_ns: int | None
    timeout_ns: int | None
    start_period_ns: int | None
    start_interval_ns: int | None
    retries: int | None


class ConfigReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the config says of how to run the image; null where only parts are known."""

    platform: PlatformReport | None
    created: Annotated[TimeField | None, Meta(description="What the builder claimed.")]
    author: str | None
    docker_version: str | None
    env: StringsField | None
    entrypoint: StringsField | None
    command: StringsField | None
    shell: StringsField | None
    user: str | None
    working_dir: str | None
    hostname: str | None
    exposed_ports: StringsField | None
    volumes: StringsField | None
    labels: AnnotationsField | None
    healthcheck: HealthcheckReport | None
    stop_signal: str | None
    on_build: StringsField | None
    args_escaped: bool | None
    diff_ids: Annotated[
        tuple[DigestField, ...] | None, Meta(description="Null in schema 1 as well.")
    ]
    unknown: UnknownField | None
