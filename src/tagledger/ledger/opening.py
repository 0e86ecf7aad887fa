"""A ledger by its address: a file, or ``postgresql://…`` for one that is shared."""

from __future__ import annotations

from pathlib import Path

from tagledger.ledger.engine import Progress
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.store import Store

SERVER_SCHEMES = ("postgresql://", "postgres://")


def open_ledger(
    address: str, *, create: bool = True, progress: Progress = lambda _text: None
) -> Ledger:
    """Open the ledger; without `create` one must be there.

    `progress` is told in words when a ledger is made or its schema brought up to
    date. Raises a subclass of LedgerError.
    """
    if address.startswith(SERVER_SCHEMES):
        from tagledger.ledger.postgresql_engine import open_postgresql

        return Store(open_postgresql(address, create=create, progress=progress))
    from tagledger.ledger.sqlite_engine import open_sqlite

    return Store(open_sqlite(Path(address), create=create, progress=progress))
