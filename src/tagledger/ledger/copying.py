"""All rows of one ledger into another, empty one: backup and restore."""

from __future__ import annotations

from itertools import islice

from tagledger.errors import LedgerError, LedgerNotEmpty
from tagledger.ledger.engine import TABLES, Engine
from tagledger.model.source import Progress, no_progress

BATCH = 5_000
"""Rows written at once; of packs, which are large, fewer."""

PACK_BATCH = 50


def copy_rows(
    source: Engine, target: Engine, *, progress: Progress = no_progress
) -> None:
    """Copy every row, all or nothing; the source is inside a snapshot.

    Raises LedgerNotEmpty if the target has rows.
    """
    counts = source.query("row_counts")[0]
    done, total = 0, sum(counts)
    with target.transaction():
        if any(target.query("row_counts")[0]):
            raise LedgerNotEmpty(target.place, "holds a ledger already")
        for table in TABLES:
            rows = source.stream(f"all_{table}")
            size = PACK_BATCH if table == "pack" else BATCH
            while batch := list(islice(rows, size)):
                target.append(table, batch)
                done += len(batch)
                progress("rows", done, total)
        if target.query("row_counts")[0] != counts:
            raise LedgerError(target.place, "not all rows have arrived")
