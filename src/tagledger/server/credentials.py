"""Who somebody is, from the `Authorization` of a request."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable

from tagledger.flows.visitor import Visitor
from tagledger.server.access_rules import Rules
from tagledger.server.grants import Grant, verified
from tagledger.server.passwords import Passwords


class WrongCredentials(Exception):
    """What was given lets nobody in."""


class Credentials:
    """Tells who somebody is, by the rules as they are now."""

    def __init__(
        self,
        rules: Callable[[], Rules],
        passwords: Passwords,
        *,
        key: bytes,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._rules = rules
        self._passwords = passwords
        self._key = key
        self._clock = clock

    async def visitor(
        self, authorization: bytes, *, takes_grants: bool = False
    ) -> Visitor:
        """Who this is; who says nothing of themselves is anybody.

        Raises WrongCredentials or TooManyChecks.
        """
        kind, _, value = authorization.decode("latin-1").strip().partition(" ")
        match kind.lower():
            case "basic":
                return await self._with_password(*_pair(value))
            case "bearer":
                return self._with_token(value.strip(), takes_grants=takes_grants)
        raise WrongCredentials

    async def _with_password(self, name: str, password: str) -> Visitor:
        rules = self._rules()
        if not name and not password:
            # So some clients of registries say that they have no login.
            return rules.anybody
        token = self._token(rules, password)
        if token is not None:
            # Clients that know only passwords may use a token as one.
            if token == name:
                return rules.visitors[token]
            raise WrongCredentials
        hashed = rules.passwords.get(name)
        fits = await self._passwords.fits(name, password, hashed or rules.decoy)
        if hashed is None or not fits:
            raise WrongCredentials
        return rules.visitors[name]

    def _with_token(self, text: str, *, takes_grants: bool) -> Visitor:
        rules = self._rules()
        name = self._token(rules, text)
        if name is not None:
            return rules.visitors[name]
        grant: Grant | None = None
        if takes_grants:
            grant = verified(text, self._key, self._clock())
        if grant is None:
            raise WrongCredentials
        if grant.name is None:
            return rules.anybody
        # Who was taken out of the rules in the meantime is let in no longer.
        found = rules.visitors.get(grant.name)
        if found is None:
            raise WrongCredentials
        return found

    @staticmethod
    def _token(rules: Rules, text: str) -> str | None:
        given = hashlib.sha256(text.encode()).digest()
        found = None
        for digest, name in rules.tokens.items():
            if hmac.compare_digest(digest, given):
                found = name
        return found


def _pair(coded: str) -> tuple[str, str]:
    try:
        text = base64.b64decode(coded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise WrongCredentials from None
    name, colon, password = text.partition(":")
    if not colon:
        raise WrongCredentials
    return name, password
