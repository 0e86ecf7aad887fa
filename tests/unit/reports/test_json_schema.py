import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from support.kinds import KINDS
from support.memory_contents import snapshot_of
from tagledger.model.source import Wanted
from tagledger.reports.json_form import SCHEMA
from tagledger.reports.json_report import encode_report
from tagledger.reports.json_schema import encode_report_schema, report_schema

COMMITTED = Path(__file__).parents[3] / "docs" / "report-schema.json"


def test_the_committed_schema_is_current() -> None:
    """What the documentation carries is what the code writes (else: make schema)."""
    committed = COMMITTED.read_bytes()

    assert committed == encode_report_schema()


def test_the_schema_is_one() -> None:
    """It is a valid JSON Schema with a name."""
    schema = report_schema()

    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"].startswith("urn:tagledger:")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_full", [True, False])
async def test_reports_follow_the_schema(kind: str, *, is_full: bool) -> None:
    """Whatever is published, its report is valid, with and without configs, dates and attestations."""
    wanted = Wanted(configs=is_full, layer_dates=is_full, attestations=is_full)

    report = encode_report(await snapshot_of(KINDS[kind](), wanted=wanted))

    validator = jsonschema.Draft202012Validator(
        msgspec.json.decode(COMMITTED.read_bytes()),
        format_checker=jsonschema.FormatChecker(),
    )
    assert [] == list(validator.iter_errors(json.loads(report)))
    assert SCHEMA == json.loads(report)["schema"]


def _objects() -> dict[str, dict[str, Any]]:
    return {
        name: value
        for name, value in report_schema()["$defs"].items()
        if value.get("type") == "object"
    }


@pytest.mark.parametrize("name", _objects())
def test_every_field_is_always_there(name: str) -> None:
    """No field is left out when it is empty, so that a script can tell none from unknown."""
    value = _objects()[name]

    assert list(value["properties"]) == value["required"]
    assert value["description"]
