"""A server that answers as its script says: rightly, wrongly, or not in HTTP at all."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from choices import ODD_TEXTS, Choices

if TYPE_CHECKING:
    from support.blobs import Published

_STATUSES = (200, 206, 204, 301, 302, 307, 308, 400, 401, 403, 404, 405, 416, 429, 500)
_MORE_STATUSES = (*_STATUSES, 100, 103, 304, 503, 999, 0)


class Reply(NamedTuple):
    """What an honest registry would say."""

    status: int
    media_type: str
    body: bytes


class Mood(NamedTuple):
    """In what way an answer is wrong."""

    kind: int
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class HostileServer:
    """Serves `published` in any repository, in one of the moods for each path.

    The same path has the same mood each time, so that an input gives the same result
    whatever order requests arrive in.
    """

    def __init__(self) -> None:
        self.moods: Sequence[Mood] = ()
        self.published: Published | None = None
        self.seen: list[tuple[str, str]] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Open a port on loopback."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Close the port."""
        if self._server is not None:
            self._server.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, ValueError):
            first = await reader.readexactly(1)
            if first == b"\x16":  # TLS, which nobody speaks here
                writer.close()
                return
            head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, target, _ = head.split(" ", 2)
            self.seen.append((target, head))
            writer.write(self._answer(method, target))
            await writer.drain()
        writer.close()

    def _answer(self, method: str, target: str) -> bytes:
        honest = self._honest(target)
        mood = Mood(0, 0, (), b"")
        if self.moods:
            mood = self.moods[zlib.crc32(target.encode()) % len(self.moods)]
        status, body = honest.status, honest.body
        headers = [("Content-Type", honest.media_type), ("Connection", "close")]
        if mood.kind & 1:
            status = mood.status
        if mood.kind & 2:
            body = mood.body
        if mood.kind == 7:
            return mood.body
        headers.append(("Content-Length", str(len(body))))
        if mood.kind & 4:
            changed = {name for name, _ in mood.headers}
            headers = [item for item in headers if item[0] not in changed]
            headers += mood.headers
        lines = [f"HTTP/1.1 {status} X", *(f"{name}: {text}" for name, text in headers)]
        head = "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")
        return head if method == "HEAD" else head + body

    def _honest(self, target: str) -> Reply:
        path = target.partition("?")[0]
        if path == "/token":
            return Reply(200, "application/json", b'{"token":"abc","expires_in":60}')
        if path.endswith("/tags/list"):
            body = b'{"name":"a/b","tags":["1.0","latest"]}'
            return Reply(200, "application/json", body)
        name = path.rpartition("/")[2]
        assert self.published is not None
        if name == "1.0":
            root = self.published.root
            return Reply(200, root.media_type, root.content)
        for blob in (*self.published.manifests, *self.published.blobs):
            if blob.digest == name:
                return Reply(200, blob.media_type, blob.content)
        return Reply(404, "application/json", b'{"errors":[{"code":"BLOB_UNKNOWN"}]}')


def drawn_mood(draw: Choices, own: int, other: int) -> Mood:
    """One way of being wrong; `own` and `other` are ports that it may send one to."""
    return Mood(
        kind=draw.below(8),
        status=draw.pick(_MORE_STATUSES),
        headers=draw.several(lambda: _header(draw, own, other), 4),
        body=_body(draw),
    )


def _header(draw: Choices, own: int, other: int) -> tuple[str, str]:
    place = draw.pick(
        (
            f"http://127.0.0.1:{other}/elsewhere/{draw.below(4)}",
            f"http://127.0.0.1:{own}/v2/a/b/blobs/{draw.below(4)}",
            f"//localhost:{other}/elsewhere",
            f"https://127.0.0.1:{other}/elsewhere",
            f"http://u:p@127.0.0.1:{other}/elsewhere",
            "http://169.254.169.254/latest/meta-data/",
            "https://[fd00:ec2::254]/",
            "https://10.0.0.1/x",
            "file:///etc/passwd",
            "?n=1&last=a",
            "/v2/a/b/tags/list?last=" + "x" * draw.below(9),
            "",
            "http://[",
            draw.pick(ODD_TEXTS),
        )
    )
    # A realm is told who asks; no other place may be.
    realm = draw.pick((place, f"http://127.0.0.1:{draw.pick((own, other))}/token"))
    realm = realm.replace("/elsewhere", "/token")
    name, text = draw.pick(
        (
            ("Location", place),
            ("Link", f'<{place}>; rel="next"'),
            ("WWW-Authenticate", f'Bearer realm="{realm}",service="s"'),
            ("WWW-Authenticate", 'Basic realm="x"'),
            ("WWW-Authenticate", draw.pick(ODD_TEXTS)),
            ("Content-Encoding", draw.pick(("gzip", "identity", "br, gzip", "x"))),
            ("Transfer-Encoding", draw.pick(("chunked", "gzip, chunked", "x"))),
            (
                "Content-Length",
                draw.pick(("0", "-1", "9" * 30, "5, 5", "x")),
            ),
            (
                "Content-Type",
                draw.pick(("text/html; x", "", "\xff")),
            ),
            (
                "Content-Range",
                draw.pick(("bytes 0-0/9", "bytes */9", "x")),
            ),
            ("Docker-Content-Digest", draw.pick(("sha256:" + "0" * 64, "x", ""))),
            ("Retry-After", draw.pick(("0", "9" * 9, "-1", "x"))),
            ("Last-Modified", draw.pick(("Wed, 13 Nov 2019 14:48:55 GMT", "x", ""))),
            ("RateLimit-Limit", draw.pick(("100;w=21600", "x" * 100, "\x1b[31m"))),
            ("RateLimit-Remaining", draw.pick(("1;w=x", "-5", "\u202e"))),
            ("Set-Cookie", "a=b"),
            (draw.text(), draw.text()),
        )
    )
    return name, text


def _body(draw: Choices) -> bytes:
    return draw.pick(
        (
            b"",
            b"{}",
            b"null",
            b"[" * 5000,
            b'{"token":1}',
            b'{"access_token":"a\\nb","expires_in":1e300}',
            b'{"token":"t","expires_in":-1}',
            b'{"tags":null}',
            b'{"tags":["../x","\\u001b[31m"]}',
            b'{"tags":[1]}',
            b'{"errors":[{"code":"NAME_UNKNOWN"}]}',
            b'{"errors":null}',
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"5\r\nhello\r\nzz\r\n",
            b"\x1f\x8b\x08\x00",
            draw.take(draw.below(200)),
        )
    )
