"""Standard output: where results go, and what can go wrong with it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

STANDARD_DESCRIPTORS = (0, 1, 2)


class ReaderGone(Exception):
    """Whoever read our output has closed the pipe (`| head`)."""


@contextmanager
def writing() -> Iterator[None]:
    """Print inside this. Raises ReaderGone, or WriteFailed where a disk is full."""
    try:
        yield
        sys.stdout.flush()
    except OSError as exc:
        # What is still held back would fail once more when Python flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(exc, BrokenPipeError):
            raise ReaderGone from exc
        from tagledger.errors import WriteFailed

        raise WriteFailed("standard output", exc.strerror or "it failed") from exc


def open_what_is_closed() -> None:
    """Give a process that was started without one of the three streams an empty one.

    Else the next file or socket opened would take its number (`>&-`).
    """
    for number in STANDARD_DESCRIPTORS:
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if None in streams:
        sys.stdin, sys.stdout, sys.stderr = (
            stream or os.fdopen(number, "w" if number else "r", closefd=False)
            for number, stream in zip(STANDARD_DESCRIPTORS, streams, strict=True)
        )
