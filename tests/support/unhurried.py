"""The site without a server around it: asked in the test's own process, with as much time as it takes."""

from __future__ import annotations

import asyncio
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from litestar.exceptions import LitestarDeprecationWarning

from support.service import Answer
from tagledger.flows.readers import Readers
from tagledger.site.app import make_site

SECONDS = 120.0
"""What a question may take here, where only what is answered counts."""


class UnhurriedSite:
    """Answers as the service does, but for its limit of time."""

    def __init__(self, ledger: Path) -> None:
        self._readers = Readers(str(ledger), seconds=SECONDS)
        with warnings.catch_warnings():
            # Of Litestar 3, which will want dependencies marked; the lock has 2.
            warnings.simplefilter("ignore", LitestarDeprecationWarning)
            self._site = make_site(self._readers)
        self._runner = asyncio.Runner()

    def get(self, path: str) -> Answer:
        """Ask once."""
        return self._runner.run(self._get(path))

    def close(self) -> None:
        """Let go of the ledger."""
        self._runner.close()
        self._readers.close()

    async def _get(self, path: str) -> Answer:
        place, _, query = path.partition("?")
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:  # noqa: ANN401 - as ASGI has it
            sent.append(dict(message))

        scope: Any = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": unquote(place, "utf-8", "replace"),
            "raw_path": place.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(b"host", b"127.0.0.1:8080")],
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 8080),
            "state": {},
        }
        await self._site(scope, receive, send)  # type: ignore[arg-type]
        start = next(item for item in sent if item["type"] == "http.response.start")
        return Answer(
            start["status"],
            {name.decode().lower(): value.decode() for name, value in start["headers"]},
            b"".join(item.get("body", b"") for item in sent),
        )
