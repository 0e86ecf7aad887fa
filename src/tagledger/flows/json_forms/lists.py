"""The forms of the long lists that only HTTP gives: in pages, each with a cursor."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tagledger.flows.json_forms.form import (
    CountField,
    DigestField,
    ReferenceField,
    SizeField,
    SourceField,
    TimeField,
)
from tagledger.ledger.answers import (
    Change,
    EntryRow,
    Observation,
    RepositorySummary,
    TagSummary,
)
from tagledger.ledger.pages import Page
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence

NextField = Annotated[
    str | None,
    Meta(description="Give it as `cursor` for the next page; null at the end."),
]


class FactReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a source said of a name at a moment."""

    reference: ReferenceField
    observed_at: TimeField
    source: SourceField
    evidence: Evidence
    digest: Annotated[
        DigestField | None,
        Meta(description="Of the index or manifest; null if none is known."),
    ]
    media_type: str | None
    is_absent: Annotated[bool, Meta(description="The name does not exist.")]


class FactsReport(msgspec.Struct, frozen=True, kw_only=True):
    """Facts of the whole ledger, the newest first."""

    schema: Literal["tagledger.facts/1"]
    facts: tuple[FactReport, ...]
    next: NextField


class ChangeReport(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that says other than its source had said before."""

    fact: FactReport
    before: Annotated[FactReport | None, Meta(description="Null for the first.")]
    is_back_to: Annotated[
        TimeField | None,
        Meta(description="When it was this before, and something else since."),
    ]


class ChangesReport(msgspec.Struct, frozen=True, kw_only=True):
    """What changed, the newest first."""

    schema: Literal["tagledger.changes/1"]
    changes: tuple[ChangeReport, ...]
    next: NextField


class RepositoryReport(msgspec.Struct, frozen=True, kw_only=True):
    """A repository, and how much was seen of it."""

    repository: Annotated[str, Meta(description="In full: docker.io/library/python.")]
    tags: Annotated[CountField, Meta(description="Ever observed, gone ones too.")]
    first_seen: TimeField
    last_seen: TimeField


class RepositoriesReport(msgspec.Struct, frozen=True, kw_only=True):
    """Repositories, sorted by name."""

    schema: Literal["tagledger.repositories/1"]
    repositories: tuple[RepositoryReport, ...]
    next: NextField


class EntryReport(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was published under a name."""

    kind: Literal["image", "attestation", "artifact", "missing"]
    platform: str | None
    manifest_digest: DigestField | None
    config_digest: DigestField | None
    size_bytes: SizeField


class TagReport(msgspec.Struct, frozen=True, kw_only=True):
    """A name as the latest fact has it."""

    latest: FactReport
    first_seen: TimeField
    entries: tuple[EntryReport, ...]


class TagsReport(msgspec.Struct, frozen=True, kw_only=True):
    """The names in a repository, sorted by tag."""

    schema: Literal["tagledger.tags/1"]
    tags: tuple[TagReport, ...]
    next: NextField


class TagNamesReport(msgspec.Struct, frozen=True, kw_only=True):
    """The tags that there are in a repository, newest version first."""

    repository: Annotated[str, Meta(description="In full: docker.io/library/python.")]
    tags: tuple[str, ...]


class ImagesReport(msgspec.Struct, frozen=True, kw_only=True):
    """Images and other entries that have a digest, the newest first."""

    schema: Literal["tagledger.images/1"]
    digest: DigestField
    images: tuple[EntryReport, ...]
    next: NextField


class VerdictReport(msgspec.Struct, frozen=True, kw_only=True):
    """How a digest is known, and what the trial to prove it came to."""

    schema: Literal["tagledger.verdict/1"]
    digest: DigestField
    evidence: Annotated[
        Evidence | None, Meta(description="Null where nothing was said and tried.")
    ]
    is_held: Annotated[bool, Meta(description="The bytes are held.")]
    reason: Annotated[str | None, Meta(description="Of the trial, if there was one.")]


def facts_report(page: Page[Observation]) -> FactsReport:
    """The report of a page of facts."""
    return FactsReport(
        schema="tagledger.facts/1",
        facts=tuple(map(fact_report, page.items)),
        next=page.more,
    )


def changes_report(page: Page[Change]) -> ChangesReport:
    """The report of a page of changes."""
    return ChangesReport(
        schema="tagledger.changes/1",
        changes=tuple(map(_change, page.items)),
        next=page.more,
    )


def repositories_report(page: Page[RepositorySummary]) -> RepositoriesReport:
    """The report of a page of repositories."""
    return RepositoriesReport(
        schema="tagledger.repositories/1",
        repositories=tuple(
            RepositoryReport(
                repository=item.repository.name,
                tags=item.tags,
                first_seen=item.first_seen,
                last_seen=item.last_seen,
            )
            for item in page.items
        ),
        next=page.more,
    )


def tags_report(page: Page[TagSummary]) -> TagsReport:
    """The report of a page of tags."""
    return TagsReport(
        schema="tagledger.tags/1",
        tags=tuple(
            TagReport(
                latest=fact_report(item.latest),
                first_seen=item.first_seen,
                entries=tuple(map(_entry, item.entries)),
            )
            for item in page.items
        ),
        next=page.more,
    )


def images_report(digest: Digest, page: Page[EntryRow]) -> ImagesReport:
    """The report of a page of what has a digest."""
    return ImagesReport(
        schema="tagledger.images/1",
        digest=digest,
        images=tuple(map(_entry, page.items)),
        next=page.more,
    )


def fact_report(fact: Observation) -> FactReport:
    """The report of a fact."""
    return FactReport(
        reference=str(fact.reference),
        observed_at=fact.observed_at,
        source=fact.source,
        evidence=fact.evidence,
        digest=fact.root,
        media_type=fact.root_media_type,
        is_absent=fact.is_absent,
    )


def _change(change: Change) -> ChangeReport:
    return ChangeReport(
        fact=fact_report(change.observation),
        before=None if change.before is None else fact_report(change.before),
        is_back_to=change.is_back_to,
    )


def _entry(row: EntryRow) -> EntryReport:
    return EntryReport(
        kind=row.kind,  # type: ignore[arg-type]  # KIND_NAMES has these four alone
        platform=row.platform,
        manifest_digest=row.manifest,
        config_digest=row.config,
        size_bytes=row.total_size_bytes,
    )
