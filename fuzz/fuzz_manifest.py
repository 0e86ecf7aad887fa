"""Indexes and manifests of every kind, as a registry could send them."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from loop import main
from seeds import manifests

from tagledger.errors import TagledgerError
from tagledger.model.assembly import verified_root
from tagledger.model.digest import Digest
from tagledger.model.entries import image_entry, is_image, other_entry, schema1_entry
from tagledger.model.manifest import Manifest, decode_manifest
from tagledger.model.media_types import ACCEPTED
from tagledger.model.schema1 import Schema1Manifest
from tagledger.model.source import Received
from tagledger.model.strict_json import decode_json

_ANNOUNCED = (None, "", "application/json; charset=utf-8", "text/html", *ACCEPTED)


def check(content: bytes) -> None:
    """Every way of announcing the bytes ends in a value or a clean error."""
    _check_json(content)
    problem = None
    for announced in _ANNOUNCED:
        try:
            descriptor, document, decoded = verified_root(
                Received(content, announced), None
            )
        except TagledgerError as exc:
            problem = exc
            continue
        descriptor.digest.verify(document.content)
        assert decoded == decode_manifest(
            document.content, descriptor.digest, descriptor.media_type
        ), "what is kept does not read as what was received"
        try:
            if isinstance(decoded, Schema1Manifest):
                schema1_entry(descriptor, decoded)
            elif isinstance(decoded, Manifest) and is_image(decoded):
                image_entry(descriptor, decoded, None)
            elif isinstance(decoded, Manifest):
                other_entry(descriptor, decoded)
        except TagledgerError as exc:
            problem = exc
    if problem is not None:
        raise problem


def _check_json(content: bytes) -> None:
    """What is taken for JSON is JSON to others too, and to them says the same."""
    try:
        value = decode_json(content, Digest.of(content))
    except TagledgerError:
        return
    assert _same(value, msgspec.json.decode(content)), "another reader differs"
    assert _same(value, json.loads(json.dumps(value, allow_nan=False)))


def _same(ours: Any, theirs: Any) -> bool:  # noqa: ANN401 - any JSON
    if isinstance(ours, dict):
        return (
            isinstance(theirs, dict)
            and ours.keys() == theirs.keys()
            and all(_same(ours[key], theirs[key]) for key in ours)
        )
    if isinstance(ours, list):
        return (
            isinstance(theirs, list)
            and len(ours) == len(theirs)
            and all(map(_same, ours, theirs))
        )
    # A whole number past 64 bits is a float to some: its digits are what we keep.
    return bool(ours == theirs or float(ours) == theirs)


if __name__ == "__main__":
    main(check, lambda: [*manifests()], [kind.encode() for kind in ACCEPTED])
