"""What the API says of itself: OpenAPI 3.1."""

from __future__ import annotations

import msgspec
from litestar import Response, get

from tagledger.site.asked import AnyRequest


@get("/openapi.json")
async def description(request: AnyRequest) -> Response[bytes]:
    """The description of every route of the API."""
    schema = msgspec.json.encode(request.app.openapi_schema.to_schema())
    return Response(schema, media_type="application/json")
