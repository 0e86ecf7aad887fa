"""Which HTTP status an error is, from its class."""

from __future__ import annotations

from tagledger import errors

STATUSES: dict[type[errors.TagledgerError], int] = {
    errors.UsageError: 400,
    errors.NotFound: 404,
    errors.Refused: 403,
    errors.RateLimited: 503,
    errors.Unreachable: 502,
    errors.WriteFailed: 500,
    errors.LedgerError: 503,
    errors.LedgerDamaged: 500,
    errors.CannotServe: 500,
    errors.InvalidContent: 502,
}


def status_of(error: errors.TagledgerError) -> int:
    """The status of the nearest class in the tree that has one."""
    return status_of_class(type(error))


def status_of_class(kind: type[errors.TagledgerError]) -> int:
    """The same of any error of a class."""
    return next((STATUSES[base] for base in kind.__mro__ if base in STATUSES), 500)
