"""The JSON Schemas of all these forms, generated from the structs.

docs/schemas/ holds what `scripts/ledger-schemas` writes of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

import msgspec

from tagledger.flows.json_forms.backup import BackupReport, RestoreReport
from tagledger.flows.json_forms.check import CheckReport
from tagledger.flows.json_forms.find import FindDigestReport, FindImagesReport
from tagledger.flows.json_forms.history import HistoryReport
from tagledger.flows.json_forms.lists import (
    ChangesReport,
    FactsReport,
    ImagesReport,
    RepositoriesReport,
    TagsReport,
    VerdictReport,
)
from tagledger.flows.json_forms.proof import LedgerVerificationReport
from tagledger.flows.json_forms.recording import ImportReport, RecordReport
from tagledger.flows.json_forms.sizes import SizesReport
from tagledger.flows.json_forms.stats import StatsReport
from tagledger.reports.difference.json_report import digest_schema

_KINDS: tuple[type[msgspec.Struct], ...] = (
    *(RecordReport, ImportReport, HistoryReport, FindDigestReport, FindImagesReport),
    *(SizesReport, StatsReport, LedgerVerificationReport, CheckReport),
    *(BackupReport, RestoreReport, RepositoriesReport, TagsReport, FactsReport),
    *(ChangesReport, ImagesReport, VerdictReport),
)


def name_of(form: type[msgspec.Struct]) -> str:
    """Name and version of a form: what its `schema` is, ``tagledger.history/1``."""
    (name,) = get_args(msgspec.structs.fields(form)[0].type)
    return str(name)


FORMS = {
    name_of(kind).removeprefix("tagledger.").partition("/")[0]: kind for kind in _KINDS
}
"""Every form by its short name, which is also that of its schema's file."""


def form_schema(form: type[msgspec.Struct]) -> dict[str, Any]:
    """The schema of a form, of JSON Schema draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{name_of(form).replace('.', ':').replace('/', ':')}",
        "title": (form.__doc__ or "").partition("\n")[0].rstrip("."),
        **msgspec.json.schema(form),
    }


def form_components(
    forms: Iterable[type[msgspec.Struct]], ref_template: str
) -> dict[str, Any]:
    """The schemas of all that these forms are made of, by name.

    `ref_template` is how one names another: with ``{name}``.
    """
    _, components = msgspec.json.schema_components(
        [*forms], ref_template=ref_template, schema_hook=digest_schema
    )
    return components


def encode_form_schema(form: type[msgspec.Struct]) -> bytes:
    """The schema as the file in docs/schemas/ has it."""
    return msgspec.json.format(msgspec.json.encode(form_schema(form)), indent=2) + b"\n"
