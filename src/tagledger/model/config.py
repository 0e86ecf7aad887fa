"""The image config: what the builder said of an image.

Source: OCI image specification 1.1, config.md; Docker "Image Specification v1.2"
for `docker_version`, `Healthcheck`, `Shell`, `OnBuild` and `ArgsEscaped`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from tagledger.errors import MalformedDocument
from tagledger.model.digest import Digest
from tagledger.model.platform import Platform
from tagledger.model.strict_json import convert, decode_json
from tagledger.model.times import parse_rfc3339

MAX_CONFIG_BYTES = 8 * 1024 * 1024
"""Largest config taken; containerd takes as much. The largest seen is 25,000 bytes."""


class Healthcheck(msgspec.Struct, frozen=True):
    """`Healthcheck`: durations are nanoseconds, as in the document."""

    test: tuple[str, ...] = ()
    interval_ns: int | None = None
    timeout_ns: int | None = None
    start_period_ns: int | None = None
    start_interval_ns: int | None = None
    retries: int | None = None


class HistoryEntry(msgspec.Struct, frozen=True):
    """One entry of `history`. `argv` is the command list of a schema 1 image."""

    created: datetime | None = None
    created_by: str = ""
    comment: str = ""
    author: str = ""
    empty_layer: bool = False
    argv: tuple[str, ...] | None = None


class ImageConfig(msgspec.Struct, frozen=True):
    """Everything that a config says. Absent fields are None or empty.

    `platform` is None where the source states none (a page without platforms);
    `entrypoint` and `command` keep the difference between absent (None) and empty.
    """

    platform: Platform | None = None
    created: datetime | None = None
    author: str | None = None
    docker_version: str | None = None
    env: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    shell: tuple[str, ...] | None = None
    user: str | None = None
    working_dir: str | None = None
    hostname: str | None = None
    exposed_ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    labels: Mapping[str, str] = {}
    healthcheck: Healthcheck | None = None
    stop_signal: str | None = None
    on_build: tuple[str, ...] = ()
    args_escaped: bool | None = None
    diff_ids: tuple[Digest, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    unknown: Mapping[str, Any] = {}


class _WireHealthcheck(msgspec.Struct, frozen=True, rename="pascal"):
    test: tuple[str, ...] | None = None
    interval: int | None = None
    timeout: int | None = None
    start_period: int | None = None
    start_interval: int | None = None
    retries: int | None = None


class _WireHistory(msgspec.Struct, frozen=True):
    created: str | None = None
    created_by: str | None = None
    comment: str | None = None
    author: str | None = None
    empty_layer: bool | None = None


class _WireRootfs(msgspec.Struct, frozen=True):
    type: str | None = None
    diff_ids: tuple[Digest, ...] | None = None


class WireContainerConfig(msgspec.Struct, frozen=True, rename="pascal"):
    """The inner `config` object, also found in schema 1's `v1Compatibility`."""

    hostname: str | None = None
    user: str | None = None
    exposed_ports: dict[str, Any] | None = None
    env: tuple[str, ...] | None = None
    cmd: tuple[str, ...] | str | None = None
    entrypoint: tuple[str, ...] | str | None = None
    shell: tuple[str, ...] | None = None
    volumes: dict[str, Any] | None = None
    working_dir: str | None = None
    labels: dict[str, str] | None = None
    healthcheck: _WireHealthcheck | None = None
    stop_signal: str | None = None
    on_build: tuple[str, ...] | None = None
    args_escaped: bool | None = None


class WireConfig(msgspec.Struct, frozen=True):
    """The config document as JSON has it."""

    os: str | None = None
    architecture: str | None = None
    variant: str | None = None
    os_version: str | None = msgspec.field(default=None, name="os.version")
    os_features: tuple[str, ...] | None = msgspec.field(
        default=None, name="os.features"
    )
    created: str | None = None
    author: str | None = None
    docker_version: str | None = None
    config: WireContainerConfig | None = None
    rootfs: _WireRootfs | None = None
    history: tuple[_WireHistory, ...] | None = None


_KNOWN = frozenset(field.encode_name for field in msgspec.structs.fields(WireConfig))


def decode_config(content: bytes, digest: Digest) -> ImageConfig:
    """Decode a config that was verified. Raises MalformedDocument with the field."""
    value = decode_json(content, digest)
    wire = convert(value, WireConfig, digest)
    history = tuple(
        HistoryEntry(
            created=convert_time(entry.created, digest, f"history[{index}].created"),
            created_by=entry.created_by or "",
            comment=entry.comment or "",
            author=entry.author or "",
            empty_layer=bool(entry.empty_layer),
        )
        for index, entry in enumerate(wire.history or ())
    )
    diff_ids = (wire.rootfs.diff_ids if wire.rootfs else None) or ()
    unknown = {key: value[key] for key in value if key not in _KNOWN}
    return image_config(
        wire, digest, history=history, diff_ids=diff_ids, unknown=unknown
    )


def image_config(
    wire: WireConfig,
    document: str,
    *,
    history: tuple[HistoryEntry, ...],
    diff_ids: tuple[Digest, ...] = (),
    unknown: Mapping[str, Any] = {},
) -> ImageConfig:
    """The value made from the document's fields and an already read history."""
    inner = wire.config or WireContainerConfig()
    check = inner.healthcheck
    return ImageConfig(
        platform=Platform(
            os=wire.os or "linux",
            architecture=wire.architecture or "",
            variant=wire.variant or None,
            os_version=wire.os_version or None,
            os_features=wire.os_features or (),
        ),
        created=convert_time(wire.created, document, "created"),
        author=wire.author or None,
        docker_version=wire.docker_version or None,
        env=inner.env or (),
        entrypoint=_words(inner.entrypoint),
        command=_words(inner.cmd),
        shell=inner.shell,
        user=inner.user or None,
        working_dir=inner.working_dir or None,
        hostname=inner.hostname or None,
        exposed_ports=tuple(inner.exposed_ports or ()),
        volumes=tuple(inner.volumes or ()),
        labels=inner.labels or {},
        healthcheck=None
        if check is None
        else Healthcheck(
            test=check.test or (),
            interval_ns=check.interval,
            timeout_ns=check.timeout,
            start_period_ns=check.start_period,
            start_interval_ns=check.start_interval,
            retries=check.retries,
        ),
        stop_signal=inner.stop_signal or None,
        on_build=inner.on_build or (),
        args_escaped=inner.args_escaped,
        diff_ids=diff_ids,
        history=history,
        unknown=unknown,
    )


def convert_time(text: str | None, document: str, field: str) -> datetime | None:
    """A time of a document, None if absent or empty. Raises MalformedDocument."""
    if not text:
        return None
    try:
        return parse_rfc3339(text)
    except ValueError as exc:
        raise MalformedDocument(document, str(exc), field=field) from exc


def _words(value: tuple[str, ...] | str | None) -> tuple[str, ...] | None:
    # Docker's strslice reads a lone string as a list of one.
    return (value,) if isinstance(value, str) else value
