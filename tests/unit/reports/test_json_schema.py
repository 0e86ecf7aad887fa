import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from support.kinds import KINDS
from support.memory_contents import snapshot_of
from tagledger.model.config import Healthcheck, ImageConfig
from tagledger.model.descriptor import Descriptor
from tagledger.model.platform import Platform
from tagledger.model.reference import Reference
from tagledger.model.snapshot import (
    Artifact,
    Attestation,
    Image,
    Layer,
    Missing,
    Snapshot,
)
from tagledger.model.source import Wanted
from tagledger.model.step import Step
from tagledger.reports import json_form, json_parts
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


RENAMED = {
    "within": "within_indexes",
    "v1_id": "image_id",
    "entries": "images",
    "dates_evidence": "images",
    "contradicted": "contradictions",
}
LEFT_OUT = {"form", "history"}
"""How a page is laid out is no statement; the history is told by the steps."""


@pytest.mark.parametrize(
    ("value", "report"),
    [
        (Reference, json_parts.ReferenceReport),
        (Platform, json_parts.PlatformReport),
        (Descriptor, json_parts.DescriptorReport),
        (Layer, json_parts.LayerReport),
        (Step, json_parts.StepReport),
        (Healthcheck, json_parts.HealthcheckReport),
        (ImageConfig, json_parts.ConfigReport),
        (Image, json_form.ImageReport),
        (Attestation, json_form.AttestationReport),
        (Artifact, json_form.ArtifactReport),
        (Missing, json_form.MissingReport),
        (Snapshot, json_form.SnapshotReport),
    ],
)
def test_no_statement_of_a_snapshot_is_left_out(
    value: type[msgspec.Struct], report: type[msgspec.Struct]
) -> None:
    """A field that the model gains, the report gains as well."""
    stated = {RENAMED.get(name, name) for name in value.__struct_fields__} - LEFT_OUT
    if value is Reference:
        stated = stated - {"domain", "path"} | {"registry", "repository"}

    assert stated <= set(report.__struct_fields__)
