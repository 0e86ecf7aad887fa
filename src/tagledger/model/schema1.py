"""Docker "Image Manifest Version 2, Schema 1": one document, config folded in.

A signed one is a JSON Web Signature in the "pretty" form of libtrust: the digest is
over the *payload*, which is rebuilt from `formatLength` (how many bytes of the
received text to keep) and `formatTail` (what to put behind them).
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from tagledger.errors import MalformedDocument
from tagledger.model.digest import Digest
from tagledger.model.strict_json import convert, decode_json


class _Signature(msgspec.Struct, frozen=True):
    protected: str


class _Signed(msgspec.Struct, frozen=True):
    signatures: tuple[_Signature, ...] | None = None


class _Protected(msgspec.Struct, frozen=True, rename="camel"):
    format_length: int
    format_tail: str


class _FsLayer(msgspec.Struct, frozen=True, rename="camel"):
    blob_sum: Digest


class _History(msgspec.Struct, frozen=True, rename="camel"):
    v1_compatibility: str


class _Wire(msgspec.Struct, frozen=True, rename="camel"):
    schema_version: int
    name: str = ""
    tag: str = ""
    architecture: str = ""
    fs_layers: tuple[_FsLayer, ...] | None = None
    history: tuple[_History, ...] | None = None


class Schema1Manifest(msgspec.Struct, frozen=True):
    """A schema 1 manifest, oldest layer first (the document has the newest first).

    `compatibility` holds the decoded `v1Compatibility` object of each layer.
    """

    name: str
    tag: str
    architecture: str
    layers: tuple[Digest, ...]
    compatibility: tuple[dict[str, Any], ...]


def schema1_payload(received: bytes, document: str) -> bytes:
    """The bytes that the digest of a schema 1 manifest is over.

    Unsigned text is its own payload. Raises MalformedDocument for a signature whose
    protected header cannot be followed or that contradicts another.
    """
    value = decode_json(received, document)
    signatures = convert(value, _Signed, document).signatures
    if not signatures:
        return received
    payloads = {
        _payload(received, signature, document, f"signatures[{index}].protected")
        for index, signature in enumerate(signatures)
    }
    if len(payloads) != 1:
        raise MalformedDocument(
            document, "the signatures cover different payloads", field="signatures"
        )
    return payloads.pop()


def decode_schema1(payload: bytes, document: str) -> Schema1Manifest:
    """Decode a payload that was verified. Raises MalformedDocument."""
    wire = convert(decode_json(payload, document), _Wire, document)
    if wire.schema_version != 1:
        raise MalformedDocument(
            document, f"{wire.schema_version} instead of 1", field="schemaVersion"
        )
    layers = wire.fs_layers or ()
    history = wire.history or ()
    if len(layers) != len(history):
        problem = f"{len(history)} entries for {len(layers)} layers"
        raise MalformedDocument(document, problem, field="history")
    compatibility = []
    for index, entry in enumerate(history):
        field = f"{document}, history[{index}].v1Compatibility"
        value = decode_json(entry.v1_compatibility.encode(), field)
        if not isinstance(value, dict):
            raise MalformedDocument(field, "not a JSON object")
        compatibility.append(value)
    return Schema1Manifest(
        name=wire.name,
        tag=wire.tag,
        architecture=wire.architecture,
        layers=tuple(layer.blob_sum for layer in reversed(layers)),
        compatibility=tuple(reversed(compatibility)),
    )


def _payload(
    received: bytes, signature: _Signature, document: str, field: str
) -> bytes:
    header_bytes = _decode_base64url(signature.protected, document, field)
    where = f"{document}, {field}"
    header = convert(decode_json(header_bytes, where), _Protected, where)
    if not 0 < header.format_length <= len(received):
        problem = f"{header.format_length} of {len(received)} bytes"
        raise MalformedDocument(where, problem, field="formatLength")
    tail = _decode_base64url(header.format_tail, where, "formatTail")
    return received[: header.format_length] + tail


def _decode_base64url(text: str, document: str, field: str) -> bytes:
    try:
        return base64.b64decode(
            text + "=" * (-len(text) % 4), altchars=b"-_", validate=True
        )
    except (binascii.Error, ValueError) as exc:
        raise MalformedDocument(document, "not base64url", field=field) from exc
