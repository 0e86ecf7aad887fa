"""Long lists: repositories, tags, facts, changes, and what a search finds."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, get
from litestar.params import Parameter

from tagledger.errors import NotObserved, UsageError
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
from tagledger.flows.json_forms.stats import StatsReport, stats_report
from tagledger.flows.stats import stats
from tagledger.ledger.answers import Search
from tagledger.ledger.protocol import Ledger
from tagledger.model.reference import parse_repository
from tagledger.site.api.answers import answered
from tagledger.site.api.parameters import (
    MAX_TEXT,
    Cursor,
    Limit,
    PlatformText,
    Repository,
    Since,
    Until,
    moment,
    offset_of,
)
from tagledger.site.asked import Asked


class NothingToSearch(UsageError):
    """A search that names nothing to look for."""

    code = "nothing-to-search"
    hint = "give text, exact, env, label, platform, repo, since or until"

    def __init__(self) -> None:
        super().__init__("it is not said what to search for")


def _text(description: str) -> object:
    return Parameter(max_length=MAX_TEXT, description=description)


Pattern = Annotated[
    str,
    Parameter(
        max_length=MAX_TEXT,
        description="Only names that fit, with `*` and `?`: `library/*`.",
    ),
]


@get("/repositories", summary="Repositories")
async def repositories_listed(
    asked: Asked, pattern: Pattern = "*", cursor: Cursor = None, limit: Limit = 50
) -> Response[RepositoriesReport]:
    """The repositories of which something was observed, sorted by name."""

    def listed(ledger: Ledger) -> RepositoriesReport:
        return repositories_report(
            ledger.repositories(pattern, after=cursor, limit=limit)
        )

    found = await asked.ask(listed)
    return answered(asked.request, found, more=found.next)


@get("/tags", summary="Tags of a repository")
async def tags_listed(
    asked: Asked, repository: Repository, cursor: Cursor = None, limit: Limit = 50
) -> Response[TagsReport]:
    """The names in a repository as they are now, gone ones too, sorted by tag."""
    name = parse_repository(repository)

    def listed(ledger: Ledger) -> TagsReport:
        page = ledger.tags_of(name, after=cursor, limit=limit)
        if not page.items and cursor is None:
            raise NotObserved(name.familiar_name)
        return tags_report(page)

    found = await asked.ask(listed)
    return answered(asked.request, found, more=found.next)


@get("/facts", summary="What was observed lately")
async def facts_listed(
    asked: Asked, cursor: Cursor = None, limit: Limit = 50
) -> Response[FactsReport]:
    """The facts of the whole ledger, the newest first."""

    def listed(ledger: Ledger) -> FactsReport:
        return facts_report(ledger.recent(before=cursor, limit=limit))

    found = await asked.ask(listed)
    return answered(asked.request, found, more=found.next)


@get("/changes", summary="What changed lately")
async def changes_listed(
    asked: Asked,
    repository: Annotated[
        str | None,
        Parameter(max_length=MAX_TEXT, description="Only of this repository."),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response[ChangesReport]:
    """The facts that say other than their source had said before, newest first."""
    name = parse_repository(repository) if repository else None

    def listed(ledger: Ledger) -> ChangesReport:
        return changes_report(ledger.changes(name, before=cursor, limit=limit))

    found = await asked.ask(listed)
    return answered(asked.request, found, more=found.next)


@get("/search", summary="Images by what their steps say and their settings are")
async def search_found(
    asked: Asked,
    text: Annotated[
        str | None,
        _text("All words stand in one build step, in any order and case."),
    ] = None,
    exact: Annotated[str | None, _text("This stands in a build step as it is.")] = None,
    env: Annotated[str | None, _text("A variable: `NAME` or `NAME=VALUE`.")] = None,
    label: Annotated[str | None, _text("A label: `NAME` or `NAME=VALUE`.")] = None,
    platform: PlatformText = None,
    repo: Annotated[
        str | None, _text("Only in repositories that fit, as `library/*`.")
    ] = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Response[FindImagesReport]:
    """What `tagledger find --json --text …` prints, the best first."""
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


@get("/stats", summary="Figures of the ledger")
async def stats_told(
    asked: Asked, since: Since = None, until: Until = None
) -> Response[StatsReport]:
    """What `tagledger stats --json` prints."""
    start, end = moment("since", since, ends_day=False), moment("until", until)

    def told(ledger: Ledger) -> StatsReport:
        return stats_report(stats(ledger, since=start, until=end))

    return answered(asked.request, await asked.ask(told))
