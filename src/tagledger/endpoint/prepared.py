"""Answers that were made once: documents by digest, which never change."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable

import msgspec

from tagledger.endpoint.asgi import Scope, Send, answer
from tagledger.endpoint.ranges import part_of
from tagledger.flows.visitor import Visitor
from tagledger.model import media_types
from tagledger.model.digest import Digest
from tagledger.model.snapshot import Document

MAX_BYTES = 32 * 1024 * 1024
"""Bodies remembered together in each worker: some 10,000 manifests."""

MAX_BODY_BYTES = 1024 * 1024
"""A larger one is read anew each time."""

MAX_ANSWERS = 20_000

ENTRY_BYTES = 1_500
"""What an answer takes beside its body: headers, path."""

FOREVER = b"max-age=31536000, immutable"
"""What a digest names is the same in a year."""

AGAIN = b"no-cache"
"""What a tag names may be another the next time."""

_MEDIA_TYPE = re.compile(r"application/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}", re.IGNORECASE)

Key = tuple[tuple[str, ...] | None, bool, bytes]


class Prepared(msgspec.Struct, frozen=True):
    """A document, ready to be sent: its headers but for how long it may be kept."""

    body: bytes
    etag: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    has_ranges: bool

    @classmethod
    def of(cls, digest: Digest, document: Document, *, has_ranges: bool) -> Prepared:
        """The bytes as they were received; `has_ranges` where it is a blob."""
        body = document.received
        etag = f'"{digest}"'.encode()
        headers = (
            (b"content-type", media_type_header(document.media_type)),
            (b"docker-content-digest", digest.encode()),
            (b"etag", etag),
            (b"tagledger-evidence", document.evidence.value.encode()),
            *((((b"accept-ranges", b"bytes"),)) if has_ranges else ()),
            *FIXED,
        )
        return cls(body, etag, headers, has_ranges)

    async def send(
        self,
        scope: Scope,
        send: Send,
        caching: bytes,
        more: Iterable[tuple[bytes, bytes]] = (),
    ) -> None:
        """Answer a GET or HEAD with it, with a part of it, or that nothing changed."""
        none_match = asked = if_range = None
        for name, value in scope["headers"]:
            if name == b"if-none-match":
                none_match = value
            elif name == b"range":
                asked = value
            elif name == b"if-range":
                if_range = value
        headers = [*self.headers, (b"cache-control", caching), *more]
        if none_match is not None and is_matched(none_match, self.etag):
            await answer(send, 304, headers)
            return
        sends = scope["method"] != "HEAD"
        body, status = self.body, 200
        if asked is not None and self.has_ranges and sends:
            part = part_of(len(body), asked, if_range, self.etag)
            if part is not None:
                status = 206
                headers.append(content_range(*part, len(body)))
                body = body[part[0] : part[1]]
        headers.append((b"content-length", b"%d" % len(body)))
        await answer(send, status, headers, body, sends=sends)


FIXED = (
    (b"docker-distribution-api-version", b"registry/2.0"),
    # Strangers wrote these bytes, and a browser shares this origin with the pages.
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
)
"""Headers of everything that is content."""


class PreparedAnswers:
    """Those asked for lately, bounded in number and bytes.

    They are kept by the path that asked, for each set of things that a visitor may
    read: whoever asks again in the same way is answered without a question.
    """

    def __init__(self, *, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._answers: OrderedDict[Key, Prepared] = OrderedDict()
        self._bytes = 0

    def get(self, visitor: Visitor, path: bytes) -> Prepared | None:
        """What was given to such a visitor for this path."""
        key = (visitor.readable, visitor.name is None, path)
        found = self._answers.get(key)
        if found is not None:
            self._answers.move_to_end(key)
        return found

    def keep(self, visitor: Visitor, path: bytes, prepared: Prepared) -> None:
        """Remember it; what was not asked for the longest time makes room."""
        if len(prepared.body) > MAX_BODY_BYTES:
            return
        key = (visitor.readable, visitor.name is None, path)
        if key in self._answers:
            return
        self._answers[key] = prepared
        self._bytes += len(prepared.body) + ENTRY_BYTES
        while self._bytes > self._max_bytes or len(self._answers) > MAX_ANSWERS:
            _, dropped = self._answers.popitem(last=False)
            self._bytes -= len(dropped.body) + ENTRY_BYTES


def forever(visitor: Visitor) -> bytes:
    """How long content may be kept: by this visitor alone, where not all may read."""
    is_anybody = visitor.readable is None and visitor.name is None
    return FOREVER if is_anybody else b"private, " + FOREVER


def is_matched(none_match: bytes, etag: bytes) -> bool:
    """Whether If-None-Match names this content (RFC 9110, 13.1.2)."""
    if none_match.strip() == b"*":
        return True
    tags = (tag.strip().removeprefix(b"W/") for tag in none_match.split(b","))
    return etag in tags


def content_range(start: int, end: int, size: int) -> tuple[bytes, bytes]:
    """Which part of how much an answer is."""
    return b"content-range", b"bytes %d-%d/%d" % (start, end - 1, size)


def media_type_header(media_type: str) -> bytes:
    """The media type, where a browser would not run what has it."""
    is_plain = _MEDIA_TYPE.fullmatch(media_type) is not None
    if not is_plain or media_type.lower().endswith("xml"):
        media_type = media_types.OCTET_STREAM
    return media_type.encode()
