"""The answer for what the ledger does not know: what it knows near it, what to do."""

from __future__ import annotations

from datetime import datetime

from litestar import Response

from tagledger.errors import TagledgerError
from tagledger.flows.absence import absence
from tagledger.site.asked import Asked
from tagledger.site.kept import Kept
from tagledger.site.rendering import Pages
from tagledger.site.statuses import status_of


async def absent(
    asked: Asked,
    pages: Pages,
    kept: Kept,
    name: str,
    error: TagledgerError,
    *,
    at: datetime | None = None,
) -> Response[str]:
    """A page that says that `name` is not there, with the error's status."""
    near = await asked.ask(lambda ledger: absence(ledger, kept.orders, name))
    return pages.page(
        "absent.html",
        asked.request,
        status=status_of(error),
        name=name[:MAX_SHOWN],
        near=near,
        error=error,
        at=at,
        can_look_up=kept.live is not None
        and near.reference is not None
        and asked.visitor.may_read(near.reference)
        and kept.live.allows(near.reference),
    )


MAX_SHOWN = 500
