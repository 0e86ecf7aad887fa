"""The page of an image in the form of the public record, and the JSON of `report`."""

from __future__ import annotations

from litestar import Response, get

from tagledger.errors import MalformedReference, NotObserved
from tagledger.flows.tag_state import TagState, tag_state
from tagledger.ledger.protocol import Ledger
from tagledger.reports.json_report import encode_report
from tagledger.reports.page.writer import write_page
from tagledger.site.addresses import MARKDOWN
from tagledger.site.asked import Asked
from tagledger.site.kept import Kept
from tagledger.site.pages.absent import absent
from tagledger.site.parameters import moment_of, name_behind, text_of
from tagledger.site.rendering import Pages

TEXT = "text/plain"

_HEADERS = {"X-Content-Type-Options": "nosniff"}


@get("/page/{name:path}")
async def markdown(
    asked: Asked, pages: Pages, kept: Kept, name: str
) -> Response[str] | Response[bytes]:
    """The page as text: as it was published, or written now of what was read.

    With ``?form=json`` what `tagledger report --json` prints.
    """
    name = name_behind(asked.request, MARKDOWN)
    at = moment_of(asked.request, "at")
    is_json = text_of(asked.request, "form") == "json"

    async def written(ledger: Ledger) -> bytes:
        state = await tag_state(ledger, kept.snapshots, name, at=at)
        return _written(ledger, state, is_json=is_json)

    try:
        content = await asked.follow(written)
    except (MalformedReference, NotObserved) as error:
        return await absent(asked, pages, kept, name, error, at=at)
    media_type = "application/json" if is_json else TEXT
    return Response(content, media_type=media_type, headers=_HEADERS)


def _written(ledger: Ledger, state: TagState, *, is_json: bool) -> bytes:
    if state.snapshot is None:
        if state.problem is None:
            raise NotObserved(state.reference.familiar, state.at)
        raise state.problem
    if is_json:
        return encode_report(state.snapshot)
    statement = state.fact.statement
    is_whole = state.reference.digest is None
    page = ledger.page(statement) if statement is not None and is_whole else None
    return write_page(state.snapshot) if page is None else page
