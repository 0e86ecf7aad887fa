"""A difference as JSON, for scripts: `diff --json`.

Its form is that of the values of `model.difference`, under a name and version:
`SCHEMA`. Within a version fields may be added, none is renamed, removed or given
another meaning. docs/diff-schema.json is the JSON Schema.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tagledger.model.difference.values import (
    ArtifactDifference,
    Difference,
    DigestPair,
    FieldDifference,
    ImageDifference,
    Relation,
    Side,
)
from tagledger.model.digest import Digest
from tagledger.reports.difference.words import difference_in_words
from tagledger.reports.json_report import encode_safely

SCHEMA: Literal["tagledger.diff/1"] = "tagledger.diff/1"
"""Name and version of the form."""


class DifferenceReport(msgspec.Struct, frozen=True, kw_only=True):
    """All that two snapshots differ in."""

    schema: Literal["tagledger.diff/1"]
    relation: Relation
    differs: Annotated[bool, Meta(description="Whether anything is known to differ.")]
    summary: Annotated[str, Meta(description="The difference in one line.")]
    before: Side
    after: Side
    is_partial: Annotated[
        bool, Meta(description="Only some platforms were asked for; no root counts.")
    ]
    root: DigestPair
    annotations: tuple[FieldDifference, ...]
    images: tuple[ImageDifference, ...]
    artifacts: tuple[ArtifactDifference, ...]


def json_difference(difference: Difference) -> DifferenceReport:
    """The report as a value."""
    return DifferenceReport(
        schema=SCHEMA,
        relation=difference.relation,
        differs=difference.differs,
        summary=difference_in_words(difference),
        before=difference.before,
        after=difference.after,
        is_partial=difference.is_partial,
        root=difference.root,
        annotations=difference.annotations,
        images=difference.images,
        artifacts=difference.artifacts,
    )


def encode_difference(difference: Difference, *, compact: bool = False) -> bytes:
    """The report in UTF-8, as safe to look at as `report --json`."""
    return encode_safely(json_difference(difference), compact=compact)


def difference_schema() -> dict[str, Any]:
    """The JSON Schema, of draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{SCHEMA.replace('.', ':').replace('/', ':')}",
        "title": "What two snapshots differ in",
        **msgspec.json.schema(DifferenceReport, schema_hook=digest_schema),
    }


def encode_difference_schema() -> bytes:
    """The schema as docs/diff-schema.json has it."""
    encoded = msgspec.json.encode(difference_schema())
    return msgspec.json.format(encoded, indent=2) + b"\n"


def digest_schema(kind: type) -> dict[str, Any]:
    """The schema of a digest, which is a text. Raises NotImplementedError otherwise."""
    if kind is Digest:
        pattern = "^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$"
        return {"type": "string", "pattern": pattern}
    raise NotImplementedError(kind)
