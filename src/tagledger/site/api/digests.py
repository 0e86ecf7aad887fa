"""What a digest is: where it was, which images have it, how it is known, its bytes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get

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
from tagledger.site.answers import content
from tagledger.site.api.answers import answered
from tagledger.site.api.parameters import (
    DigestPrefix,
    DigestText,
    Limit,
    NumberCursor,
    offset_of,
)
from tagledger.site.asked import AnyRequest, Asked

BYTES = "application/octet-stream"
"""Never a media type that a stranger chose: a browser must not run it."""

MAX_USES = 100
"""Most names looked at for the first time that a document was seen."""


@get(
    "/api/v1/digests/{digest:str}",
    operation_id="findDigest",
    summary="What a digest is, and where it was",
    form=FindDigestReport,
)
async def digest_found(
    asked: Asked,
    *,
    digest: DigestPrefix,
    cursor: NumberCursor = None,
    limit: Limit = 50,
) -> Response[Any]:
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


@get(
    "/api/v1/digests/{digest:str}/images",
    operation_id="listImages",
    summary="Which images have a digest",
    form=ImagesReport,
)
async def digest_images(
    asked: Asked, *, digest: DigestText, cursor: NumberCursor = None, limit: Limit = 50
) -> Response[Any]:
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


@get(
    "/api/v1/digests/{digest:str}/verdict",
    operation_id="getVerdict",
    summary="How a digest is known",
    form=VerdictReport,
)
async def digest_verdict(asked: Asked, *, digest: DigestText) -> Response[Any]:
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
            schema="tagledger.verdict/1",
            digest=wanted,
            evidence=evidence,
            is_held=found.evidence is not None,
            reason=None if verdict is None else verdict[1],
        )

    return answered(asked.request, await asked.ask(judged))


@get(
    "/api/v1/documents/{digest:str}",
    operation_id="getDocument",
    summary="The exact bytes of a document",
    form=bytes,
)
async def document(asked: Asked, *, digest: DigestText) -> Response[Any]:
    """An index, a manifest or a config as it was received, or proven."""
    wanted = Digest(digest)

    def held(ledger: Ledger) -> tuple[bytes, datetime | None]:
        found = ledger.document(wanted)
        if found is None:
            raise ContentNotHeld(wanted, hint=NOT_HELD)
        uses = ledger.uses(wanted, limit=MAX_USES)
        first_seen = min((use.first_seen for use in uses), default=None)
        return found.received, first_seen

    body, modified = await asked.ask(held)
    return sent_bytes(asked.request, body, wanted, lasts=True, modified=modified)


def sent_bytes(
    request: AnyRequest,
    body: bytes,
    digest: Digest,
    *,
    lasts: bool,
    modified: datetime | None = None,
) -> Response[Any]:
    """A document as it is, to be kept as a file; `lasts` where its address names it."""
    return content(
        request,
        body,
        BYTES,
        headers={
            "Content-Disposition": f'attachment; filename="{digest.encoded}"',
            "Docker-Content-Digest": str(digest),
        },
        etag=str(digest),
        modified=modified,
        lasts=lasts,
    )
