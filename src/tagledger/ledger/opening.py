"""A ledger by its address: a file, or ``postgresql://…`` for one that is shared."""

from __future__ import annotations

from pathlib import Path

from tagledger.errors import NotSupported
from tagledger.ledger.copying import copy_rows
from tagledger.ledger.engine import Engine, Progress
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.store import Store

SERVER_SCHEMES = ("postgresql://", "postgres://")


def open_ledger(
    address: str,
    *,
    create: bool = True,
    progress: Progress = lambda _text: None,
    busy_seconds: float | None = None,
) -> Ledger:
    """Open the ledger; without `create` one must be there.

    A writer waits `busy_seconds` for another one, or as long as the engine thinks fit.
    `progress` is told in words when a ledger is made or its schema brought up to
    date. Raises a subclass of LedgerError.
    """
    return Store(
        _engine(address, create=create, progress=progress, busy_seconds=busy_seconds)
    )


def restore_ledger(
    backup: Path, address: str, *, progress: Progress = lambda _text: None
) -> None:
    """Fill a new ledger, on either engine, with what `Ledger.backup` wrote.

    All or nothing. Raises LedgerError if one with rows in it is there already.
    """
    source = _engine(str(backup), create=False, progress=progress)
    try:
        target = _engine(address, create=True, progress=progress)
        try:
            with source.snapshot():
                copy_rows(source, target)
        finally:
            target.close()
    finally:
        source.close()


def _engine(
    address: str,
    *,
    create: bool,
    progress: Progress,
    busy_seconds: float | None = None,
) -> Engine:
    waiting = {} if busy_seconds is None else {"busy_seconds": busy_seconds}
    if address.startswith(SERVER_SCHEMES):
        try:
            from tagledger.ledger.postgresql_engine import open_postgresql
        except ImportError as exc:
            problem = "a ledger on PostgreSQL needs psycopg, which is not here"
            hint = "pip install 'tagledger[postgresql]'"
            raise NotSupported(problem, hint=hint) from exc

        return open_postgresql(address, create=create, progress=progress, **waiting)
    from tagledger.ledger.sqlite_engine import open_sqlite

    return open_sqlite(Path(address), create=create, progress=progress, **waiting)
