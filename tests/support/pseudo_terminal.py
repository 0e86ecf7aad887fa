"""A terminal without a person: what the program writes to it, byte by byte."""

import fcntl
import os
import pty
import struct
import subprocess
import termios

from support.program import Finished, Program, finished

ROWS = 40


def run_in_terminal(
    program: Program, *arguments: str, columns: int = 100, keeps_stdout: bool = False
) -> Finished:
    """Run with a terminal for stdout and stderr; all that it got is `out`.

    With `keeps_stdout` the terminal is that of stderr alone, and is `err`.
    """
    ours, theirs = pty.openpty()
    try:
        fcntl.ioctl(
            theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0)
        )
        with (
            os.fdopen(os.dup(theirs), "wb", buffering=0) as screen,
            program.start(
                *arguments,
                stdout=subprocess.PIPE if keeps_stdout else screen,
                stderr=screen,
            ) as process,
        ):
            screen.close()
            os.close(theirs)
            theirs = -1
            shown = _until_closed(ours)
            printed = process.stdout.read() if process.stdout else b""
            code = process.wait()
    finally:
        os.close(ours)
        if theirs >= 0:
            os.close(theirs)
    if keeps_stdout:
        return finished(code, printed, shown)
    return finished(code, shown, b"")


def _until_closed(ours: int) -> bytes:
    pieces = []
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            # Linux says EIO once the last writer has gone.
            break
        if not piece:
            break
        pieces.append(piece)
    return b"".join(pieces)
