"""The site as an ASGI application: every route, and nothing else."""

from __future__ import annotations

from litestar import Litestar
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler

from tagledger.flows.live import LiveLookups, LiveOptions
from tagledger.flows.readers import Readers
from tagledger.site.api.description import description_route
from tagledger.site.api.digests import (
    digest_found,
    digest_images,
    digest_verdict,
    document,
)
from tagledger.site.api.figures import sizes_of, stats_told
from tagledger.site.api.images import (
    diff_of,
    history_of,
    image,
    raw_of,
    tag_names,
)
from tagledger.site.api.lists import (
    changes_listed,
    facts_listed,
    repositories_listed,
    search_found,
    tags_listed,
)
from tagledger.site.asked import AnyRequest, Asked
from tagledger.site.failures import Failures
from tagledger.site.feeds.routes import (
    repository_feed,
    search_feed,
    tag_feed,
    whole_feed,
)
from tagledger.site.kept import Kept
from tagledger.site.pages.api import api_page_route
from tagledger.site.pages.diff import diff_json, diff_markdown, diff_page
from tagledger.site.pages.digest import digest_page
from tagledger.site.pages.history import history_page
from tagledger.site.pages.home import home
from tagledger.site.pages.live import live as live_page
from tagledger.site.pages.markdown import markdown
from tagledger.site.pages.problems import problem, problems
from tagledger.site.pages.raw import raw
from tagledger.site.pages.repositories import repositories, repository
from tagledger.site.pages.search import search
from tagledger.site.pages.tag import tag
from tagledger.site.rendering import Pages
from tagledger.site.static_files import static_file

PAGES: list[HTTPRouteHandler] = [
    diff_json,
    diff_markdown,
    diff_page,
    digest_page,
    history_page,
    home,
    live_page,
    markdown,
    problem,
    problems,
    raw,
    repositories,
    repository,
    search,
    tag,
]
"""What people look at."""

FEEDS: list[HTTPRouteHandler] = [repository_feed, search_feed, tag_feed, whole_feed]
"""What feed readers ask."""

API: list[HTTPRouteHandler] = [
    changes_listed,
    diff_of,
    digest_found,
    digest_images,
    digest_verdict,
    document,
    facts_listed,
    history_of,
    image,
    raw_of,
    repositories_listed,
    search_found,
    sizes_of,
    stats_told,
    tag_names,
    tags_listed,
]
"""What scripts ask."""


def make_site(readers: Readers, *, live: LiveOptions | None = None) -> Litestar:
    """Pages, API and feeds over the ledger that these readers read.

    `live` says which registries are looked up for visitors, none without it.
    """
    pages = Pages()
    kept = Kept(LiveLookups(live) if live and live.registries else None)

    def asked(request: AnyRequest) -> Asked:
        return Asked(readers, request)

    about = [description_route(API), api_page_route(API)]
    return Litestar(
        route_handlers=[*PAGES, static_file, *API, *FEEDS, *about],
        dependencies={
            "asked": Provide(asked, sync_to_thread=False),
            "kept": Provide(lambda: kept, sync_to_thread=False),
            "pages": Provide(lambda: pages, sync_to_thread=False),
        },
        exception_handlers={Exception: Failures(pages)},
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
