"""A tag, now or at a moment: what it is, how it was built, and how that is known."""

from __future__ import annotations

from contextlib import suppress

import msgspec
from litestar import Response, get

from tagledger.errors import LedgerTooSlow, MalformedReference, NotObserved
from tagledger.flows.image_shown import (
    AttestationShown,
    ImageShown,
    image_shown,
    loose_attestations,
    shared_layers,
)
from tagledger.flows.tag_state import TagState, tag_state
from tagledger.ledger.protocol import Ledger
from tagledger.model.digest import Digest
from tagledger.model.snapshot import Image, Snapshot
from tagledger.reports.known import root_evidence
from tagledger.site.addresses import LIVE, TAG, moment_text
from tagledger.site.asked import AnyRequest, Asked
from tagledger.site.host import host_of, name_here
from tagledger.site.kept import Kept
from tagledger.site.pages.absent import absent
from tagledger.site.parameters import moment_of, name_behind, page_of, text_of
from tagledger.site.rendering import Pages

ROWS = 200
"""Steps and layers on a page; an image may have thousands."""

TABS = 16
"""Platforms shown as tabs; more are chosen from a list."""

COUNTED = 60
"""Layers of which it is told in how many images they stand."""

NOT_IN_THE_LEDGER = -1
"""How many states what was not taken from the ledger has."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A state with the image that was chosen of it, and what else is shown."""

    state: TagState
    image: ImageShown | None = None
    position: int = 0
    shared: dict[Digest, int] = {}
    loose: tuple[AttestationShown, ...] = ()


@get("/t/{name:path}")
async def tag(asked: Asked, pages: Pages, kept: Kept, name: str) -> Response[str]:
    """The page of a tag, or of an image by its digest."""
    request = asked.request
    name = name_behind(request, TAG)
    at = moment_of(request, "at")
    platform = text_of(request, "platform")

    async def look(ledger: Ledger) -> Shown:
        state = await tag_state(ledger, kept.snapshots, name, at=at)
        return chosen(state, state.snapshot, platform)

    try:
        shown = await asked.follow(look)
    except (MalformedReference, NotObserved) as error:
        return await absent(asked, pages, kept, name, error, at=at)
    shown = msgspec.structs.replace(shown, shared=await _shared(asked, kept, shown))
    return tag_page(pages, request, shown, at_text=text_of(request, "at"))


def tag_page(
    pages: Pages, request: AnyRequest, shown: Shown, *, at_text: str = ""
) -> Response[str]:
    """The page of a state, from the ledger or from a registry."""
    state = shown.state
    snapshot = state.snapshot
    is_live = state.states == NOT_IN_THE_LEDGER
    page = page_of(request)
    rows = shown.image.steps.rows if shown.image else ()
    pages_of_rows = max(1, -(-len(rows) // ROWS))
    page = min(page, pages_of_rows)
    return pages.page(
        "tag.html",
        request,
        shown=shown,
        state=state,
        snapshot=snapshot,
        reference=state.reference,
        is_live=is_live,
        unlinked=is_live,
        here=(LIVE if is_live else TAG) + state.reference.familiar,
        root_evidence=None if snapshot is None else root_evidence(snapshot),
        rows=rows[(page - 1) * ROWS : page * ROWS],
        row_page=page,
        row_pages=pages_of_rows,
        tabs_shown=TABS,
        twins=_twins(snapshot),
        at_text=at_text,
        at_parameter=moment_text(state.at),
        host=host_of(request),
        hub_name=name_here(state.reference),
    )


async def _shared(asked: Asked, kept: Kept, shown: Shown) -> dict[Digest, int]:
    """In how many images the first layers stand each, as far as that is told soon."""
    if shown.image is None:
        return {}
    readable = asked.visitor.readable
    digests = shared_layers(shown.image.image)[:COUNTED]
    known = {digest: kept.shared.get((readable, digest)) for digest in digests}

    def count(ledger: Ledger) -> None:
        for digest in digests:
            if known[digest] is None:
                found = ledger.find(digest)
                images = found.images if found else 0
                known[digest] = kept.shared.put((readable, digest), images)

    if None in known.values():
        with suppress(LedgerTooSlow):
            await asked.ask(count)
    return {digest: images for digest, images in known.items() if images is not None}


def chosen(state: TagState, snapshot: Snapshot | None, platform: str) -> Shown:
    """The image of that platform, or with that manifest digest; else the first."""
    if snapshot is None:
        return Shown(state=state)
    images = snapshot.images
    loose = loose_attestations(snapshot)
    if not images:
        return Shown(state=state, loose=loose)
    position = _position(images, platform)
    image = image_shown(snapshot, images[position])
    return Shown(state=state, image=image, position=position, loose=loose)


def _position(images: tuple[Image, ...], platform: str) -> int:
    for position, image in enumerate(images):
        if platform in (str(image.platform), image.digest or ""):
            return position
    return 0


def _twins(snapshot: Snapshot | None) -> frozenset[int]:
    """Where images stand whose platform another one before them has too."""
    seen: set[str] = set()
    twins = set()
    for position, image in enumerate(snapshot.images if snapshot else ()):
        text = str(image.platform)
        if text in seen:
            twins.add(position)
        seen.add(text)
    return frozenset(twins)
