"""Who we are to one registry: nobody, until it asks.

One token serves all requests for a repository; however many requests find it expired,
one new token is asked for.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

from tagledger.errors import (
    AccessDenied,
    AuthenticationRequired,
    CredentialsRefused,
    Refused,
)
from tagledger.sources.registry.challenges import Challenge
from tagledger.sources.registry.credentials import Credentials, CredentialStore
from tagledger.sources.registry.endpoint import Endpoint
from tagledger.sources.registry.repository import Repository
from tagledger.sources.registry.tokens import Proof, Tokens


class Authentication:
    """What is sent to one endpoint as `Authorization`."""

    def __init__(
        self,
        endpoint: Endpoint,
        store: CredentialStore,
        tokens: Tokens,
        now: Callable[[], datetime],
    ) -> None:
        self._endpoint = endpoint
        self._store = store
        self._tokens = tokens
        self._now = now
        self._proofs: dict[str, Proof] = {}
        self._bearer: Challenge | None = None
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def proof(self, repository: Repository) -> Proof | None:
        """What to send with the first try; None where nothing is asked for so far.

        A registry that wanted tokens once will want them again: that spares asking.
        """
        if not self._proofs and self._bearer is None:
            return None
        known = self._proofs.get(repository.path)
        if known is not None and not self._is_over(known):
            return known
        if self._bearer is None:
            return None
        return await self.renew(repository, [self._bearer], known)

    async def renew(
        self, repository: Repository, challenges: Iterable[Challenge], old: Proof | None
    ) -> Proof:
        """What the challenges ask for, in place of `old`. Raises Refused without it."""
        async with self._locks[repository.path]:
            known = self._proofs.get(repository.path)
            if known is not None and known is not old and not self._is_over(known):
                return known
            proof = await self._obtain(repository, challenges)
            self._proofs[repository.path] = proof
            return proof

    def refusal(self, repository: Repository, proof: Proof) -> Refused:
        """What it means that the registry does not take a new proof."""
        if proof.is_anonymous:
            return AuthenticationRequired(repository.name)
        if proof.expires_at is None:
            # It was not made for this request: the credentials themselves went out.
            return CredentialsRefused(self._endpoint.host)
        return AccessDenied(repository.name)

    async def _obtain(
        self, repository: Repository, challenges: Iterable[Challenge]
    ) -> Proof:
        offered: dict[str, Challenge] = {}
        for challenge in challenges:
            offered.setdefault(challenge.scheme, challenge)
        credentials = await self._credentials(repository)
        if bearer := offered.get("bearer"):
            self._bearer = bearer
            if credentials is not None and credentials.registry_token:
                return Proof(f"Bearer {credentials.registry_token}")
            scope = f"repository:{repository.path}:pull"
            return await self._tokens.fetch(bearer, scope, repository.name, credentials)
        if "basic" in offered and credentials is not None and credentials.basic:
            return Proof(credentials.basic)
        raise AuthenticationRequired(repository.name)

    async def _credentials(self, repository: Repository) -> Credentials | None:
        if self._endpoint.creds is not None:
            return Credentials(*self._endpoint.creds)
        return await self._store.find(self._endpoint.credentials_key, repository.path)

    def _is_over(self, proof: Proof) -> bool:
        return proof.expires_at is not None and proof.expires_at <= self._now()
