"""Answers that are no pages: bytes with an ETag, and nothing where they are known."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from litestar import Response
from litestar.exceptions import ClientException

from tagledger.model.times import http_date, parse_http_date
from tagledger.site.asked import AnyRequest

JSON = "application/json"
MARKDOWN = "text/markdown"

REVALIDATED = "private, no-cache"
"""What may change with the next observation: kept, and asked for again each time."""

FOR_GOOD = "private, max-age=31536000, immutable"
"""What cannot change. Never in a shared cache: others may not read the same."""

MAX_ANSWER_BYTES = 8_000_000
"""Largest JSON, Markdown or feed that is sent: steps of hostile images are as large as
configs may be, and the command line writes whatever it is. Documents are not counted:
none is kept that is larger than a registry takes."""


def content(
    request: AnyRequest,
    body: bytes,
    media_type: str,
    *,
    headers: dict[str, str] | None = None,
    etag: str = "",
    modified: datetime | None = None,
    lasts: bool = False,
    writer: str = "the command line",
) -> Response[Any]:
    """Bytes; nothing but the headers where the client has them already.

    `lasts` for what never changes; `writer` gives what is too long to be sent. Raises
    ClientException.
    """
    if len(body) > MAX_ANSWER_BYTES and not lasts:
        raise ClientException(
            status_code=HTTPStatus.UNPROCESSABLE_ENTITY,
            detail=f"this answer has {len(body):,} bytes, more than the "
            f"{MAX_ANSWER_BYTES:,} that are sent: {writer} writes it",
        )
    tag = f'"{etag or sha256(body).hexdigest()[:32]}"'
    given = {
        **(headers or {}),
        "X-Content-Type-Options": "nosniff",
        "ETag": tag,
        "Cache-Control": FOR_GOOD if lasts else REVALIDATED,
    }
    if modified is not None:
        given["Last-Modified"] = http_date(modified)
    if _has(request, tag, modified):
        return Response(None, status_code=HTTPStatus.NOT_MODIFIED, headers=given)
    return Response(body, media_type=media_type, headers=given)


def _has(request: AnyRequest, tag: str, modified: datetime | None) -> bool:
    """Whether the client says that it has this (RFC 9110, 13.1.2 and 13.1.3)."""
    asked = request.headers.get("if-none-match")
    if asked is not None:
        known = {item.strip().removeprefix("W/") for item in asked.split(",")}
        return tag in known or asked.strip() == "*"
    since = request.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        return modified.replace(microsecond=0) <= parse_http_date(since.strip())
    except (ValueError, OverflowError):
        return False
