"""The descriptor: one document's pointer to another (OCI image specification)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from tagledger.errors import MalformedDocument
from tagledger.model.digest import Digest
from tagledger.model.platform import Platform
from tagledger.model.strict_json import convert

MAX_SIZE_BYTES = 2**63 - 1
"""Sizes are int64 in the specification."""

SizeBytes = Annotated[int, msgspec.Meta(ge=0, le=MAX_SIZE_BYTES)]


class Descriptor(msgspec.Struct, frozen=True):
    """Media type, digest and size of some content, with what was said beside it.

    `size_bytes` is None only where a source does not know it (a published page).
    `embedded` is the content itself where the descriptor carries it (`data`).
    `unknown` keeps fields that the specification does not name.
    """

    media_type: str
    digest: Digest
    size_bytes: int | None
    urls: tuple[str, ...] = ()
    annotations: Mapping[str, str] = {}
    platform: Platform | None = None
    artifact_type: str | None = None
    embedded: bytes | None = None
    unknown: Mapping[str, Any] = {}


class WirePlatform(msgspec.Struct, frozen=True):
    """`platform` as JSON has it."""

    os: str = ""
    architecture: str = ""
    variant: str | None = None
    os_version: str | None = msgspec.field(default=None, name="os.version")
    os_features: tuple[str, ...] | None = msgspec.field(
        default=None, name="os.features"
    )
    features: tuple[str, ...] | None = None

    def value(self) -> Platform:
        """The platform; empty texts count as not said."""
        return Platform(
            os=self.os,
            architecture=self.architecture,
            variant=self.variant or None,
            os_version=self.os_version or None,
            os_features=self.os_features or (),
            features=self.features or (),
        )


class _WireDescriptor(msgspec.Struct, frozen=True, rename="camel"):
    media_type: str
    digest: Digest
    size: SizeBytes
    urls: tuple[str, ...] | None = None
    annotations: dict[str, str] | None = None
    platform: WirePlatform | None = None
    artifact_type: str | None = None
    data: str | None = None


_KNOWN = frozenset(
    field.encode_name for field in msgspec.structs.fields(_WireDescriptor)
)


def convert_descriptor(value: object, document: str, field: str) -> Descriptor:
    """A descriptor from decoded JSON. Raises MalformedDocument naming the field."""
    try:
        wire = convert(value, _WireDescriptor, document)
    except MalformedDocument as exc:
        inner = f"{field}.{exc.field}" if exc.field else field
        raise MalformedDocument(document, exc.problem, field=inner) from exc
    unknown: dict[str, Any] = {}
    if isinstance(value, dict) and not value.keys() <= _KNOWN:
        unknown = {key: value[key] for key in value if key not in _KNOWN}
    return Descriptor(
        media_type=wire.media_type,
        digest=wire.digest,
        size_bytes=wire.size,
        urls=wire.urls or (),
        annotations=wire.annotations or {},
        platform=wire.platform.value() if wire.platform else None,
        artifact_type=wire.artifact_type,
        embedded=_decode_data(wire.data, document, f"{field}.data"),
        unknown=unknown,
    )


def _decode_data(text: str | None, document: str, field: str) -> bytes | None:
    if text is None:
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise MalformedDocument(document, "not base64", field=field) from exc
