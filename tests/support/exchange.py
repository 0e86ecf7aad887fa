"""One request and one reply as plain values, so that answers and faults are functions between them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from enum import Enum
from typing import TypeAlias

import msgspec
from multidict import CIMultiDict, CIMultiDictProxy, MultiMapping

from support.blobs import JsonObject, compact_json


class Request(msgspec.Struct, frozen=True):
    """What arrived: `target` is the path and query as sent, `path` is decoded, `remote` the peer's address.

    `remote_port` tells one connection of a peer from another.
    """

    method: str
    target: str
    path: str
    query: MultiMapping[str]
    headers: CIMultiDictProxy[str]
    body: bytes
    remote: str
    remote_port: int = 0


class Ending(Enum):
    """How a connection is left after a reply."""

    KEPT = "kept"
    CLOSED = "closed"
    RESET = "reset"


Pieces: TypeAlias = Callable[[], AsyncIterator[bytes]]


class Reply(msgspec.Struct, frozen=True):
    """What is sent back.

    `pieces` streams a body instead of `body`; `declared_size_bytes` is sent as Content-Length whatever the body is;
    an `ending` other than KEPT breaks the connection off after the body.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    pieces: Pieces | None = None
    declared_size_bytes: int | None = None
    ending: Ending = Ending.KEPT

    def with_headers(self, *more: tuple[str, str]) -> "Reply":
        """The same reply with these headers in place of any of the same name."""
        return msgspec.structs.replace(
            self,
            headers=(*self.without_headers(*(name for name, _ in more)).headers, *more),
        )

    def without_headers(self, *names: str) -> "Reply":
        """The same reply without any header of these names."""
        gone = {name.lower() for name in names}
        kept = tuple(
            (name, value) for name, value in self.headers if name.lower() not in gone
        )
        return msgspec.structs.replace(self, headers=kept)

    def header(self, name: str) -> str | None:
        """The first header of this name."""
        return CIMultiDict(self.headers).get(name)


Answer: TypeAlias = Callable[[Request], Awaitable[Reply]]
Fault: TypeAlias = Callable[[Request, Answer], Awaitable[Reply]]


def json_reply(
    document: JsonObject, status: int = 200, headers: Iterable[tuple[str, str]] = ()
) -> Reply:
    """A JSON document."""
    return Reply(
        status, (("Content-Type", "application/json"), *headers), compact_json(document)
    )


def error_reply(
    status: int,
    code: str,
    message: str,
    *,
    detail: JsonObject | None = None,
    headers: Iterable[tuple[str, str]] = (),
) -> Reply:
    """An error body as distribution-spec's "Error Codes" lays it down."""
    return json_reply(
        {"errors": [{"code": code, "message": message, "detail": detail}]},
        status,
        headers,
    )
