"""Answers of the API: JSON as the command line prints it, in pages where it is long."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response

from tagledger.flows.json_forms.form import encoded
from tagledger.site.answers import JSON, content
from tagledger.site.asked import AnyRequest
from tagledger.site.host import path_of, prefix_of


def answered(
    request: AnyRequest, report: msgspec.Struct, *, more: str | None = None
) -> Response[Any]:
    """A report; `more` is the cursor of the next page, told in `Link` (RFC 8288)."""
    headers = {}
    if more is not None:
        given = {**request.query_params, "cursor": more}
        address = f"{prefix_of(request)}{path_of(request)}?{urlencode(given)}"
        headers["Link"] = f'<{address}>; rel="next"'
    return content(request, encoded(report), JSON, headers=headers)
