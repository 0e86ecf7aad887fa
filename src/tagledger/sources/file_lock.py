"""One writer at a time, across processes: a lock that ends with its holder."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tagledger.errors import WriteFailed

PAUSE_SECONDS = 0.05
"""How long to wait before asking for a lock again that somebody has."""


@asynccontextmanager
async def exclusive(
    path: Path, *, is_needed: Callable[[], bool] = lambda: True
) -> AsyncIterator[int | None]:
    """The file, open for reading and writing and locked by us alone.

    It is made if it is not there. While somebody else has it, `is_needed` is asked
    again and again; once it says no, None is given: what we wanted to do was done by
    them. Raises WriteFailed where files cannot be written or locked.
    """
    descriptor: int | None = None
    while is_needed():
        descriptor = _try(path)
        if descriptor is not None:
            break
        await asyncio.sleep(PAUSE_SECONDS)
    try:
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _try(path: Path) -> int | None:
    import fcntl  # not on Windows: reading needs no lock, and works there

    # A link in place of our file is not ours to write to, nor is a pipe.
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
    try:
        descriptor = os.open(path, flags, 0o666)
    except OSError as exc:
        raise write_failed(path, exc) from exc
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise WriteFailed(str(path), "not a plain file")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The holder before us may have renamed or removed what we have just opened.
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError as exc:
        os.close(descriptor)
        raise write_failed(path, exc) from exc
    os.close(descriptor)
    return None


def write_failed(path: Path, problem: OSError) -> WriteFailed:
    """What the system said, as an error of ours."""
    return WriteFailed(str(path), problem.strerror or str(problem))
