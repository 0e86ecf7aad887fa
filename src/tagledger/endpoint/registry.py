"""The pull side of the distribution specification 1.1, answered from the ledger."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from tagledger.endpoint import problems
from tagledger.endpoint.asgi import Receive, Scope, Send, answer
from tagledger.endpoint.blobs import Blobs, Layers
from tagledger.endpoint.lists import answer_catalog, answer_referrers, answer_tags
from tagledger.endpoint.manifests import Manifests
from tagledger.endpoint.paths import Asked, Wanted, parse_path
from tagledger.endpoint.prepared import FIXED, PreparedAnswers, forever
from tagledger.endpoint.problems import Problem
from tagledger.endpoint.request import Request, path_of, visitor_of
from tagledger.errors import TagledgerError
from tagledger.flows.readers import Readers

READING = frozenset({"GET", "HEAD"})

ONLY_READ = Problem(
    405,
    problems.UNSUPPORTED,
    "this registry is of the past: nothing can be changed in it",
    headers=[(b"allow", b"GET, HEAD")],
)

_UNKNOWN = {Wanted.BLOB: problems.BLOB_UNKNOWN, Wanted.TAGS: problems.NAME_UNKNOWN}

_log = logging.getLogger("tagledger.endpoint")


class Registry:
    """An ASGI application for everything under ``/v2/``."""

    def __init__(self, readers: Readers, layers: Layers) -> None:
        self._readers = readers
        self._answers = PreparedAnswers()
        self._manifests = Manifests(self._answers)
        self._blobs = Blobs(self._answers, layers)
        self._answers_for: dict[Wanted, Callable[[Request], Awaitable[None]]] = {
            Wanted.BASE: _answer_base,
            Wanted.MANIFEST: self._manifests.answer,
            Wanted.BLOB: self._blobs.answer,
            Wanted.TAGS: answer_tags,
            Wanted.CATALOG: answer_catalog,
            Wanted.REFERRERS: answer_referrers,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in READING:
            await ONLY_READ.send(send, sends=True)
            return
        visitor = visitor_of(scope)
        path = path_of(scope)
        known = self._answers.get(visitor, path)
        try:
            if known is not None:
                await known.send(scope, send, forever(visitor))
            else:
                asked = parse_path(path)
                await self._answer(asked, scope, receive, send)
        except Problem as problem:
            await problem.send(send, sends=scope["method"] != "HEAD")

    async def aclose(self) -> None:
        """Let go of connections and threads."""
        await self._blobs.aclose()

    async def _answer(
        self, asked: Asked, scope: Scope, receive: Receive, send: Send
    ) -> None:
        request = Request(asked, self._readers, scope, receive, send)
        try:
            await self._answers_for[asked.wanted](request)
        except TagledgerError as error:
            unknown = _UNKNOWN.get(asked.wanted, problems.MANIFEST_UNKNOWN)
            problem = Problem.of(error, unknown)
            if problem.status >= 500:
                _log.error("%s: %s", asked.base, error)
            raise problem from error
        except (Problem, asyncio.CancelledError):
            raise
        except Exception as error:
            _log.exception("%s was not answered", asked.base)
            if request.has_begun:
                # The connection closes on an answer that has no end.
                return
            said = "this cannot be answered"
            raise Problem(500, problems.UNKNOWN, said) from error


async def _answer_base(request: Request) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"2"),
        *FIXED,
    ]
    await answer(request.send, 200, headers, b"{}", sends=request.sends)
