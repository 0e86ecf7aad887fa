"""What a digest is: where it was, which images have it, how it is known, its bytes."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, get
from litestar.params import Parameter

from tagledger.errors import ContentNotHeld, NotObserved
from tagledger.flows.find import find_digest
from tagledger.flows.json_forms.find import FindDigestReport, find_digest_report
from tagledger.flows.json_forms.lists import (
    ImagesReport,
    VerdictReport,
    images_report,
)
from tagledger.flows.raw_document import NOT_HELD
from tagledger.ledger.pages import Page
from tagledger.ledger.protocol import Ledger
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.site.api.answers import answered, content
from tagledger.site.api.parameters import (
    Cursor,
    DigestText,
    Limit,
    offset_of,
)
from tagledger.site.asked import Asked

Prefix = Annotated[
    str,
    Parameter(
        max_length=150,
        description="A digest, or its first six or more hex digits.",
    ),
]


@get("/digests/{digest:str}", summary="What a digest is, and where it was")
async def digest_found(
    asked: Asked, digest: Prefix, cursor: Cursor = None, limit: Limit = 50
) -> Response[FindDigestReport]:
    """What `tagledger find --json DIGEST` prints.

    Where several begin so they are listed, with `is_ambiguous`.
    """
    offset = offset_of(cursor)

    def find(ledger: Ledger) -> FindDigestReport:
        return find_digest_report(
            find_digest(ledger, digest, limit=limit, offset=offset)
        )

    found = await asked.ask(find)
    has_next = found.has_more and not found.is_ambiguous
    more = str(offset + limit) if has_next else None
    return answered(asked.request, found, more=more)


@get("/digests/{digest:str}/images", summary="Which images have a digest")
async def digest_images(
    asked: Asked, digest: DigestText, cursor: Cursor = None, limit: Limit = 50
) -> Response[ImagesReport]:
    """The images and other entries that have it or are it, the newest first."""
    wanted, offset = Digest(digest), offset_of(cursor)

    def listed(ledger: Ledger) -> ImagesReport:
        rows = ledger.images(wanted, limit=limit + 1, offset=offset)
        if not rows and ledger.find(wanted) is None:
            raise NotObserved(wanted)
        more = str(offset + limit) if len(rows) > limit else None
        return images_report(wanted, Page(items=tuple(rows[:limit]), more=more))

    found = await asked.ask(listed)
    return answered(asked.request, found, more=found.next)


@get("/digests/{digest:str}/verdict", summary="How a digest is known")
async def digest_verdict(asked: Asked, digest: DigestText) -> Response[VerdictReport]:
    """Whether it was read or proven, and what a trial to prove it came to."""
    wanted = Digest(digest)

    def judged(ledger: Ledger) -> VerdictReport:
        found = ledger.find(wanted)
        if found is None:
            raise NotObserved(wanted)
        verdict = ledger.verdict(wanted)
        evidence = found.evidence or (
            Evidence.REPORTED if verdict is None else verdict[0]
        )
        return VerdictReport(
            digest=wanted,
            evidence=evidence,
            is_held=found.evidence is not None,
            reason=None if verdict is None else verdict[1],
        )

    return answered(asked.request, await asked.ask(judged))


@get("/documents/{digest:str}", summary="The exact bytes of a document")
async def document(asked: Asked, digest: DigestText) -> Response[bytes]:
    """An index, a manifest or a config as it was received, or proven."""
    wanted = Digest(digest)

    def held(ledger: Ledger) -> bytes:
        found = ledger.document(wanted)
        if found is None:
            raise ContentNotHeld(wanted, hint=NOT_HELD)
        return found.received

    # Never a media type that a stranger chose: a browser must not run it.
    return content(
        asked.request,
        await asked.ask(held),
        "application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{wanted.encoded}"',
            "Docker-Content-Digest": str(wanted),
        },
        etag=str(wanted),
        lasts=True,
    )
