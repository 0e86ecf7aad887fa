"""The forms of `backup --json` and `restore --json`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tagledger.flows.backup import Copied
from tagledger.flows.json_forms.counts import CountsReport, counts_report
from tagledger.flows.json_forms.form import SizeField

FileField = Annotated[str, Meta(description="The backup.")]
LedgerField = Annotated[
    str, Meta(description="A path, or the address of a server without credentials.")
]


class BackupReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was written into a backup."""

    schema: Literal["tagledger.backup/1"]
    file: FileField
    size_bytes: SizeField
    ledger: LedgerField
    holds: CountsReport


class RestoreReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a ledger holds after it was filled from a backup."""

    schema: Literal["tagledger.restore/1"]
    file: FileField
    size_bytes: SizeField
    ledger: LedgerField
    holds: CountsReport


def backup_report(copied: Copied) -> BackupReport:
    """The report of a backup."""
    return BackupReport(
        schema="tagledger.backup/1",
        file=copied.file,
        size_bytes=copied.size_bytes,
        ledger=copied.ledger,
        holds=counts_report(copied.counts),
    )


def restore_report(copied: Copied) -> RestoreReport:
    """The report of a restored ledger."""
    return RestoreReport(
        schema="tagledger.restore/1",
        file=copied.file,
        size_bytes=copied.size_bytes,
        ledger=copied.ledger,
        holds=counts_report(copied.counts),
    )
