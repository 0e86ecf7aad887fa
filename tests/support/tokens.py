"""What a token server does, apart from its port: check who asks, and issue tokens for the scopes allowed."""

import secrets
import time
from collections.abc import Callable, Collection, Mapping
from urllib.parse import parse_qs

import msgspec

from support.basic import basic_credentials
from support.blobs import Json
from support.exchange import Reply, Request, error_reply, json_reply


class Grant(msgspec.Struct, frozen=True):
    """What a token stands for; times are seconds of the issuer's clock."""

    user: str
    scopes: frozenset[str]
    expires_at: float


Mint = Callable[[Grant, str], str]


def opaque(_grant: Grant, _service: str) -> str:
    """A token that says nothing."""
    return secrets.token_urlsafe(24)


class TokenIssuer:
    """Answers token requests by GET (distribution's "Token Authentication") and POST (its OAuth2 form).

    Without `users` everybody gets what they ask for. With them, a caller without credentials gets only the repositories
    in `public`, and a wrong password is answered with 401. `field` is the name under which the token is sent: `token`,
    `access_token`, or both in one string with a comma. `identity_tokens` maps refresh tokens to users.
    """

    def __init__(
        self,
        users: Mapping[str, str] | None = None,
        *,
        service: str = "registry.test",
        public: Collection[str] = (),
        field: str = "token",
        methods: Collection[str] = ("GET", "POST"),
        lifetime_seconds: int | None = 300,
        identity_tokens: Mapping[str, str] | None = None,
        mint: Mint = opaque,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.service = service
        self.grants: dict[str, Grant] = {}
        self._users = dict(users or {})
        self._public = frozenset(public)
        self._field = field
        self._methods = frozenset(methods)
        self._lifetime_seconds = lifetime_seconds
        self._identity_tokens = dict(identity_tokens or {})
        self._mint = mint
        self._clock = clock

    def scopes_of(self, token: str) -> frozenset[str] | None:
        """The scopes of a token that was issued here and has not expired, else None."""
        grant = self.grants.get(token)
        return grant.scopes if grant and grant.expires_at > self._clock() else None

    def revoke_all(self) -> None:
        """Let every token issued so far be unknown, as an expiry in the middle of a run does."""
        self.grants.clear()

    async def answer(self, request: Request) -> Reply:
        """A token, or a refusal."""
        if request.method not in self._methods:
            return error_reply(404, "NOT_FOUND", "no such endpoint")
        form = _fields_of(request)
        user = self._user_of(request, form)
        if user is None:
            return error_reply(401, "UNAUTHORIZED", "incorrect username or password")
        asked = [scope for text in form.get("scope", []) for scope in text.split()]
        # A client without a lifetime in the answer assumes 60 seconds; ours lives long enough for any test.
        expires_at = self._clock() + (self._lifetime_seconds or 3600)
        grant = Grant(
            user,
            frozenset(scope for scope in asked if self._is_allowed(user, scope)),
            expires_at,
        )
        token = self._mint(grant, self.service)
        self.grants[token] = grant
        document: dict[str, Json] = {
            name.strip(): token for name in self._field.split(",")
        }
        if self._lifetime_seconds is not None:
            document["expires_in"] = self._lifetime_seconds
        return json_reply(document)

    def _user_of(self, request: Request, form: Mapping[str, list[str]]) -> str | None:
        """The name of whoever asks: empty for nobody in particular, None where the credentials are wrong."""
        if form.get("grant_type") == ["refresh_token"]:
            return self._identity_tokens.get(form.get("refresh_token", [""])[0])
        pair = basic_credentials(request)
        if form.get("grant_type") == ["password"]:
            pair = form.get("username", [""])[0], form.get("password", [""])[0]
        if pair is None:
            return ""
        user, password = pair
        return user if self._users.get(user) == password else None

    def _is_allowed(self, user: str, scope: str) -> bool:
        return bool(user) or not self._users or scope.split(":")[1] in self._public


def _fields_of(request: Request) -> dict[str, list[str]]:
    if request.method == "POST":
        return parse_qs(request.body.decode())
    return {name: request.query.getall(name) for name in request.query}
