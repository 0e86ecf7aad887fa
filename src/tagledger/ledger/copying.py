"""All rows of one ledger into another, empty one: backup and restore."""

from __future__ import annotations

from itertools import islice

from tagledger.errors import LedgerError
from tagledger.ledger.engine import TABLES, Engine

BATCH = 5_000
"""Rows written at once; of packs, which are large, fewer."""

PACK_BATCH = 50


def copy_rows(source: Engine, target: Engine) -> None:
    """Copy every row, all or nothing. Raises LedgerError if the target has rows."""
    with target.transaction():
        if any(target.query("counts")[0]):
            raise LedgerError(target.place, "holds a ledger already")
        for table in TABLES:
            rows = source.stream(f"all_{table}")
            size = PACK_BATCH if table == "pack" else BATCH
            while batch := list(islice(rows, size)):
                target.append(table, batch)
