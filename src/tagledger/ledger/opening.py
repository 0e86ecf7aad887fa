"""A ledger by its address: a file, or ``postgresql://…`` for one that is shared."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from tagledger.errors import NotSupported
from tagledger.ledger.answers import Counts
from tagledger.ledger.copying import copy_rows
from tagledger.ledger.engine import Engine, Progress
from tagledger.ledger.figures import counts
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.store import Store
from tagledger.model.source import Progress as Steps
from tagledger.model.source import no_progress

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


def open_for_reading(address: str) -> Ledger:
    """Open a ledger that is there, of this release's schema; nothing can be written.

    Raises LedgerNotFound, LedgerTooOld or another LedgerError.
    """
    return Store(_engine(address, create=False, is_reader=True))


def restore_ledger(
    backup: Path,
    address: str,
    *,
    told: Progress = lambda _text: None,
    progress: Steps = no_progress,
) -> Counts:
    """Fill a new ledger, on either engine, with what `Ledger.backup` wrote.

    All or nothing; the backup stays as it is. `told` hears what `open_ledger` tells.
    Raises LedgerNotEmpty if there is a ledger with rows in it already.
    """
    from tagledger.ledger.sqlite_file import open_backup

    with (
        closing(open_backup(backup, progress=told)) as source,
        closing(_engine(address, create=True, progress=told)) as target,
        source.snapshot(),
    ):
        copy_rows(source, target, progress=progress)
        return counts(target)


def _engine(
    address: str,
    *,
    create: bool,
    progress: Progress = lambda _text: None,
    is_reader: bool = False,
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

        return open_postgresql(
            address, create=create, progress=progress, is_reader=is_reader, **waiting
        )
    from tagledger.ledger.sqlite_file import open_sqlite

    return open_sqlite(
        Path(address), create=create, progress=progress, is_reader=is_reader, **waiting
    )
