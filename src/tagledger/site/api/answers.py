"""Answers of the API: JSON as the command line prints it, each with its ETag."""

from __future__ import annotations

from hashlib import sha256
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from litestar import Response

from tagledger.flows.json_forms.form import encoded
from tagledger.site.asked import AnyRequest

JSON = "application/json"

REVALIDATED = "private, no-cache"
"""What may change with the next observation: kept, and asked for again each time."""

FOR_GOOD = "private, max-age=31536000, immutable"
"""What cannot change. Never in a shared cache: others may not read the same."""

_Form = TypeVar("_Form", bound=msgspec.Struct)


def answered(
    request: AnyRequest, report: _Form, *, more: str | None = None
) -> Response[_Form]:
    """A report; `more` is the cursor of the next page, told in `Link` (RFC 8288)."""
    headers = {}
    if more is not None:
        given = {**request.query_params, "cursor": more}
        prefix = str(request.scope.get("root_path", "")).rstrip("/")
        path = str(request.scope["path"]).removeprefix(prefix)
        headers["Link"] = f'<{prefix}{path}?{urlencode(given)}>; rel="next"'
    return content(request, encoded(report), JSON, headers=headers)


def content(
    request: AnyRequest,
    body: bytes,
    media_type: str,
    *,
    headers: dict[str, str] | None = None,
    etag: str = "",
    lasts: bool = False,
) -> Response[Any]:
    """Bytes; nothing but the headers where the client has them already."""
    tag = f'"{etag or sha256(body).hexdigest()[:32]}"'
    given = {
        **(headers or {}),
        "ETag": tag,
        "Cache-Control": FOR_GOOD if lasts else REVALIDATED,
        "Vary": "Authorization",
        "X-Content-Type-Options": "nosniff",
    }
    if _has(request, tag):
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=given)
    return Response(body, media_type=media_type, headers=given)


def _has(request: AnyRequest, tag: str) -> bool:
    """Whether the client says that it has this (RFC 9110, 13.1.2)."""
    asked = request.headers.get("if-none-match", "")
    known = {item.strip().removeprefix("W/") for item in asked.split(",")}
    return tag in known or asked.strip() == "*"
