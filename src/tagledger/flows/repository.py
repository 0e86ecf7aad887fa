"""The tags of a repository in the order in which people look for them, page by page."""

from __future__ import annotations

import msgspec

from tagledger.errors import MalformedReference, NotObserved
from tagledger.flows.remembered import Remembered
from tagledger.ledger.answers import RepositorySummary, TagSummary
from tagledger.ledger.names import repository_name, tag_name
from tagledger.ledger.protocol import Ledger
from tagledger.model.reference import Reference, parse_repository
from tagledger.model.tag_order import tag_key

TAGS_ON_A_PAGE = 50

KEPT_NAMES = 400_000
"""Names of tags kept in order, of all repositories together."""

MAX_ORDERED = 200_000
"""Of a repository with more tags than this, they are listed by name."""


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

    def __init__(self) -> None:
        self._kept: Remembered[tuple[str, int], tuple[str, ...]] = Remembered(
            most=KEPT_NAMES, weigh=lambda names: len(names) + 50
        )

    def names(self, ledger: Ledger, summary: RepositorySummary) -> tuple[str, ...]:
        """All tags of the repository, newest version first; those by digest last."""

        def made() -> tuple[str, ...]:
            name = repository_name(summary.repository)
            found = [
                tag_name(reference)
                for reference in ledger.references(name)
                if repository_name(reference) == name
            ]
            return tuple(
                sorted(found, key=lambda tag: (tag.startswith("@"), tag_key(tag)))
            )

        key = (repository_name(summary.repository), summary.tags)
        return self._kept.make(key, made)


def repository_page(
    ledger: Ledger,
    orders: TagOrders,
    summary: RepositorySummary,
    *,
    containing: str = "",
    page: int = 1,
    after: str | None = None,
) -> RepositoryPage:
    """A page of the tags that have the text in their name."""
    repository = summary.repository
    if summary.tags > MAX_ORDERED:
        found = ledger.tags_of(repository, after=after, limit=TAGS_ON_A_PAGE)
        return RepositoryPage(
            summary=summary,
            page=page,
            pages=page,
            fitting=summary.tags,
            tags=found.items,
            is_by_name=True,
            more=found.more,
        )
    names = orders.names(ledger, summary)
    if containing:
        wanted = containing.lower()
        names = tuple(name for name in names if wanted in name.lower())
    pages = max(1, -(-len(names) // TAGS_ON_A_PAGE))
    page = min(page, pages)
    shown = names[(page - 1) * TAGS_ON_A_PAGE : page * TAGS_ON_A_PAGE]
    return RepositoryPage(
        summary=summary,
        page=page,
        pages=pages,
        fitting=len(names),
        tags=tuple(_summaries(ledger, repository, shown)),
    )


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
