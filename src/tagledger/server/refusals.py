"""Answers of the server itself: a page, a problem document, or a registry's error."""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from urllib.parse import quote

import msgspec

from tagledger.endpoint.asgi import Headers, Scope, Send, answer
from tagledger.site.failures import PROBLEM, Problem, is_for_scripts

REGISTRY = "/v2/"

_REGISTRY_CODES = {
    HTTPStatus.UNAUTHORIZED: "UNAUTHORIZED",
    HTTPStatus.FORBIDDEN: "DENIED",
    HTTPStatus.NOT_FOUND: "NAME_UNKNOWN",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "SIZE_INVALID",
    HTTPStatus.INTERNAL_SERVER_ERROR: "UNKNOWN",
    HTTPStatus.SERVICE_UNAVAILABLE: "UNAVAILABLE",
}
"""The codes of the distribution specification, and two that its registries add."""

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - Tagledger</title>
<link rel="stylesheet" href="{prefix}/static/tagledger.css">
<main><h1>{title}</h1><p>{detail}</p></main>
</html>
"""


class Refusal(msgspec.Struct, frozen=True):
    """Why a request is not answered; `detail` is a sentence for people."""

    status: HTTPStatus
    detail: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


def later(detail: str, seconds: int = 1) -> Refusal:
    """That it may be asked again, after so many seconds."""
    after = ((b"retry-after", str(seconds).encode()),)
    return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, detail, after)


async def refuse(scope: Scope, send: Send, refusal: Refusal) -> None:
    """Answer so, in the form that the request's path promises."""
    path = scope["path"]
    if path.startswith(REGISTRY) or path == "/v2":
        media_type, body = b"application/json", _registry_error(refusal)
    elif is_for_scripts(path):
        media_type, body = PROBLEM.encode(), _problem(refusal)
    else:
        media_type, body = b"text/html; charset=utf-8", _page(scope, refusal)
    headers: Headers = (
        (b"content-type", media_type),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *refusal.headers,
    )
    sends = scope["method"] != "HEAD"
    await answer(send, refusal.status, headers, body, sends=sends)


def _registry_error(refusal: Refusal) -> bytes:
    code = _REGISTRY_CODES.get(refusal.status, "UNSUPPORTED")
    error = {"code": code, "message": refusal.detail}
    return msgspec.json.encode({"errors": [error]})


def _problem(refusal: Refusal) -> bytes:
    status = refusal.status
    return msgspec.json.encode(
        Problem(title=status.phrase, status=status, detail=refusal.detail)
    )


def _page(scope: Scope, refusal: Refusal) -> bytes:
    page = _PAGE.format(
        title=escape(refusal.status.phrase),
        detail=escape(refusal.detail),
        prefix=escape(quote(scope.get("root_path", ""))),
    )
    return page.encode()
