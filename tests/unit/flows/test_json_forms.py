from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tagledger.flows.json_forms.schemas import (
    FORMS,
    encode_form_schema,
    form_schema,
    name_of,
)

DOCS = Path(__file__).parents[3] / "docs"


def objects() -> list[tuple[str, str, dict[str, Any]]]:
    """Every object of every form: the form's name, its own, and its schema."""
    return [
        (form, name, value)
        for form, kind in FORMS.items()
        for name, value in form_schema(kind)["$defs"].items()
        if value.get("type") == "object"
    ]


@pytest.mark.parametrize("name", FORMS)
def test_the_committed_schema_is_current(name: str) -> None:
    """What the documentation carries is what the code writes (else: make schema)."""
    committed = (DOCS / "schemas" / f"{name}.json").read_bytes()

    assert committed == encode_form_schema(FORMS[name])


def test_no_schema_is_left_of_a_form_that_is_gone() -> None:
    """The folder holds the forms and nothing else."""
    assert {*FORMS} == {path.stem for path in (DOCS / "schemas").iterdir()}


@pytest.mark.parametrize("name", FORMS)
def test_the_schema_is_one(name: str) -> None:
    """It is a valid JSON Schema under the name that the form carries, and the documentation lists it."""
    schema = form_schema(FORMS[name])

    jsonschema.Draft202012Validator.check_schema(schema)
    assert f"urn:tagledger:{name}:1" == schema["$id"]
    assert (
        f"| `{name_of(FORMS[name])}` | [{name}.json](schemas/{name}.json) |"
        in (DOCS / "ledger-json.md").read_text()
    )


@pytest.mark.parametrize(
    ("form", "name", "value"),
    objects(),
    ids=[f"{form}-{name}" for form, name, _ in objects()],
)
def test_every_field_is_always_there(
    form: str, name: str, value: dict[str, Any]
) -> None:
    """No field is left out when it is empty, so that a script can tell none from unknown; each object is described."""
    assert list(value["properties"]) == value["required"], form
    assert value["description"], name
