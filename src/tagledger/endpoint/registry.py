"""The pull side of the distribution specification 1.1, answered from the ledger."""

from __future__ import annotations

import msgspec

from tagledger.endpoint.asgi import Receive, Scope, Send, answer
from tagledger.flows.readers import Readers

ROOT = "/v2/"


class Registry:
    """An ASGI application for everything under ``/v2/``."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        _ = receive
        sends = scope["method"] != "HEAD"
        if scope["path"] in ("/v2", ROOT):
            headers = [
                (b"content-type", b"application/json"),
                (b"content-length", b"2"),
                (b"docker-distribution-api-version", b"registry/2.0"),
            ]
            await answer(send, 200, headers, b"{}", sends=sends)
            return
        body = msgspec.json.encode(
            {"errors": [{"code": "NAME_UNKNOWN", "message": "no such place"}]}
        )
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        await answer(send, 404, headers, body, sends=sends)
