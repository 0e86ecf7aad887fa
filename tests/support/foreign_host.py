"""A host that is not the registry: it serves what it was given and keeps a record of who came with what."""

import ssl
from datetime import datetime

import msgspec

from support.exchange import Reply, Request
from support.http_dates import http_date
from support.loopback_server import LoopbackServer
from support.ranges import apply_range


class ForeignBlob(msgspec.Struct, frozen=True):
    """Something under a path; `content` is None where only HEAD finds it."""

    content: bytes | None
    size_bytes: int
    last_modified: datetime | None


class ForeignHost(LoopbackServer):
    """Serves foreign layers and the targets of redirects; `credentials_seen` proves that none came here."""

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
    ) -> None:
        super().__init__(tls=tls, host=host)
        self._kept: dict[str, ForeignBlob] = {}

    def put(
        self, path: str, content: bytes, last_modified: datetime | None = None
    ) -> str:
        """Serve `content` under `path`, which may hold a query, and give its URL."""
        return self._keep(path, ForeignBlob(content, len(content), last_modified))

    def put_headers(
        self, path: str, size_bytes: int, last_modified: datetime | None = None
    ) -> str:
        """Let HEAD find something of this size under `path`, of which there are no bytes, and give its URL."""
        return self._keep(path, ForeignBlob(None, size_bytes, last_modified))

    @property
    def credentials_seen(self) -> list[str]:
        """Every `Authorization`, `Proxy-Authorization` or `Cookie` header that was ever sent here."""
        names = ("Authorization", "Proxy-Authorization", "Cookie")
        return [
            value
            for request in self.requests
            for name in names
            for value in request.headers.getall(name, [])
        ]

    async def answer(self, request: Request) -> Reply:
        """What was put under the path and query asked for, or 404."""
        found = self._kept.get(request.target)
        if found is None or (found.content is None and request.method != "HEAD"):
            return Reply(404, (("Content-Type", "text/plain"),), b"not here\n")
        headers: tuple[tuple[str, str], ...] = (
            ("Content-Type", "application/octet-stream"),
        )
        if found.last_modified is not None:
            headers += (("Last-Modified", http_date(found.last_modified)),)
        body = (
            found.content
            if found.content is not None and request.method == "GET"
            else b""
        )
        return apply_range(
            request, Reply(200, headers, body, declared_size_bytes=found.size_bytes)
        )

    def _keep(self, path: str, blob: ForeignBlob) -> str:
        self._kept[path] = blob
        return f"{self.url}{path}"
