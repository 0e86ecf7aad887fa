"""A whole copy of a ledger as one file: under its name only once it is whole."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex

from tagledger.errors import LedgerError, WriteFailed
from tagledger.ledger.answers import Counts
from tagledger.ledger.engine import Engine
from tagledger.ledger.figures import counts
from tagledger.ledger.sqlite_file import open_sqlite, seal
from tagledger.model.source import Progress


def back_up(engine: Engine, target: Path, progress: Progress) -> Counts:
    """As `Ledger.backup`."""
    if os.path.lexists(target):
        raise WriteFailed(str(target), IS_THERE, hint=_OTHER_NAME)
    if not target.parent.is_dir():
        raise WriteFailed(str(target), "there is no such folder")
    # Two may write the same backup: each into a file of its own, and one is too late.
    part = target.with_name(f"{target.name}.{token_hex(4)}.part")
    try:
        engine.backup(part, progress)
        copy = open_sqlite(part, create=False)
        try:
            held = counts(copy)
        finally:
            copy.close()
        seal(part)
        _give_name(part, target)
    except LedgerError as exc:
        if exc.place != str(part):
            raise
        raise WriteFailed(str(target), exc.problem) from exc
    except OSError as exc:
        raise WriteFailed(str(target), exc.strerror or "not written") from exc
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            part.with_name(part.name + suffix).unlink(missing_ok=True)
    return held


IS_THERE = "is there already"
_OTHER_NAME = "name another file: a backup overwrites nothing"


def _give_name(part: Path, target: Path) -> None:
    """Rename, but never over what somebody else has written meanwhile."""
    try:
        os.link(part, target)
    except FileExistsError as exc:
        raise WriteFailed(str(target), IS_THERE, hint=_OTHER_NAME) from exc
    except OSError:
        # Not every file system has links.
        if target.exists():
            raise WriteFailed(str(target), IS_THERE, hint=_OTHER_NAME) from None
        part.replace(target)
