"""A digest: what it is, where it was and when, and whether it can still be pulled."""

from __future__ import annotations

from litestar import Response, get
from litestar.response import Redirect

from tagledger.flows.digest_story import DigestStory, digest_story
from tagledger.ledger.protocol import Ledger
from tagledger.site.addresses import digest_path
from tagledger.site.asked import Asked
from tagledger.site.host import host_of, name_here
from tagledger.site.parameters import page_of
from tagledger.site.rendering import Pages

ROWS = 50
"""Names, and images, on a page."""

_ROLE_WORDS = {
    "index": "Index",
    "manifest": "Manifest",
    "config": "Config",
    "layer": "Layer",
    "diff ID": "Unpacked layer",
    "part of a page": "Part of a page",
}


@get("/d/{digest:str}")
async def digest_page(
    asked: Asked, pages: Pages, digest: str
) -> Response[str] | Redirect:
    """The page of a digest; of one that is shortened, the way to it."""
    request = asked.request
    page = page_of(request)
    images_page = page_of(request, "images")

    def look(ledger: Ledger) -> DigestStory:
        return digest_story(
            ledger, digest, page=page, images_page=images_page, limit=ROWS
        )

    story = await asked.ask(look)
    if story.findings.is_ambiguous:
        return pages.page("digests.html", request, story=story, prefix=digest)
    if digest != story.digest:
        return Redirect(pages.address(request, digest_path(story.digest)))
    found = story.findings.found[0]
    return pages.page(
        "digest.html",
        request,
        story=story,
        found=found,
        words=_words(found.roles),
        page=page,
        images_page=images_page,
        images_pages=max(-(-found.images // ROWS), 1),
        host=host_of(request),
        name_here=name_here,
    )


def _words(roles: tuple[str, ...]) -> str:
    """``Layer``, ``Index``; several where the digest is several things."""
    words = [_ROLE_WORDS.get(role, role) for role in roles]
    return (
        " and ".join(
            word if not number else word[0].lower() + word[1:]
            for number, word in enumerate(words)
        )
        or "Digest"
    )
