"""What a registry says of a name just now: the page of a tag, and nothing is kept."""

from __future__ import annotations

from litestar import Response, get
from litestar.exceptions import NotFoundException, TooManyRequestsException

from tagledger.flows.tag_state import TagState
from tagledger.ledger.answers import Observation
from tagledger.model.evidence import Evidence
from tagledger.model.reference import parse_reference
from tagledger.model.snapshot import Snapshot
from tagledger.site.addresses import LIVE
from tagledger.site.asked import Asked
from tagledger.site.kept import Kept
from tagledger.site.pages.tag import NOT_IN_THE_LEDGER, chosen, tag_page
from tagledger.site.parameters import name_behind, text_of
from tagledger.site.rendering import Pages

_NO_STORE = {"Cache-Control": "no-store"}


@get("/live/{name:path}")
async def live(asked: Asked, pages: Pages, kept: Kept, name: str) -> Response[str]:
    """The page, where the registry is one that may be asked, and not too often."""
    request = asked.request
    name = name_behind(request, LIVE)
    if kept.live is None:
        raise NotFoundException(detail="registries are not looked up here")
    reference = parse_reference(name)
    may_see = asked.visitor.may_read(reference)
    if not may_see or not kept.live.allows(reference):
        raise NotFoundException(
            detail=f"{reference.familiar}: its registry is not among those that are "
            "looked up here"
        )
    client = request.scope.get("client")
    seconds = kept.live.wait(reference, client[0] if client else "")
    if seconds:
        raise TooManyRequestsException(
            detail="registries are asked only so often, for you and for everybody; "
            f"try again in {seconds:.0f} s",
            headers={"Retry-After": f"{max(seconds, 1):.0f}"},
        )
    snapshot = await kept.live.look(reference)
    shown = chosen(_state(snapshot), snapshot, text_of(request, "platform"))
    answer = tag_page(pages, request, shown)
    answer.headers.update(_NO_STORE)
    return answer


def _state(snapshot: Snapshot) -> TagState:
    root = snapshot.root
    fact = Observation(
        reference=snapshot.reference,
        observed_at=snapshot.observed_at,
        source=snapshot.source,
        evidence=Evidence.READ,
        root=root.digest if root else None,
        root_media_type=root.media_type if root else None,
        is_absent=snapshot.is_absent,
        statement=None,
    )
    return TagState(
        reference=snapshot.reference,
        at=None,
        fact=fact,
        states=NOT_IN_THE_LEDGER,
        snapshot=snapshot,
    )
