"""What scripts may ask, for people: every operation with a line to try."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from tagledger.ledger.protocol import Ledger
from tagledger.site.api.description import describe
from tagledger.site.asked import Asked
from tagledger.site.host import base_of
from tagledger.site.rendering import Pages

NAMED = ("text", "pattern", "limit")
"""Parameters that a line has besides those that it must have."""

RECENT = 50
"""The newest facts, of which one is the example."""


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """An operation as the page tells it."""

    path: str
    summary: str
    paragraphs: tuple[str, ...]
    parameters: tuple[dict[str, Any], ...]
    command: str


def operations(
    handlers: Iterable[Any], base: str, known: Mapping[str, str]
) -> list[Operation]:
    """Every operation of these routes, on a service at `base`, by their paths.

    `known` has what is asked for in the lines to try, by the name of the parameter.
    """
    paths = describe(handlers)["paths"]
    return [
        Operation(
            path=path,
            summary=item["get"]["summary"],
            paragraphs=tuple(item["get"]["description"].split("\n\n")),
            parameters=tuple(item["get"]["parameters"]),
            command=f"curl '{base}{example(path, item, known)}'",
        )
        for path, item in sorted(paths.items())
    ]


def example(path: str, item: Mapping[str, Any], known: Mapping[str, str]) -> str:
    """An address with examples of what the operation needs."""
    query = []
    for parameter in item["get"]["parameters"]:
        name = parameter["name"]
        value = known.get(name, parameter["examples"]["ledger"]["value"])
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", quote(value, safe=":"))
        elif parameter["required"] or name in NAMED:
            query.append((name, value))
    return f"{path}?{urlencode(query, safe='/:')}" if query else path


def known_in(ledger: Ledger) -> dict[str, str]:
    """The newest fact with a digest, as values of parameters; nothing without one."""
    facts = ledger.recent(limit=RECENT).items
    fact = next((fact for fact in facts if fact.root is not None), None)
    if fact is None:
        return {}
    name, repository = fact.reference.familiar, fact.reference.familiar_name
    return {
        **dict.fromkeys(("ref", "a", "b"), name),
        **dict.fromkeys(("repository", "pattern"), repository),
        "digest": str(fact.root),
    }


def api_page_route(handlers: Iterable[HTTPRouteHandler]) -> HTTPRouteHandler:
    """The route of the page about these."""
    told = tuple(handlers)

    @get("/api")
    async def api_page(asked: Asked, pages: Pages) -> Response[str]:
        """Every operation, with its parameters and a line for a shell."""
        known = await asked.ask(known_in)
        found = operations(told, base_of(asked.request), known)
        return pages.page("api.html", asked.request, operations=found)

    return api_page
