"""The JSON Schema of `report --json`, generated from its form.

docs/report-schema.json is what `scripts/report-schema` writes of it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tagledger.reports.json_form import SCHEMA, SnapshotReport

SCHEMA_ID = f"urn:{SCHEMA.replace('.', ':').replace('/', ':')}"
"""The schema's name. It resolves nowhere: the file comes with the documentation."""


def report_schema() -> dict[str, Any]:
    """The schema, of JSON Schema draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "A report of what was published under one reference",
        **msgspec.json.schema(SnapshotReport),
    }


def encode_report_schema() -> bytes:
    """The schema as the file in docs/ has it."""
    return msgspec.json.format(msgspec.json.encode(report_schema()), indent=2) + b"\n"
