"""The little of ASGI that is spoken here: no framework stands between us and it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]


async def answer(
    send: Send, status: int, headers: Headers, body: bytes = b"", *, sends: bool = True
) -> None:
    """Send a whole answer; its headers alone where `sends` is false (HEAD)."""
    await send({"type": "http.response.start", "status": status, "headers": [*headers]})
    await send({"type": "http.response.body", "body": body if sends else b""})
