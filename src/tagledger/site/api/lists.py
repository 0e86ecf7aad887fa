"""Long lists: repositories, tags, facts, changes, and what a search finds."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Response, get

from tagledger.errors import NothingToSearch, NotObserved
from tagledger.flows.find import find_images
from tagledger.flows.json_forms.find import FindImagesReport, find_images_report
from tagledger.flows.json_forms.lists import (
    ChangesReport,
    FactsReport,
    RepositoriesReport,
    TagsReport,
    changes_report,
    facts_report,
    repositories_report,
    tags_report,
)
from tagledger.ledger.answers import Search
from tagledger.ledger.protocol import Ledger
from tagledger.model.reference import parse_repository
from tagledger.site.api.answers import answered
from tagledger.site.api.parameters import (
    NAME,
    Cursor,
    Limit,
    NumberCursor,
    PlatformText,
    Repository,
    Since,
    TimeCursor,
    Until,
    moment,
    offset_of,
    written,
)
from tagledger.site.asked import Asked

Pattern = Annotated[
    str,
    written("Only names that fit, with `*` and `?`: `library/*`.", example="example/*"),
]

OneRepository = Annotated[
    str | None,
    written("Only of this repository.", example="example/app", pattern=NAME),
]

Words = Annotated[
    str | None,
    written(
        "All words stand in one build step, in any order and case.",
        example="install curl",
    ),
]

Exact = Annotated[
    str | None,
    written("This stands in a build step as it is.", example="apt-get install"),
]

Variable = Annotated[
    str | None,
    written("A variable: `NAME` or `NAME=VALUE`.", example="APP_VERSION=1.1"),
]

Label = Annotated[
    str | None,
    written("A label: `NAME` or `NAME=VALUE`.", example="org.example.version"),
]

Repositories = Annotated[
    str | None,
    written("Only in repositories that fit, as `library/*`.", example="example/*"),
]


@get(
    "/api/v1/repositories",
    operation_id="listRepositories",
    summary="Repositories",
    form=RepositoriesReport,
)
async def repositories_listed(
    asked: Asked, *, pattern: Pattern = "*", cursor: Cursor = None, limit: Limit = 50
) -> Response[Any]:
    """The repositories of which something was observed, sorted by name."""

    def listed(ledger: Ledger) -> RepositoriesReport:
        return repositories_report(
            ledger.repositories(pattern, after=cursor, limit=limit)
        )

    found = await asked.ask(listed)
    return answered(asked.request, found, more=found.next)


@get(
    "/api/v1/tags",
    operation_id="listTags",
    summary="Tags of a repository",
    form=TagsReport,
)
async def tags_listed(
    asked: Asked, *, repository: Repository, cursor: Cursor = None, limit: Limit = 50
) -> Response[Any]:
    """The names in a repository as they are now, gone ones too, sorted by tag."""
    name = parse_repository(repository)

    def listed(ledger: Ledger) -> TagsReport:
        page = ledger.tags_of(name, after=cursor, limit=limit)
        if not page.items and cursor is None:
            raise NotObserved(name.familiar_name)
        return tags_report(page)

    found = await asked.ask(listed)
    return answered(asked.request, found, more=found.next)


@get(
    "/api/v1/facts",
    operation_id="listFacts",
    summary="What was observed lately",
    form=FactsReport,
)
async def facts_listed(
    asked: Asked, *, cursor: TimeCursor = None, limit: Limit = 50
) -> Response[Any]:
    """The facts of the whole ledger, the newest first."""

    def listed(ledger: Ledger) -> FactsReport:
        return facts_report(ledger.recent(before=cursor, limit=limit))

    found = await asked.ask(listed)
    return answered(asked.request, found, more=found.next)


@get(
    "/api/v1/changes",
    operation_id="listChanges",
    summary="What changed lately",
    form=ChangesReport,
)
async def changes_listed(
    asked: Asked,
    *,
    repository: OneRepository = None,
    cursor: TimeCursor = None,
    limit: Limit = 50,
) -> Response[Any]:
    """The facts that say other than their source had said before, newest first."""
    name = None if repository is None else parse_repository(repository)

    def listed(ledger: Ledger) -> ChangesReport:
        return changes_report(ledger.changes(name, before=cursor, limit=limit))

    found = await asked.ask(listed)
    return answered(asked.request, found, more=found.next)


@get(
    "/api/v1/search",
    operation_id="search",
    summary="Images by what their steps say and their settings are",
    form=FindImagesReport,
)
async def search_found(
    asked: Asked,
    *,
    text: Words = None,
    exact: Exact = None,
    env: Variable = None,
    label: Label = None,
    platform: PlatformText = None,
    repo: Repositories = None,
    since: Since = None,
    until: Until = None,
    cursor: NumberCursor = None,
    limit: Limit = 20,
) -> Response[Any]:
    """What `tagledger find --json --text …` prints, the best first.

    All that is given must fit, and something must be.
    """
    search = Search(
        words=text or None,
        exact=exact or None,
        env=env or None,
        label=label or None,
        platform=platform or None,
        repository=repo or None,
        since=moment("since", since, ends_day=False),
        until=moment("until", until),
    )
    if search == Search():
        raise NothingToSearch
    offset = offset_of(cursor)

    def find(ledger: Ledger) -> FindImagesReport:
        return find_images_report(
            find_images(ledger, search, limit=limit, offset=offset)
        )

    found = await asked.ask(find)
    more = str(offset + limit) if found.has_more else None
    return answered(asked.request, found, more=more)
