"""What is let in, and what goes out with every answer: sizes, methods, headers."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from tagledger.endpoint.asgi import (
    Application,
    Message,
    Receive,
    Scope,
    Send,
    answer,
)
from tagledger.server.origins import Origin, Origins, TrustedHosts
from tagledger.server.refusals import REGISTRY, Refusal, refuse
from tagledger.server.seen import REQUEST_ID, SEEN, Seen

ORIGIN = "tagledger.origin"
"""The key of the scope under which stands where a request comes from."""

MAX_ADDRESS_BYTES = 8 * 1024
"""Longest path and query: the longest that a page makes is a diff of two references."""

MAX_HEADER_BYTES = 32 * 1024
"""Most bytes in all headers together; a token of a registry has some thousands."""

MAX_BODY_BYTES = 64 * 1024
"""Largest body that is not refused: none is read, but some clients send a few bytes."""

MAX_RESULT_BYTES = 32 * 1024 * 1024
"""Largest page or document that is sent; layers are not counted."""

HEALTH = "/healthz"

_READS = frozenset({"GET", "HEAD"})
_GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_ALLOWED = b"GET, HEAD, OPTIONS"

_Pairs = tuple[tuple[bytes, bytes], ...]

_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; "
    b"img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    b"base-uri 'none'; frame-ancestors 'none'"
)

_EVERYWHERE: _Pairs = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

_ON_PAGES: _Pairs = (
    *_EVERYWHERE,
    (b"content-security-policy", _POLICY),
)

_ON_BLOBS: _Pairs = (
    *_EVERYWHERE,
    (b"content-security-policy", b"default-src 'none'; sandbox"),
)
"""What a stranger built must not act as a page of ours."""

_FOR_A_YEAR: _Pairs = ((b"strict-transport-security", b"max-age=31536000"),)


class Guard:
    """Refuses what is out of bounds, and hands on the rest with its origin."""

    def __init__(
        self,
        inner: Application,
        *,
        origins: Origins,
        hosts: TrustedHosts,
    ) -> None:
        self._inner = inner
        self._origins = origins
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        origin = self._origins.of(scope)
        is_registry = scope["path"].startswith(REGISTRY) or scope["path"] == "/v2"
        send = secured(send, scope["path"], origin.scheme)
        seen: Seen = scope[SEEN]
        seen.address = origin.address
        refusal = self._problem(scope, origin)
        if refusal is not None:
            await refuse(scope, send, refusal)
            return
        scope = {**scope, ORIGIN: origin, "scheme": origin.scheme}
        if origin.is_told:
            scope["client"] = (origin.address, 0)
            scope["headers"] = _renamed(scope["headers"], origin.host)
            seen.request_id = _given_id(scope) or seen.request_id
        if is_registry:
            await self._inner(scope, receive, send)
        else:
            await self._site(scope, receive, send)

    def _problem(self, scope: Scope, origin: Origin) -> Refusal | None:
        if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_ADDRESS_BYTES:
            return Refusal(
                HTTPStatus.REQUEST_URI_TOO_LONG,
                f"an address here is at most {MAX_ADDRESS_BYTES} bytes long",
            )
        size = 0
        body: Refusal | None = None
        for name, value in scope["headers"]:
            size += len(name) + len(value)
            if name in (b"content-length", b"transfer-encoding"):
                body = body or _body_problem(name, value)
        if size > MAX_HEADER_BYTES:
            return Refusal(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                f"the headers together are at most {MAX_HEADER_BYTES} bytes long",
            )
        # A prober of health knows an address, not our name, and learns nothing else.
        if not self._hosts.has(origin.host) and scope["path"] != HEALTH:
            return Refusal(
                HTTPStatus.BAD_REQUEST,
                "this service does not answer under that name: "
                "--trusted-host says under which it does",
            )
        return body

    async def _site(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Reading alone; HEAD is GET without the body."""
        method = scope["method"]
        if method in _READS:
            sends = method == "GET"
            scope["method"] = "GET"
            await self._inner(scope, receive, _bounded(scope, send, sends=sends))
        elif method == "OPTIONS":
            await answer(send, HTTPStatus.NO_CONTENT, ((b"allow", _ALLOWED),))
        else:
            refusal = Refusal(
                HTTPStatus.METHOD_NOT_ALLOWED,
                "nothing can be changed here, only read",
                ((b"allow", _ALLOWED),),
            )
            await refuse(scope, send, refusal)


def _body_problem(name: bytes, value: bytes) -> Refusal | None:
    is_small = (
        name == b"content-length"
        and value.isdigit()
        and len(value) < 10
        and int(value) <= MAX_BODY_BYTES
    )
    if is_small:
        return None
    # Nothing more is read of it: the connection cannot be used again.
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "a request has no body here",
        ((b"connection", b"close"),),
    )


def secured(send: Send, path: str, scheme: str) -> Send:
    """Sends an answer with what every answer says to browsers."""
    own = _ON_BLOBS if path.startswith(REGISTRY) or path == "/v2" else _ON_PAGES
    if scheme == "https":
        own += _FOR_A_YEAR
    return _with_headers(send, own)


def _given_id(scope: Scope) -> str | None:
    """The name that a proxy gave the request, where it is a plain word."""
    for name, value in scope["headers"]:
        if name == REQUEST_ID and _GIVEN_ID.fullmatch(value):
            return bytes(value).decode()
    return None


def _with_headers(send: Send, own: _Pairs) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = message["headers"]
            said = {name for name, _ in given}
            message["headers"] = [
                *given,
                *(pair for pair in own if pair[0] not in said),
            ]
        await send(message)

    return sending


def _bounded(scope: Scope, send: Send, *, sends: bool) -> Send:
    """Sends what is not too large, without its body where that is not wanted."""
    is_refused = False

    async def sending(message: Message) -> None:
        nonlocal is_refused
        if is_refused:
            return
        if message["type"] == "http.response.start" and _size(message) > (
            MAX_RESULT_BYTES
        ):
            is_refused = True
            refusal = Refusal(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                f"the answer has more than {MAX_RESULT_BYTES} bytes: ask for less",
            )
            method = "GET" if sends else "HEAD"
            await refuse({**scope, "method": method}, send, refusal)
            return
        if not sends and message["type"] == "http.response.body":
            more = message.get("more_body", False)
            message = {"type": message["type"], "body": b"", "more_body": more}
        await send(message)

    return sending


def _size(message: Message) -> int:
    for name, value in message["headers"]:
        if name.lower() == b"content-length" and value.isdigit():
            return int(value)
    return 0


def _renamed(headers: Any, host: str) -> list[tuple[bytes, bytes]]:  # noqa: ANN401 - ASGI's own looseness
    """The headers as if who asks had reached us under that name."""
    kept = [(name, value) for name, value in headers if name != b"host"]
    return [(b"host", host.encode("latin-1")), *kept]
