"""What goes wrong, in the codes and the form of the distribution specification."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Self

import msgspec

from tagledger.endpoint.asgi import Headers, Send, answer
from tagledger.errors import (
    InvalidContent,
    LedgerDamaged,
    LedgerError,
    NotFound,
    RateLimited,
    Refused,
    RepositoryNotFound,
    TagledgerError,
    Unreachable,
)

MANIFEST_UNKNOWN = "MANIFEST_UNKNOWN"
BLOB_UNKNOWN = "BLOB_UNKNOWN"
NAME_UNKNOWN = "NAME_UNKNOWN"
NAME_INVALID = "NAME_INVALID"
DIGEST_INVALID = "DIGEST_INVALID"
UNSUPPORTED = "UNSUPPORTED"
RANGE_INVALID = "RANGE_INVALID"
PAGINATION_NUMBER_INVALID = "PAGINATION_NUMBER_INVALID"
BLOB_UPLOAD_UNKNOWN = "BLOB_UPLOAD_UNKNOWN"
TOOMANYREQUESTS = "TOOMANYREQUESTS"
UNAVAILABLE = "UNAVAILABLE"
UNKNOWN = "UNKNOWN"

RETRY_SECONDS = 5
"""When to come back where nobody said."""

MAX_RETRY_SECONDS = 3_600


class _Error(msgspec.Struct, frozen=True, omit_defaults=True):
    code: str
    message: str
    detail: Mapping[str, object] | None = None


class Problem(Exception):
    """A request that gets no content: the status, a code, and words for people."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        detail: Mapping[str, object] | None = None,
        headers: Headers = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = _Error(code, message, detail)
        self.headers = tuple(headers)

    @classmethod
    def of(cls, error: TagledgerError, unknown: str) -> Self:
        """What an error of ours means to a client; `unknown` is the code of NotFound.

        What only concerns whoever runs the service is not told.
        """
        message = f"{error} ({error.hint})" if error.hint else str(error)
        if isinstance(error, RepositoryNotFound):
            return cls(404, NAME_UNKNOWN, message)
        if isinstance(error, NotFound):
            return cls(404, unknown, message)
        if isinstance(error, RateLimited):
            later = [_retry_after(error.retry_at)]
            return cls(429, TOOMANYREQUESTS, str(error), headers=later)
        if isinstance(error, Unreachable | Refused | InvalidContent):
            said = "the registry that has this did not give it"
            return cls(502, UNAVAILABLE, f"{said}: {error}")
        if isinstance(error, LedgerError) and not isinstance(error, LedgerDamaged):
            said = "the ledger cannot be asked now"
            return cls(503, UNAVAILABLE, said, headers=[_retry_after(None)])
        return cls(500, UNKNOWN, "this cannot be answered")

    async def send(self, send: Send, *, sends: bool) -> None:
        """Answer with it; without a body where `sends` is false (HEAD)."""
        body = msgspec.json.encode({"errors": [self.error]})
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"docker-distribution-api-version", b"registry/2.0"),
            (b"x-content-type-options", b"nosniff"),
            (b"cache-control", b"no-store"),
            *self.headers,
        ]
        await answer(send, self.status, headers, body, sends=sends)


def name_invalid(message: str) -> Problem:
    """What is no name of a repository, or no moment."""
    return Problem(400, NAME_INVALID, message)


def _retry_after(moment: datetime | None) -> tuple[bytes, bytes]:
    seconds = float(RETRY_SECONDS)
    if moment is not None:
        seconds = (moment - datetime.now(UTC)).total_seconds()
    bounded = min(max(int(seconds), 1), MAX_RETRY_SECONDS)
    return (b"retry-after", str(bounded).encode())
