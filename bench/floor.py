"""The least that a service can be: an application that says `ok`, served the same way.

What it takes is what the server, the client and the machine take. Its first argument is
the port.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from granian.constants import Interfaces
from granian.server import MPServer

_Message = MutableMapping[str, Any]
BODY = b"ok" * 5_000
"""As large as a page of a small tag."""


async def application(
    scope: _Message,
    receive: Callable[[], Awaitable[_Message]],
    send: Callable[[_Message], Awaitable[None]],
) -> None:
    """Answer whatever is asked."""
    _ = receive
    if scope["type"] != "http":
        return
    headers = [(b"content-length", str(len(BODY)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


def main() -> None:
    """Serve it from two workers, until it is told to stop."""
    server = MPServer(
        "bench.floor:application",
        port=int(sys.argv[1]),
        interface=Interfaces.ASGINL,
        workers=2,
        websockets=False,
        log_enabled=False,
    )
    server.serve()


if __name__ == "__main__":
    main()
