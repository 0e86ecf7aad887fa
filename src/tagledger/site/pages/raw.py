"""Documents: laid out with every digest a link, or the very bytes."""

from __future__ import annotations

from litestar import Response, get

from tagledger.flows.raw_document import RawDocument, raw_document
from tagledger.ledger.protocol import Ledger
from tagledger.model.digest import Digest
from tagledger.site.asked import Asked
from tagledger.site.parameters import text_of
from tagledger.site.rendering import Pages

_FOR_GOOD = "private, max-age=31536000, immutable"


@get("/raw/{digest:str}")
async def raw(
    asked: Asked, pages: Pages, digest: str
) -> Response[str] | Response[bytes]:
    """The document, or with ``?bytes=1`` exactly what was received."""
    wanted = Digest(digest.lower() if ":" in digest else f"sha256:{digest.lower()}")

    def read(ledger: Ledger) -> RawDocument:
        return raw_document(ledger, wanted)

    found = await asked.ask(read)
    if text_of(asked.request, "bytes"):
        # Never a media type that a stranger chose: a browser must not run it.
        return Response(
            found.document.received,
            media_type="application/octet-stream",
            headers={
                "Content-Disposition": f'attachment; filename="{wanted.encoded}"',
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": _FOR_GOOD,
                "ETag": f'"{wanted}"',
            },
        )
    return pages.page("raw.html", asked.request, found=found)
