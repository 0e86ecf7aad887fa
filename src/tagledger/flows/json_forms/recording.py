"""The forms of what writes to a ledger: `record --json` and `import --json`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tagledger.errors import TagledgerError
from tagledger.flows.importing import Imported
from tagledger.flows.json_forms.form import (
    CountField,
    DigestField,
    ReferenceField,
    SizeField,
    SourceField,
    TimeField,
)
from tagledger.flows.json_forms.proof import ProofReport, proof_report
from tagledger.flows.prove_ledger import Proven
from tagledger.flows.record import Change, Noted
from tagledger.ledger.stated import Recorded

AddressField = Annotated[str, Meta(description="As it was asked for.")]


class AddedReport(msgspec.Struct, frozen=True, kw_only=True):
    """How much was new to the ledger."""

    observations: CountField
    statements: CountField
    entries: CountField
    contents: CountField
    content_bytes: SizeField


class ObservationReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a name was found to be."""

    address: AddressField
    reference: ReferenceField
    source: SourceField
    observed_at: TimeField
    digest: DigestField | None
    is_absent: bool
    change: Annotated[Change, Meta(description="Beside the last observation.")]
    digest_before: DigestField | None
    new: AddedReport


class FailureReport(msgspec.Struct, frozen=True, kw_only=True):
    """A name of which nothing was recorded, and why."""

    address: AddressField
    code: Annotated[
        str, Meta(description="Of the error, as the list of errors has it.")
    ]
    text: str
    hint: str


class RecordReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was observed and written down, and what failed."""

    schema: Literal["tagledger.record/1"]
    observations: tuple[ObservationReport, ...]
    failures: tuple[FailureReport, ...]


class SkippedReport(msgspec.Struct, frozen=True, kw_only=True):
    """A version that could not be read."""

    where: str
    code: Annotated[
        str, Meta(description="Of the error, as the list of errors has it.")
    ]
    problem: str


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import came to."""

    schema: Literal["tagledger.import/1"]
    pages: Annotated[CountField, Meta(description="Versions of pages that were read.")]
    gone: Annotated[
        CountField, Meta(description="Names that a page no longer tells of.")
    ]
    added: AddedReport
    proof: Annotated[
        ProofReport | None, Meta(description="Null where none was tried: --no-proof.")
    ]
    skipped: tuple[SkippedReport, ...]


def record_report(
    noted: Sequence[tuple[str, Noted]], failures: Sequence[tuple[str, TagledgerError]]
) -> RecordReport:
    """The report of observations by address, and of those that failed."""
    return RecordReport(
        schema="tagledger.record/1",
        observations=tuple(_observation(address, item) for address, item in noted),
        failures=tuple(
            FailureReport(
                address=address,
                code=problem.code,
                text=str(problem),
                hint=problem.hint,
            )
            for address, problem in failures
        ),
    )


def import_report(imported: Imported, proven: Proven | None) -> ImportReport:
    """The report of an import and of the proof after it."""
    return ImportReport(
        schema="tagledger.import/1",
        pages=imported.pages,
        gone=imported.gone,
        added=_added(imported.recorded),
        proof=None if proven is None else proof_report(proven),
        skipped=tuple(
            SkippedReport(
                where=skipped.where,
                code=skipped.problem.code,
                problem=str(skipped.problem),
            )
            for skipped in imported.skipped
        ),
    )


def _observation(address: str, noted: Noted) -> ObservationReport:
    snapshot, before = noted.snapshot, noted.before
    return ObservationReport(
        address=address,
        reference=str(snapshot.reference),
        source=snapshot.source,
        observed_at=snapshot.observed_at,
        digest=None if snapshot.root is None else snapshot.root.digest,
        is_absent=snapshot.is_absent,
        change=noted.change,
        digest_before=None if before is None else before.root,
        new=_added(noted.recorded),
    )


def _added(recorded: Recorded) -> AddedReport:
    return AddedReport(**msgspec.structs.asdict(recorded))
