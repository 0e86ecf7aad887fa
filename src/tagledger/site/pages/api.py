"""What scripts may ask, for people: every operation with a line to try."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from tagledger.site.api.description import describe
from tagledger.site.asked import AnyRequest
from tagledger.site.host import base_of
from tagledger.site.rendering import Pages

NAMED = ("text", "pattern", "limit")
"""Parameters that a line has besides those that it must have."""


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """An operation as the page tells it."""

    path: str
    summary: str
    paragraphs: tuple[str, ...]
    parameters: tuple[dict[str, Any], ...]
    command: str


def operations(handlers: Iterable[Any], base: str) -> list[Operation]:
    """Every operation of these routes, on a service at `base`, by their paths."""
    paths = describe(handlers)["paths"]
    return [
        Operation(
            path=path,
            summary=item["get"]["summary"],
            paragraphs=tuple(item["get"]["description"].split("\n\n")),
            parameters=tuple(item["get"]["parameters"]),
            command=f"curl '{base}{example(path, item['get']['parameters'])}'",
        )
        for path, item in sorted(paths.items())
    ]


def example(path: str, parameters: Iterable[dict[str, Any]]) -> str:
    """An address with the examples of what the operation needs."""
    query = []
    for parameter in parameters:
        name, value = parameter["name"], parameter["examples"]["ledger"]["value"]
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", quote(value, safe=":"))
        elif parameter["required"] or name in NAMED:
            query.append((name, value))
    return f"{path}?{urlencode(query, safe='/:')}" if query else path


def api_page_route(handlers: Iterable[HTTPRouteHandler]) -> HTTPRouteHandler:
    """The route of the page about these."""
    told = tuple(handlers)

    @get("/api")
    async def api_page(request: AnyRequest, pages: Pages) -> Response[str]:
        """Every operation, with its parameters and a line for a shell."""
        found = operations(told, base_of(request))
        return pages.page("api.html", request, operations=found)

    return api_page
