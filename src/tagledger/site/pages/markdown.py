"""The page of an image in the form of the public record, and the JSON of `report`."""

from __future__ import annotations

from litestar import Response, get

from tagledger.errors import MalformedReference, NotObserved
from tagledger.site.addresses import MARKDOWN
from tagledger.site.answers import JSON, content
from tagledger.site.asked import Asked
from tagledger.site.kept import Kept
from tagledger.site.pages.absent import absent
from tagledger.site.parameters import moment_of, name_behind, text_of
from tagledger.site.rendering import Pages
from tagledger.site.renditions import image_text

TEXT = "text/plain"


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
    try:
        body = await image_text(asked, kept, name, at=at, is_json=is_json)
    except (MalformedReference, NotObserved) as error:
        return await absent(asked, pages, kept, name, error, at=at)
    return content(asked.request, body, JSON if is_json else TEXT)
