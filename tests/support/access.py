"""Who may read from a registry: basic and bearer authentication (distribution's "Token Authentication")."""

from support.basic import basic_credentials
from support.exchange import Reply, Request, error_reply
from support.tokens import TokenIssuer


class BasicAccess:
    """One user with one password."""

    def __init__(self, user: str, password: str, realm: str = "test registry") -> None:
        self._pair = (user, password)
        self._realm = realm

    async def refusal(self, request: Request, scope: str, origin: str) -> Reply | None:  # noqa: ARG002 - bearer's need
        """401 with a basic challenge for anything but the right pair."""
        if basic_credentials(request) == self._pair:
            return None
        return _unauthorized(f'Basic realm="{self._realm}"')

    async def own_answer(self, request: Request) -> Reply | None:  # noqa: ARG002 - bearer's need
        """Nothing: basic authentication has no endpoint."""
        return None


class BearerAccess:
    """Tokens of an issuer, whose endpoint is `/token` on the registry itself unless `realm` names another one."""

    def __init__(self, issuer: TokenIssuer, realm: str | None = None) -> None:
        self._issuer = issuer
        self._realm = realm

    async def refusal(self, request: Request, scope: str, origin: str) -> Reply | None:
        """401 with a bearer challenge unless a valid token of sufficient scope came along."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        scopes = self._issuer.scopes_of(token) if kind.lower() == "bearer" else None
        if scopes is not None and (not scope or scope in scopes):
            return None
        challenge = f'Bearer realm="{self._realm or f"{origin}/token"}",service="{self._issuer.service}"'
        if scope:
            challenge += f',scope="{scope}"'
        if scopes is not None:
            challenge += ',error="insufficient_scope"'
        elif kind:
            challenge += ',error="invalid_token"'
        return _unauthorized(challenge)

    async def own_answer(self, request: Request) -> Reply | None:
        """The token endpoint, where the registry has its own."""
        if self._realm is None and request.path == "/token":
            return await self._issuer.answer(request)
        return None


def _unauthorized(challenge: str) -> Reply:
    return error_reply(
        401,
        "UNAUTHORIZED",
        "authentication required",
        headers=(("WWW-Authenticate", challenge),),
    )
