"""The form of `check --json`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tagledger.flows.json_forms.form import CountField, SizeField
from tagledger.ledger.answers import Counts, Finding


class FindingReport(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is wrong."""

    where: Annotated[str, Meta(description="A digest, or a table and a number.")]
    problem: str


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a ledger, and how much was checked."""

    schema: Literal["tagledger.check/1"]
    findings: Annotated[
        tuple[FindingReport, ...], Meta(description="None where all is well.")
    ]
    observations: CountField
    contents: CountField
    content_bytes: SizeField


def check_report(findings: Sequence[Finding], counts: Counts) -> CheckReport:
    """The report of a check."""
    return CheckReport(
        schema="tagledger.check/1",
        findings=tuple(
            FindingReport(where=item.where, problem=item.problem) for item in findings
        ),
        observations=counts.observations,
        contents=counts.contents,
        content_bytes=counts.content_bytes,
    )
