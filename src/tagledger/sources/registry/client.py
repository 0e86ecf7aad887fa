"""One registry, asked politely: not too much at once, again where that helps."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from multidict import CIMultiDict
from yarl import URL

from tagledger.errors import (
    RateLimited,
    ServerFailed,
    TagledgerError,
    Unreachable,
)
from tagledger.sources.registry.addresses import Purpose, Standing
from tagledger.sources.registry.answers import Answer
from tagledger.sources.registry.authentication import Authentication
from tagledger.sources.registry.challenges import Challenge, parse_challenges
from tagledger.sources.registry.connections import Connections, Opened
from tagledger.sources.registry.credentials import CredentialStore
from tagledger.sources.registry.endpoint import Endpoint
from tagledger.sources.registry.failures import host_of
from tagledger.sources.registry.named_urls import check_named_url
from tagledger.sources.registry.options import RegistryOptions
from tagledger.sources.registry.rate_limits import rate_limit_text
from tagledger.sources.registry.repository import Repository
from tagledger.sources.registry.retries import Retries, retry_at
from tagledger.sources.registry.route import Route
from tagledger.sources.registry.surroundings import Surroundings
from tagledger.sources.registry.tokens import Proof, Tokens


class RegistryClient:
    """Asks one endpoint: `ask` for what is small, `open` for what is not."""

    def __init__(
        self, endpoint: Endpoint, options: RegistryOptions, surroundings: Surroundings
    ) -> None:
        self.endpoint = endpoint
        self.standing = Standing(surroundings.kind_of_address)
        self.connections = Connections(options, surroundings, self.standing)
        self.retries = Retries(surroundings)
        self._route = Route(endpoint, self.connections)
        self._now = surroundings.now
        self._on_rate_limit = options.on_rate_limit
        self._told_limit: str | None = None
        self._authentication = Authentication(
            endpoint,
            CredentialStore(options),
            Tokens(self._route, self.connections, surroundings.now),
            surroundings.now,
        )
        self._slots = asyncio.Semaphore(options.parallel_requests)

    async def ask(
        self,
        method: str,
        repository: Repository,
        path: str,
        headers: Mapping[str, str],
        *,
        limit: int | None = None,
    ) -> Answer:
        """The answer, its body read up to `limit` bytes, or not at all without one.

        Refusals, rate limits and failures are raised, after asking again where that
        may help; any other status is the caller's to judge.
        """
        failures = 0
        while True:
            wait_until = None
            error: TagledgerError
            try:
                async with self._slots:
                    response = await self._authorized(method, repository, path, headers)
                    answer = await self.answer(response, limit)
                if "ratelimit-remaining" in answer.headers:
                    self._tell_limit(answer)
                if answer.status != 429 and answer.status < 500:
                    return answer
                error, wait_until = self._trouble(answer)
            except Unreachable as exc:
                error = exc
            failures += 1
            await self.retries.pause(failures, error, wait_until)

    async def ask_elsewhere(
        self, method: str, url: URL, headers: Mapping[str, str], purpose: Purpose
    ) -> Answer:
        """The answer of a place that is not the registry: anonymous, and only once."""
        check_named_url(url, purpose, self.standing)
        async with self._slots:
            response = await self._route.follow(method, url, headers, purpose)
            return await self.answer(response)

    async def open(
        self, repository: Repository, path: str, headers: Mapping[str, str]
    ) -> Opened:
        """A GET's answer with its body unread, to be released by the caller.

        Refusals, rate limits and failures are raised; nothing is asked again here.
        """
        response = await self._authorized(
            "GET", repository, path, headers, streams=True
        )
        if response.status == 429 or response.status >= 500:
            raise self._trouble(await self.answer(response))[0]
        return response

    async def open_elsewhere(
        self, url: URL, headers: Mapping[str, str], purpose: Purpose
    ) -> Opened:
        """As `open`, from a place that is not the registry, anonymously."""
        check_named_url(url, purpose, self.standing)
        return await self._route.follow("GET", url, headers, purpose, streams=True)

    async def aclose(self) -> None:
        """Close all connections."""
        await self.connections.aclose()

    async def _authorized(
        self,
        method: str,
        repository: Repository,
        path: str,
        headers: Mapping[str, str],
        *,
        streams: bool = False,
    ) -> Opened:
        """One request to the registry, with what it wants to see of us."""
        tail = f"{repository.path}/{path}"

        async def response_to(proof: Proof | None) -> Opened | list[Challenge]:
            response = await self._route.ask(
                method, tail, _with_proof(headers, proof), streams=streams
            )
            if response.status != 401 or response.purpose is not Purpose.REGISTRY:
                return response
            await self.connections.drain(response)
            return parse_challenges(response.headers.getall("WWW-Authenticate", []))

        proof = await self._authentication.proof(repository)
        response = await response_to(proof)
        if isinstance(response, Opened):
            return response
        proof = await self._authentication.renew(repository, response, proof)
        response = await response_to(proof)
        if isinstance(response, Opened):
            return response
        raise self._authentication.refusal(repository, proof)

    async def answer(self, response: Opened, limit: int | None = None) -> Answer:
        """What an opened answer says, as for `ask`; lets go of it."""
        try:
            if not 200 <= response.status < 300:
                body = await self.connections.drain(response)
            elif limit is not None:
                body = await self.connections.read(response, limit)
            else:
                body = b""
        finally:
            response.release()
        return Answer(
            response.url,
            response.status,
            response.headers,
            body,
            is_elsewhere=response.purpose is not Purpose.REGISTRY,
        )

    def _tell_limit(self, answer: Answer) -> None:
        text = rate_limit_text(host_of(answer.url), answer.headers)
        if text is not None and text != self._told_limit:
            self._told_limit = text
            self._on_rate_limit(text)

    def _trouble(self, answer: Answer) -> tuple[Unreachable, datetime | None]:
        """What an answer that may be better later means, and when that is."""
        wait_until = retry_at(answer.headers, self._now())
        if answer.status == 429:
            return RateLimited(host_of(answer.url), wait_until), wait_until
        return ServerFailed(str(answer.url), answer.status), wait_until


def _with_proof(headers: Mapping[str, str], proof: Proof | None) -> Mapping[str, str]:
    if proof is None:
        return headers
    with_proof = CIMultiDict(headers)
    with_proof["Authorization"] = proof.authorization
    return with_proof
