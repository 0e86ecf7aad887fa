"""Lets in who may come in, and tells everything behind it who that is."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus

import msgspec

from tagledger.endpoint.asgi import (
    Application,
    Message,
    Receive,
    Scope,
    Send,
    answer,
)
from tagledger.flows.visitor import LOGIN, VISITOR, Visitor
from tagledger.server.access_rules import Rules
from tagledger.server.credentials import Credentials, WrongCredentials
from tagledger.server.grants import GRANT_SECONDS, Grant, sign
from tagledger.server.guard import HEALTH, ORIGIN
from tagledger.server.origins import Origin
from tagledger.server.passwords import TooManyChecks
from tagledger.server.refusals import REGISTRY, Refusal, later, refuse
from tagledger.server.seen import SEEN, Seen

LOGIN_PATH = "/login"
"""Asks a browser for a login, and leads home."""

GRANT_PATH = "/v2/token"
"""Where clients of registries fetch their grants."""

ROOTS = ("/v2", REGISTRY)
OPEN = "/static/"
"""For everybody: what the page that asks for a login is dressed with."""

_NOBODY_KNOWN = "this needs a login"
_WRONG = "this login is not known here"


class Access:
    """An application behind a login, or partly so."""

    def __init__(
        self,
        inner: Application,
        rules: Callable[[], Rules],
        credentials: Credentials,
        *,
        key: bytes,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._inner = inner
        self._rules = rules
        self._credentials = credentials
        self._key = key
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request as who asks may see it."""
        path = scope["path"]
        is_registry = path in ROOTS or path.startswith(REGISTRY)
        given = _authorization(scope)
        send = _varying(send, has_login=given is not None)
        try:
            visitor = await self._visitor(given, takes_grants=is_registry)
        except WrongCredentials:
            await refuse(scope, send, self._challenge(scope, _WRONG))
            return
        except TooManyChecks:
            await refuse(scope, send, later("too many logins are being checked"))
            return
        seen: Seen = scope[SEEN]
        seen.visitor = visitor.name
        scope = {**scope, VISITOR: visitor, LOGIN: LOGIN_PATH}
        if path == GRANT_PATH:
            await self._grant(scope, send, visitor)
        elif path == LOGIN_PATH:
            await self._log_in(scope, send, visitor)
        elif path == HEALTH or path.startswith(OPEN):
            await self._inner(scope, receive, send)
        elif self._must_log_in(path, visitor, has_said_so=given is not None):
            await refuse(scope, send, self._challenge(scope, _NOBODY_KNOWN))
        elif is_registry and given is None and not visitor.reads_all:
            await self._inner(scope, receive, self._asking(scope, send))
        else:
            await self._inner(scope, receive, send)

    async def _visitor(self, given: bytes | None, *, takes_grants: bool) -> Visitor:
        if given is None:
            return self._rules().anybody
        return await self._credentials.visitor(given, takes_grants=takes_grants)

    def _must_log_in(self, path: str, visitor: Visitor, *, has_said_so: bool) -> bool:
        if visitor.name is not None or visitor.reads_all:
            return False
        if not self._rules().opens_something:
            return True
        # Clients ask here how to log in, and never again.
        return path in ROOTS and not has_said_so

    def _challenge(self, scope: Scope, detail: str) -> Refusal:
        return Refusal(
            HTTPStatus.UNAUTHORIZED,
            detail,
            ((b"www-authenticate", self._method(scope).encode()),),
        )

    def _method(self, scope: Scope) -> str:
        """How to log in.

        Clients of registries pull without a login only from one that lends grants,
        and only such a one asks them for a login where it is needed.
        """
        rules = self._rules()
        path = scope["path"]
        is_grant = path == GRANT_PATH
        is_registry = path in ROOTS or path.startswith(REGISTRY)
        if not is_registry or is_grant or not rules.opens_something:
            return f'Basic realm="{rules.realm}", charset="UTF-8"'
        origin: Origin = scope[ORIGIN]
        root = f"{origin.scheme}://{origin.host}{scope.get('root_path', '')}"
        wanted = _scope_of(path)
        return f'Bearer realm="{root}{GRANT_PATH}",service="{origin.host}"' + (
            f',scope="{wanted}"' if wanted else ""
        )

    def _asking(self, scope: Scope, send: Send) -> Send:
        """What is not there may be there for who logs in: some clients wait for that.

        It is said of everything that is not there, so that it says nothing.
        """
        is_refused = False

        async def sending(message: Message) -> None:
            nonlocal is_refused
            if is_refused:
                return
            is_start = message["type"] == "http.response.start"
            if is_start and message["status"] == HTTPStatus.NOT_FOUND:
                is_refused = True
                await refuse(scope, send, self._challenge(scope, _NOBODY_KNOWN))
                return
            await send(message)

        return sending

    async def _grant(self, scope: Scope, send: Send, visitor: Visitor) -> None:
        if visitor.name is None and not self._rules().opens_something:
            await refuse(scope, send, self._challenge(scope, _NOBODY_KNOWN))
            return
        now = int(self._clock())
        token = sign(Grant(visitor.name, now + GRANT_SECONDS), self._key)
        body = msgspec.json.encode(
            {
                "token": token,
                "access_token": token,
                "expires_in": GRANT_SECONDS,
                "issued_at": datetime.fromtimestamp(now, UTC),
            }
        )
        headers = (
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        )
        sends = scope["method"] != "HEAD"
        await answer(send, HTTPStatus.OK, headers, body, sends=sends)

    async def _log_in(self, scope: Scope, send: Send, visitor: Visitor) -> None:
        if visitor.name is None:
            await refuse(scope, send, self._challenge(scope, _NOBODY_KNOWN))
            return
        home = f"{scope.get('root_path', '')}/"
        headers = (
            (b"location", home.encode()),
            (b"content-length", b"0"),
            (b"cache-control", b"no-store"),
        )
        await answer(send, HTTPStatus.SEE_OTHER, headers)


def _authorization(scope: Scope) -> bytes | None:
    for name, value in scope["headers"]:
        if name == b"authorization":
            return bytes(value)
    return None


def _scope_of(path: str) -> str:
    """What a client asks a grant for, in the words of the token specification."""
    for kind in ("/manifests/", "/blobs/", "/tags/", "/referrers/"):
        name, found, _ = path.removeprefix(REGISTRY).partition(kind)
        if found and name.isascii() and '"' not in name and "\\" not in name:
            return f"repository:{name}:pull"
    return ""


def _varying(send: Send, *, has_login: bool) -> Send:
    """What one may see, no cache gives to another."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                *(_private(pair) if has_login else pair for pair in message["headers"]),
                (b"vary", b"authorization"),
            ]
        await send(message)

    return sending


def _private(pair: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    name, value = pair
    if name.lower() == b"cache-control":
        return name, value.replace(b"public", b"private")
    return pair
