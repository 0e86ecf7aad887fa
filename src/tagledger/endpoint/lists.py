"""Lists: the tags of a repository, the repositories, and what refers to a manifest."""

from __future__ import annotations

import re
from functools import partial
from urllib.parse import quote, urlencode

import msgspec

from tagledger.endpoint import problems
from tagledger.endpoint.asgi import answer
from tagledger.endpoint.names import spelled
from tagledger.endpoint.prepared import AGAIN, FIXED
from tagledger.endpoint.problems import Problem
from tagledger.endpoint.request import Request
from tagledger.flows.past import lists
from tagledger.model.media_types import OCI_INDEX

MAX_TAGS = 10_000
"""Most tags given at once."""

MAX_REPOSITORIES = 1_000
"""Most repositories: each is looked at, whether it had a tag."""

MAX_REFERRERS = 200
"""Likewise of referrers, each of which is read: what clients take is 4 MB."""

_JSON = "application/json"
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


class _Tags(msgspec.Struct):
    name: str
    tags: tuple[str, ...]


class _Catalog(msgspec.Struct):
    repositories: tuple[str, ...]


class _Index(msgspec.Struct, rename="camel"):
    manifests: tuple[lists.Referrer, ...]
    schema_version: int = 2
    media_type: str = OCI_INDEX


async def answer_tags(request: Request) -> None:
    """Send the tags that there were. Raises Problem, NotFound or LedgerError."""
    request.refuse_what_is_kept_from()
    asked = request.asked
    given = request.parameters()
    limit = _limit(given, MAX_TAGS)
    question = partial(
        lists.tags,
        repository=asked.repository,
        by=asked.by,
        after=given.get("last", ""),
        limit=limit,
    )
    part = await request.ask(question)
    more = None
    if part.has_more and limit:
        more = {"n": str(limit), "last": part.items[-1]}
    await _send(request, _Tags(asked.base, part.items), _JSON, more)


async def answer_catalog(request: Request) -> None:
    """Send the repositories that there were, as they can be asked for."""
    asked = request.asked
    visitor = request.visitor
    given = request.parameters()
    limit = _limit(given, MAX_REPOSITORIES)
    question = partial(
        lists.repositories,
        by=asked.by,
        spelled=lambda found: spelled(found) if visitor.may_read(found) else None,
        after=given.get("last", ""),
        limit=limit,
    )
    part = await request.ask(question)
    more = None
    if part.has_more and limit:
        more = {"n": str(limit), "last": part.items[-1]}
    await _send(request, _Catalog(part.items), _JSON, more)


async def answer_referrers(request: Request) -> None:
    """Send what belongs to a manifest: an index, empty where nothing is known."""
    asked = request.asked
    given = request.parameters()
    wanted = given.get("artifactType") or None
    part: lists.Part[lists.Referrer] = lists.Part((), has_more=False)
    # Whether there is such a repository is not told: the specification has no 404.
    if request.visitor.may_read(asked.repository):
        question = partial(
            lists.referrers,
            repository=asked.repository,
            subject=asked.digest,
            by=asked.by,
            artifact_type=wanted,
            after=given.get("last", ""),
            limit=MAX_REFERRERS,
        )
        part = await request.ask(question)
    more = None
    if part.has_more:
        more = {"last": part.items[-1].digest}
        more |= {"artifactType": wanted} if wanted else {}
    filters = [(b"oci-filters-applied", b"artifactType")] if wanted else []
    await _send(request, _Index(part.items), OCI_INDEX, more, *filters)


def _limit(given: dict[str, str], most: int) -> int:
    """How many names are wanted at most."""
    text = given.get("n")
    if text is None:
        return most
    if not _NUMBER.fullmatch(text):
        said = "n is a number, of how many are wanted"
        raise Problem(400, problems.PAGINATION_NUMBER_INVALID, said)
    return min(int(text), most)


async def _send(
    request: Request,
    body: msgspec.Struct,
    media_type: str,
    more: dict[str, str] | None,
    *headers: tuple[bytes, bytes],
) -> None:
    content = msgspec.json.encode(body)
    found = [
        (b"content-type", media_type.encode()),
        (b"content-length", b"%d" % len(content)),
        (b"cache-control", AGAIN),
        *headers,
        *FIXED,
    ]
    if more is not None:
        path = quote(str(request.scope["path"]), safe="/:@")
        link = f'<{request.root}{path}?{urlencode(more)}>; rel="next"'
        found.append((b"link", link.encode()))
    await answer(request.send, 200, found, content, sends=request.sends)
