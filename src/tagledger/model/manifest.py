"""Indexes and manifests, decoded from bytes that were verified.

Sources: OCI image specification 1.1 (image-index.md, manifest.md), Docker "Image
Manifest Version 2, Schema 2", and the retired OCI artifact manifest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tagledger.errors import AmbiguousDocument, MalformedDocument, MediaTypeMismatch
from tagledger.model import media_types
from tagledger.model.descriptor import Descriptor, convert_descriptor
from tagledger.model.digest import Digest
from tagledger.model.schema1 import Schema1Manifest, decode_schema1, schema1_payload
from tagledger.model.strict_json import convert, decode_json

MAX_MANIFEST_BYTES = 4 * 1024 * 1024
"""Largest manifest or index taken: what the distribution specification asks
registries to support at least; nothing published here comes near."""

MAX_LAYERS = 10_000
"""Most layers taken. Engines stop at 127; a sane artifact has a few hundred blobs."""


class Index(msgspec.Struct, frozen=True):
    """An OCI image index or a Docker manifest list."""

    media_type: str
    manifests: tuple[Descriptor, ...]
    artifact_type: str | None = None
    subject: Descriptor | None = None
    annotations: Mapping[str, str] = {}
    unknown: Mapping[str, Any] = {}


class Manifest(msgspec.Struct, frozen=True):
    """An OCI image or artifact manifest, or a Docker schema 2 manifest.

    `config` is None only in the retired OCI artifact manifest.
    """

    media_type: str
    config: Descriptor | None
    layers: tuple[Descriptor, ...]
    artifact_type: str | None = None
    subject: Descriptor | None = None
    annotations: Mapping[str, str] = {}
    unknown: Mapping[str, Any] = {}


class _Wire(msgspec.Struct, frozen=True, rename="camel"):
    schema_version: int | None = None
    media_type: str | None = None
    artifact_type: str | None = None
    manifests: tuple[Any, ...] | None = None
    config: Any = None
    layers: tuple[Any, ...] | None = None
    blobs: tuple[Any, ...] | None = None
    subject: Any = None
    annotations: dict[str, str] | None = None


_KNOWN = frozenset(field.encode_name for field in msgspec.structs.fields(_Wire))
_GENERIC = frozenset({"", "application/json", "text/plain", media_types.OCTET_STREAM})
"""Content types that say nothing: the document's own word is then taken."""


def signed_payload(received: bytes, media_type: str | None, document: str) -> bytes:
    """The bytes that a digest is over: all of them, but for a signed schema 1."""
    is_schema1 = media_type in media_types.SCHEMA1 or (
        (media_type or "") in _GENERIC and b'"fsLayers"' in received
    )
    return schema1_payload(received, document) if is_schema1 else received


def decode_manifest(
    content: bytes, digest: Digest, announced: str | None
) -> Index | Manifest | Schema1Manifest:
    """Decode a document by the media type announced for it.

    `content` is what hashes to `digest` (see `signed_payload`); `announced` is the
    descriptor's or the header's media type, None or a generic one if nothing was
    said. Raises AmbiguousDocument, MediaTypeMismatch or MalformedDocument.
    """
    value = decode_json(content, digest)
    if not isinstance(value, dict):
        raise MalformedDocument(digest, "not a JSON object")
    _refuse_ambiguity(value, digest)
    if "fsLayers" in value:
        return _decode_schema1(content, value, digest, announced)
    wire = convert(value, _Wire, digest)
    media_type = _media_type(wire, value, digest, announced)
    if wire.schema_version != 2 and media_type != media_types.OCI_ARTIFACT_MANIFEST:
        problem = f"{wire.schema_version} instead of 2"
        raise MalformedDocument(digest, problem, field="schemaVersion")
    subject = (
        None
        if wire.subject is None
        else convert_descriptor(wire.subject, digest, "subject")
    )
    unknown = {key: value[key] for key in value if key not in _KNOWN}
    if media_type in media_types.INDEXES:
        if wire.manifests is None:
            raise MalformedDocument(digest, "missing", field="manifests")
        return Index(
            media_type=media_type,
            manifests=_descriptors(wire.manifests, digest, "manifests"),
            artifact_type=wire.artifact_type,
            subject=subject,
            annotations=wire.annotations or {},
            unknown=unknown,
        )
    is_retired = media_type == media_types.OCI_ARTIFACT_MANIFEST
    if wire.config is None and not is_retired:
        raise MalformedDocument(digest, "missing", field="config")
    return Manifest(
        media_type=media_type,
        config=None
        if wire.config is None
        else convert_descriptor(wire.config, digest, "config"),
        layers=_descriptors(wire.blobs or (), digest, "blobs")
        if is_retired
        else _descriptors(wire.layers or (), digest, "layers"),
        artifact_type=wire.artifact_type,
        subject=subject,
        annotations=wire.annotations or {},
        unknown=unknown,
    )


def _descriptors(
    values: tuple[Any, ...], digest: Digest, field: str
) -> tuple[Descriptor, ...]:
    if len(values) > MAX_LAYERS:
        raise MalformedDocument(digest, f"more than {MAX_LAYERS} entries", field=field)
    return tuple(
        convert_descriptor(value, digest, f"{field}[{index}]")
        for index, value in enumerate(values)
    )


def _refuse_ambiguity(value: dict[str, Any], digest: Digest) -> None:
    kinds = (("manifests",), ("config", "layers"), ("fsLayers",), ("blobs",))
    present = [kind for kind in kinds if not value.keys().isdisjoint(kind)]
    if len(present) > 1:
        found = tuple(key for kind in present for key in kind if key in value)
        raise AmbiguousDocument(digest, found)


def _decode_schema1(
    content: bytes, value: dict[str, Any], digest: Digest, announced: str | None
) -> Schema1Manifest:
    said = value.get("mediaType")
    if said is not None and not isinstance(said, str):
        raise MalformedDocument(digest, "not a text", field="mediaType")
    for claim in (announced or "", said or ""):
        if claim not in _GENERIC and claim not in media_types.SCHEMA1:
            raise MediaTypeMismatch(digest, claim, media_types.DOCKER_SCHEMA1)
    return decode_schema1(content, digest)


def _media_type(
    wire: _Wire, value: dict[str, Any], digest: Digest, announced: str | None
) -> str:
    claim = (announced or "").partition(";")[0].strip().lower()
    said = wire.media_type
    if claim in _GENERIC:
        claim = said or _by_shape(value)
    if said is not None and said != claim:
        raise MediaTypeMismatch(digest, claim, said)
    is_index_shaped = "manifests" in value
    if claim not in media_types.DOCUMENTS or (claim in media_types.SCHEMA1):
        raise MalformedDocument(
            digest, f"{claim[:120]!r} is no manifest that is known", field="mediaType"
        )
    if is_index_shaped != (claim in media_types.INDEXES):
        found = "an index" if is_index_shaped else "a manifest"
        raise MediaTypeMismatch(digest, claim, found)
    return claim


def _by_shape(value: dict[str, Any]) -> str:
    # `mediaType` is optional in OCI documents and was absent before OCI 1.0.2.
    if "manifests" in value:
        return media_types.OCI_INDEX
    if "blobs" in value:
        return media_types.OCI_ARTIFACT_MANIFEST
    return media_types.OCI_MANIFEST
