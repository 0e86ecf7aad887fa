"""A whole copy of a ledger in one file, and a ledger filled from one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from tagledger.errors import redacted
from tagledger.ledger.answers import Counts
from tagledger.ledger.opening import SERVER_SCHEMES, restore_ledger
from tagledger.ledger.protocol import Ledger
from tagledger.model.source import Progress, no_progress


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """What was copied: the backup and its size, the ledger, and what both hold."""

    file: str
    size_bytes: int
    ledger: str
    counts: Counts


def back_up(
    ledger: Ledger, address: str, file: Path, *, progress: Progress = no_progress
) -> Copied:
    """Write all that the ledger holds at this moment into a new file.

    Others may go on reading and writing. Raises WriteFailed, also where there is a
    file already, or LedgerError; no half of a backup is left then.
    """
    counts = ledger.backup(file, progress=progress)
    return _copied(file, address, counts)


def restore(
    file: Path,
    address: str,
    *,
    told: Callable[[str], None] = lambda _text: None,
    progress: Progress = no_progress,
) -> Copied:
    """Fill the ledger at this address, which is new or empty, from a backup.

    All or nothing. Raises LedgerNotEmpty, or LedgerError.
    """
    counts = restore_ledger(file, address, told=told, progress=progress)
    return _copied(file, address, counts)


def _copied(file: Path, address: str, counts: Counts) -> Copied:
    is_server = address.startswith(SERVER_SCHEMES)
    return Copied(
        file=str(file),
        size_bytes=file.stat().st_size,
        ledger=redacted(address) if is_server else address,
        counts=counts,
    )
