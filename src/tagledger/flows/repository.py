"""The tags of a repository in the order in which people look for them, page by page."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol, TypeVar

import msgspec

from tagledger.errors import MalformedReference, NotObserved
from tagledger.flows.remembered import Remembered
from tagledger.ledger.answers import RepositorySummary, TagSummary
from tagledger.ledger.names import repository_name, tag_name
from tagledger.ledger.protocol import Ledger
from tagledger.model.reference import Reference, parse_repository
from tagledger.model.tag_order import TagKey, tag_key

TAGS_ON_A_PAGE = 50

KEPT_NAMES = 200_000
"""Names of tags kept in order, of all repositories together."""

MAX_ORDERED = 150_000
"""Of a repository with more tags than this, they are listed by name."""

OUTDATED_SECONDS = 60.0
"""How old the order of a repository may be that has got more tags since."""

AT_ONCE = 1_000
"""Names looked at before other threads get their turn."""

_T = TypeVar("_T")


class Ask(Protocol):
    """Puts a question to the ledger, and waits for the answer."""

    def __call__(self, question: Callable[[Ledger], _T], /) -> Awaitable[_T]:
        """The answer."""
        ...


class RepositoryPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a repository; `fitting` counts the names that fit the filter.

    `is_by_name` where there are too many to be put in order of version: `more` then
    asks for the next page.
    """

    summary: RepositorySummary
    page: int
    pages: int
    fitting: int
    tags: tuple[TagSummary, ...]
    is_by_name: bool = False
    more: str | None = None


class TagOrders:
    """The names in each repository in order of version, made again when there are more.

    Names are only ever added, so that their number tells whether an order is outdated.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: Remembered[str, _Order] = Remembered(
            most=KEPT_NAMES, weigh=lambda order: len(order.names) + 50, part=1
        )

    def known(self, summary: RepositorySummary) -> tuple[str, ...] | None:
        """The order, where it is known and not outdated."""
        order = self._kept.get(repository_name(summary.repository))
        if order is None:
            return None
        is_fresh = self._clock() - order.since < OUTDATED_SECONDS
        return order.names if is_fresh or order.tags == summary.tags else None

    def order(
        self, summary: RepositorySummary, names: Iterable[str]
    ) -> tuple[str, ...]:
        """Put the names in order: newest version first, and those by digest last.

        A hundred thousand take a second, in which other threads have their turns.
        """
        keyed: list[tuple[bool, TagKey]] = []
        for number, name in enumerate(names):
            keyed.append((name.startswith("@"), tag_key(name)))
            if number % AT_ONCE == 0:
                time.sleep(0)
        keyed.sort()
        order = _Order(tuple(key[2] for _, key in keyed), summary.tags, self._clock())
        self._kept.put(repository_name(summary.repository), order)
        return order.names


class _Order(msgspec.Struct, frozen=True):
    """The names, how many tags the repository had, and when they were put in order."""

    names: tuple[str, ...]
    tags: int
    since: float


class _Begun(msgspec.Struct, frozen=True):
    """What the first question finds: the order, or the names to put in order."""

    summary: RepositorySummary
    known: tuple[str, ...] | None
    names: list[str] | None = None


async def repository_page(
    ask: Ask,
    orders: TagOrders,
    text: str,
    *,
    containing: str = "",
    page: int = 1,
    after: str | None = None,
) -> RepositoryPage:
    """A page of the tags that have a text in their name.

    `ask` puts a question to the ledger. Raises NotObserved or MalformedReference.
    """

    def begin(ledger: Ledger) -> _Begun:
        summary = known_repository(ledger, text)
        known = orders.known(summary)
        if known is not None or summary.tags > MAX_ORDERED:
            return _Begun(summary, known)
        return _Begun(summary, None, names_in(ledger, summary.repository))

    begun = await ask(begin)
    summary, names = begun.summary, begun.known
    repository = summary.repository
    if names is None and begun.names is None:
        found = await ask(
            lambda ledger: ledger.tags_of(repository, after=after, limit=TAGS_ON_A_PAGE)
        )
        return RepositoryPage(
            summary=summary,
            page=page,
            pages=page,
            fitting=summary.tags,
            tags=found.items,
            is_by_name=True,
            more=found.more,
        )
    if names is None:
        names = await asyncio.to_thread(orders.order, summary, begun.names or ())
    if containing:
        wanted = containing.lower()
        names = tuple(name for name in names if wanted in name.lower())
    pages = max(1, -(-len(names) // TAGS_ON_A_PAGE))
    page = min(page, pages)
    shown = names[(page - 1) * TAGS_ON_A_PAGE : page * TAGS_ON_A_PAGE]
    tags = await ask(lambda ledger: _summaries(ledger, repository, shown))
    return RepositoryPage(
        summary=summary,
        page=page,
        pages=pages,
        fitting=len(names),
        tags=tuple(tags),
    )


def names_in(ledger: Ledger, repository: Reference) -> list[str]:
    """The names of all its tags; ``@sha256:…`` where only a digest was observed."""
    name = repository_name(repository)
    return [
        tag_name(reference)
        for reference in ledger.references(name)
        if repository_name(reference) == name
    ]


def known_repository(ledger: Ledger, text: str) -> RepositorySummary:
    """The repository that a person means: of a registry, or of a layout.

    Raises NotObserved, or MalformedReference where it can be neither.
    """
    local = Reference("", text)
    try:
        return repository_summary(ledger, parse_repository(text))
    except NotObserved as missing:
        try:
            return repository_summary(ledger, local)
        except NotObserved:
            raise missing from None
    except MalformedReference:
        try:
            return repository_summary(ledger, local)
        except NotObserved:
            pass
        raise


def repository_summary(ledger: Ledger, repository: Reference) -> RepositorySummary:
    """How much is known of a repository. Raises NotObserved."""
    name = repository_name(repository)
    for summary in ledger.repositories(name, limit=5).items:
        if repository_name(summary.repository) == name:
            return summary
    raise NotObserved(repository.familiar_name)


def _summaries(
    ledger: Ledger, repository: Reference, names: tuple[str, ...]
) -> list[TagSummary]:
    found = []
    for name in names:
        # A list that goes on with a name begins with it.
        page = ledger.tags_of(repository, after=name, limit=1)
        found += [
            summary
            for summary in page.items
            if tag_name(summary.latest.reference) == name
        ]
    return found
