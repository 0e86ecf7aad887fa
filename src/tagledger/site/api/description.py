"""What the API says of itself: OpenAPI 3.1.

Parameters are as the routes take them; forms are those whose schemas docs/schemas/ has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from litestar import Litestar, Response, get
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig

from tagledger import __version__
from tagledger.flows.json_forms.schemas import form_components
from tagledger.site.answers import JSON, content
from tagledger.site.api.digests import BYTES
from tagledger.site.asked import AnyRequest
from tagledger.site.failures import DESCRIPTION, PROBLEM, Problem
from tagledger.site.host import base_of

GIVEN = ("asked", "kept")
"""What the site gives to routes: no parameters of anybody's."""

_REF = "#/components/schemas/{name}"

_ERRORS = {
    "400": "What was asked cannot be understood.",
    "401": "A login is needed, or it is not known here.",
    "404": "It is not there, or not for this visitor.",
    "414": "The address is too long.",
    "422": "The answer is larger than what is sent.",
    "431": "The headers are too long.",
    "502": "What the ledger holds of it makes no sense.",
    "503": "The answer takes too long, or is being made: ask again, or for less.",
}
"""What else may come, as problem documents."""

_TEXT = """What `tagledger` says of a ledger, over HTTP. JSON is in the forms that the
command line prints with `--json`, so a schema tells both. Nothing can be changed here.

Long lists come in pages: `next` of one, and its `Link` header, lead to the next. Every
answer has an `ETag`, and `If-None-Match` saves sending it again. Errors are problem
documents (RFC 9457). Where the service has users, one sees what one may read, and the
rest is not there.
"""

_HEADERS = {
    "ETag": {
        "description": "Of exactly these bytes: give it back as `If-None-Match`.",
        "schema": {"type": "string"},
    },
    "Cache-Control": {
        "description": "`immutable` where it can never be otherwise.",
        "schema": {"type": "string"},
    },
}

_LINK = {
    "Link": {
        "description": 'The address of the next page, as `rel="next"`.',
        "schema": {"type": "string"},
    }
}

_RETRY = {
    "Retry-After": {
        "description": "Seconds after which to ask again.",
        "schema": {"type": "integer"},
    }
}


def describe(handlers: Iterable[Any], base: str = "") -> dict[str, Any]:
    """The description of the routes, of a service at `base`."""
    described = _described(tuple(handlers))
    return {**described, "servers": [{"url": base or "/"}]}


@cache
def _described(handlers: tuple[HTTPRouteHandler, ...]) -> dict[str, Any]:
    by_name = {handler.operation_id: handler for handler in handlers}
    found = _parameters(handlers)
    forms = [handler.opt["form"] for handler in handlers]
    structs = [form for form in forms if form is not bytes]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tagledger",
            "version": __version__,
            "description": _TEXT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{}, {"basic": []}, {"bearer": []}],
        "paths": {
            path: {"get": _operation(by_name[item["get"]["operationId"]], item["get"])}
            for path, item in found.items()
        },
        "components": {
            "schemas": form_components([*structs, Problem], _REF),
            "securitySchemes": {
                "basic": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "A user of the service, where it has any.",
                },
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token that the service was started with.",
                },
            },
        },
    }


def _parameters(handlers: tuple[HTTPRouteHandler, ...]) -> Mapping[str, Any]:
    """What the framework finds of the routes: paths and parameters."""
    config = OpenAPIConfig(title="", version="", path="/-", render_plugins=[])
    given = {name: Provide(_nothing(), sync_to_thread=False) for name in GIVEN}
    alone = Litestar(
        route_handlers=list(handlers),
        dependencies=given,
        openapi_config=config,
        logging_config=None,
    )
    found: Mapping[str, Any] = alone.openapi_schema.to_schema()["paths"]
    return found


def _nothing() -> Callable[[], None]:
    """What stands for a dependency, of which only the name is asked for."""
    return lambda: None


def _operation(handler: HTTPRouteHandler, found: Mapping[str, Any]) -> dict[str, Any]:
    parameters = [_parameter(item) for item in found.get("parameters", ())]
    name = str(handler.operation_id)
    is_long = any(item["name"] == "cursor" for item in parameters)
    return {
        "operationId": name,
        "summary": handler.summary,
        "description": _paragraphs(handler.fn.__doc__ or ""),
        "parameters": parameters,
        "responses": {
            "200": {
                "description": str(handler.summary),
                "headers": _HEADERS | (_LINK if is_long else {}),
                "content": dict(_contents(handler, name)),
            },
            "304": {"description": "What `If-None-Match` names is still so."},
            **{
                status: {
                    "description": text,
                    **({"headers": _RETRY} if status == "503" else {}),
                    "content": {PROBLEM: {"schema": {"$ref": _ref("Problem")}}},
                }
                for status, text in _ERRORS.items()
            },
        },
    }


def _contents(handler: HTTPRouteHandler, name: str) -> Iterator[tuple[str, Any]]:
    form = handler.opt["form"]
    if form is bytes:
        yield BYTES, {"schema": {}}
    else:
        example = {"ledger": {"value": example_of(name)}}
        yield JSON, {"schema": {"$ref": _ref(form.__name__)}, "examples": example}
    if (other := handler.opt.get("other_form")) is not None:
        yield other.partition(";")[0], {"schema": {"type": "string"}}


def _parameter(found: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter; one that may be left out is no null in an address."""
    schema = dict(found["schema"])
    described = {
        "name": found["name"],
        "in": found["in"],
        "description": found["description"],
        "required": found["required"],
        "schema": schema,
    }
    schema.pop("description", None)
    for item in schema.pop("oneOf", ()):
        if item.get("type") != "null":
            schema |= {**item, **schema}
    if schema.get("default", ...) is None:
        del schema["default"]
    (example,) = schema.pop("examples", None) or [
        item["value"] for item in found["examples"].values()
    ]
    described["examples"] = {"ledger": {"value": example}}
    return described


def _paragraphs(text: str) -> str:
    """A docstring as text of a page: its paragraphs, each on one line."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _ref(name: str) -> str:
    return _REF.format(name=name)


def example_of(name: str) -> Any:  # noqa: ANN401 - whatever JSON has
    """What the operation of that name answers on a small ledger."""
    folder = files("tagledger.site.api").joinpath("examples")
    return msgspec.json.decode(folder.joinpath(f"{name}.json").read_bytes())


def description_route(handlers: Iterable[HTTPRouteHandler]) -> HTTPRouteHandler:
    """The route that gives the description of these."""
    described = tuple(handlers)

    @get(DESCRIPTION)
    async def description(request: AnyRequest) -> Response[Any]:
        """The description of every route of the API."""
        body = msgspec.json.encode(describe(described, base_of(request)))
        return content(request, body, JSON)

    return description
