"""``/v2/<name>/manifests/<reference>``: the bytes that a manifest is, by tag or digest.

`Accept` chooses nothing: a manifest is served as what it is, as nothing else would
have its digest, and its `Content-Type` says so.
"""

from __future__ import annotations

from functools import partial

import msgspec

from tagledger.endpoint.prepared import AGAIN, Prepared, PreparedAnswers, forever
from tagledger.endpoint.request import Request, path_of
from tagledger.flows.past.manifests import manifest, pointed_to
from tagledger.model.digest import Digest
from tagledger.model.times import rfc3339

OBSERVED_AT = b"tagledger-observed-at"
"""The header that says when the fact was observed that a tag is answered by."""


class Manifests:
    """Answers for manifests; what a digest names is asked of the ledger once."""

    def __init__(self, answers: PreparedAnswers) -> None:
        self._answers = answers

    async def answer(self, request: Request) -> None:
        """Send the manifest. Raises Problem, NotFound or LedgerError."""
        request.refuse_what_is_kept_from()
        asked = request.asked
        if asked.tag is None:
            prepared = await self._prepared(request, asked.digest)
            self._answers.keep(request.visitor, path_of(request.scope), prepared)
            caching = forever(request.visitor)
            await prepared.send(request.scope, request.send, caching)
            return
        name = msgspec.structs.replace(asked.repository, tag=asked.tag)
        fact = await request.ask(partial(pointed_to, name=name, by=asked.by))
        assert fact.root is not None, "such a fact was refused"  # noqa: S101 - for mypy
        path = f"/v2/{asked.base}/manifests/{fact.root}".encode()
        found = self._answers.get(request.visitor, path)
        if found is None:
            found = await self._prepared(request, fact.root)
            self._answers.keep(request.visitor, path, found)
        more = [(OBSERVED_AT, rfc3339(fact.observed_at).encode())]
        await found.send(request.scope, request.send, AGAIN, more)

    async def _prepared(self, request: Request, digest: Digest) -> Prepared:
        asked = request.asked
        question = partial(
            manifest, repository=asked.repository, digest=digest, by=asked.by
        )
        document = await request.ask(question)
        return Prepared.of(digest, document, has_ranges=False)
