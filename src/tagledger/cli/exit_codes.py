"""What the process's exit code says, from the class of an error."""

from __future__ import annotations

from tagledger import errors

DIFFERS = 1
"""Findings, a difference, a contradiction."""

INTERRUPTED = 130
"""Ended by Ctrl-C: 128 and the number of SIGINT."""

EXIT_CODES: dict[type[errors.TagledgerError], int] = {
    errors.UsageError: 2,
    errors.NotFound: 3,
    errors.Refused: 4,
    errors.Unreachable: 5,
    errors.WriteFailed: 5,
    errors.LedgerError: 5,
    errors.CannotServe: 5,
    errors.InvalidContent: 6,
}


def exit_code(error: errors.TagledgerError) -> int:
    """The code of the nearest class in the tree that has one."""
    for kind in type(error).__mro__:
        if kind in EXIT_CODES:
            return EXIT_CODES[kind]
    return 1


def exit_code_of(code: str) -> int:
    """The exit code for an error's own stable code, where only that was kept."""
    waiting: list[type[errors.TagledgerError]] = [errors.TagledgerError]
    while waiting:
        kind = waiting.pop()
        if kind.code == code:
            return next(
                (EXIT_CODES[base] for base in kind.__mro__ if base in EXIT_CODES), 1
            )
        waiting.extend(kind.__subclasses__())
    return 1
