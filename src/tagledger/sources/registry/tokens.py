"""Access tokens: asked for at the place that a registry's challenge names.

Source: distribution, docs/spec/auth/token.md and oauth.md. The place is a stranger's
word, and credentials go there: the rules for it are the strictest of all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec
from multidict import CIMultiDict
from yarl import URL

from tagledger.errors import (
    AuthenticationRequired,
    CredentialsRefused,
    InvalidAnswer,
    RateLimited,
    ServerFailed,
    TagledgerError,
    UnsafeAddress,
)
from tagledger.sources.registry.addresses import Purpose
from tagledger.sources.registry.challenges import Challenge
from tagledger.sources.registry.connections import Connections, Opened
from tagledger.sources.registry.credentials import Credentials
from tagledger.sources.registry.failures import host_of
from tagledger.sources.registry.named_urls import check_named_url, parse_named_url
from tagledger.sources.registry.retries import retry_at
from tagledger.sources.registry.route import Route

MAX_TOKEN_BYTES = 256 * 1024
"""Largest answer taken; a token that lists many rights has a few kilobytes."""

SHORTEST_LIFE = timedelta(seconds=60)
"""What a token lives at least, whatever its answer says (token.md, `expires_in`)."""

LONGEST_LIFE = timedelta(days=1)
"""How long a token is used at most; a new one costs one request."""

EARLY = timedelta(seconds=5)
"""How long before its end a token is no longer sent: it might end on the way."""

CLIENT_ID = "tagledger"

_VISIBLE = re.compile(r"[!-~]+", re.ASCII)


class Proof(msgspec.Struct, frozen=True):
    """An `Authorization` to send, and until when; `is_anonymous` if anybody gets it."""

    authorization: str
    expires_at: datetime | None = None
    is_anonymous: bool = False

    def __repr__(self) -> str:
        return "Proof(…)"


class _WireToken(msgspec.Struct):
    token: str | None = None
    access_token: str | None = None
    expires_in: float | None = None


class Tokens:
    """Asks for tokens on behalf of one registry."""

    def __init__(
        self, route: Route, connections: Connections, now: Callable[[], datetime]
    ) -> None:
        self._route = route
        self._connections = connections
        self._now = now

    async def fetch(
        self,
        challenge: Challenge,
        scope: str,
        name: str,
        credentials: Credentials | None,
    ) -> Proof:
        """A token for this scope; `name` is what to call the repository in errors.

        Raises UnsafeAddress for a place that must not be asked, other kinds of Refused,
        Unreachable or InvalidAnswer.
        """
        registry = self._route.origin
        url = parse_named_url(challenge.parameters.get("realm", ""), registry)
        check_named_url(url, Purpose.TOKEN, self._connections.standing)
        wish = {"service": challenge.parameters.get("service", ""), "scope": scope}
        wish = {key: value for key, value in wish.items() if value}
        if credentials is not None and credentials.identity_token:
            grant = {"refresh_token": credentials.identity_token}
            response = await self._exchange(url, "refresh_token", grant | wish)
        else:
            basic = credentials.basic if credentials is not None else None
            response = await self._get(url.extend_query(wish), basic)
            if response.status in (404, 405) and credentials is not None and basic:
                response.release()
                pair = {"username": credentials.user, "password": credentials.password}
                response = await self._exchange(url, "password", pair | wish)
        asked_at = self._now()
        if response.status != 200:
            await self._connections.drain(response)
            raise self._refusal(response, name, is_anonymous=credentials is None)
        try:
            content = await self._connections.read(response, MAX_TOKEN_BYTES)
        finally:
            response.release()
        return _proof(content, url, asked_at, is_anonymous=credentials is None)

    async def _get(self, url: URL, basic: str | None) -> Opened:
        purpose = self._purpose(url)
        if basic is None:
            return await self._route.follow("GET", url, CIMultiDict(), purpose)
        headers = CIMultiDict(Authorization=basic)
        response = await self._connections.open("GET", url, headers, purpose)
        return await self._unredirected(response)

    async def _exchange(self, url: URL, grant: str, form: Mapping[str, str]) -> Opened:
        """OAuth 2: the secret goes in the body."""
        full = {"grant_type": grant, "client_id": CLIENT_ID, **form}
        response = await self._connections.open(
            "POST", url, CIMultiDict(), self._purpose(url), form=full
        )
        return await self._unredirected(response)

    async def _unredirected(self, response: Opened) -> Opened:
        """A request that carries credentials ends where it was sent."""
        if 300 <= response.status < 400:
            await self._connections.drain(response)
            problem = "it sends credentials on to somewhere else"
            raise UnsafeAddress(str(response.url), problem)
        return response

    def _purpose(self, url: URL) -> Purpose:
        """The registry's own origin is where the user sent us; all else is not."""
        is_registry = url.origin() == self._route.origin
        return Purpose.REGISTRY if is_registry else Purpose.TOKEN

    def _refusal(
        self, response: Opened, name: str, *, is_anonymous: bool
    ) -> TagledgerError:
        host = host_of(response.url)
        if response.status in (400, 401, 403):
            if is_anonymous:
                return AuthenticationRequired(name)
            return CredentialsRefused(host)
        if response.status == 429:
            return RateLimited(host, retry_at(response.headers, self._now()))
        if response.status >= 500:
            return ServerFailed(str(response.url), response.status)
        problem = f"unexpected status {response.status} instead of a token"
        return InvalidAnswer(str(response.url), problem)


def _proof(
    content: bytes, url: URL, asked_at: datetime, *, is_anonymous: bool
) -> Proof:
    try:
        wire = msgspec.json.decode(content, type=_WireToken)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise InvalidAnswer(str(url), "not an answer that holds a token") from exc
    token = wire.token or wire.access_token or ""
    if not _VISIBLE.fullmatch(token):
        raise InvalidAnswer(str(url), "what it gives is not a token")
    seconds = max(0.0, min(wire.expires_in or 0.0, LONGEST_LIFE.total_seconds()))
    life = max(timedelta(seconds=seconds), SHORTEST_LIFE)
    return Proof(f"Bearer {token}", asked_at + life - EARLY, is_anonymous=is_anonymous)
