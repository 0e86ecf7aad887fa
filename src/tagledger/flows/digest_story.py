"""All that is known of a digest, page by page, and whether it can still be pulled."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tagledger.flows.find import DigestFindings, find_digest
from tagledger.ledger.answers import EntryRow, Use
from tagledger.ledger.protocol import Ledger
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.reference import Reference

MAX_NAMES = 3
"""Repositories that a digest is offered to be pulled from."""


class DigestStory(msgspec.Struct, frozen=True, kw_only=True):
    """What a digest is, and a page each of where it was and of what has it.

    `verdict` is what the trial to prove it came to, and why. `still` is a use that
    lasts as far as is known, `ended` the one that ended last where none does.
    """

    findings: DigestFindings
    images: tuple[EntryRow, ...] = ()
    has_more_images: bool = False
    verdict: tuple[Evidence, str] | None = None
    repositories: tuple[Reference, ...] = ()
    still: Use | None = None
    ended: Use | None = None

    @property
    def digest(self) -> Digest:
        """The digest itself, or the first that begins so."""
        return self.findings.found[0].digest

    @property
    def evidence(self) -> Evidence:
        """How it is known what the digest names."""
        held = self.findings.found[0].evidence
        if held is not None:
            return held
        is_contradicted = (
            self.verdict is not None and self.verdict[0] is Evidence.CONTRADICTED
        )
        return Evidence.CONTRADICTED if is_contradicted else Evidence.REPORTED


def digest_story(
    ledger: Ledger,
    prefix: str,
    *,
    page: int = 1,
    images_page: int = 1,
    limit: int = 50,
) -> DigestStory:
    """The story of the digest that begins so; several are only listed.

    Raises MalformedDigest, or NotObserved where none begins so.
    """
    findings = find_digest(ledger, prefix, limit=limit, page=page)
    if findings.is_ambiguous:
        return DigestStory(findings=findings)
    digest = findings.found[0].digest
    images = ledger.images(digest, limit=limit + 1, offset=(images_page - 1) * limit)
    uses = findings.uses
    ended = [use for use in uses if use.ended_at is not None]
    lasting = [use for use in uses if use.ended_at is None]
    return DigestStory(
        findings=findings,
        images=tuple(images[:limit]),
        has_more_images=len(images) > limit,
        verdict=ledger.verdict(digest),
        repositories=_repositories([*lasting, *ended]),
        still=max(lasting, key=lambda use: use.last_seen, default=None),
        ended=max(ended, key=lambda use: use.ended_at or use.last_seen, default=None),
    )


def _repositories(uses: Sequence[Use]) -> tuple[Reference, ...]:
    """The first repositories in a registry, each once."""
    found = {
        (use.reference.domain, use.reference.path): use.reference
        for use in reversed(uses)
        if use.reference.domain
    }
    return tuple(reversed(found.values()))[:MAX_NAMES]
