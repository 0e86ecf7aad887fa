"""What every import shares: batches into the ledger, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import msgspec

from tagledger.errors import DamagedPage, NotSupported, TagledgerError, TooLarge
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.stated import Recorded, Stated
from tagledger.model.evidence import Evidence
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Snapshot
from tagledger.reports.page.parts import cut_page, pages_of_tags
from tagledger.reports.page.reader import MAX_PAGE_BYTES, PageReader

BATCH_STATEMENTS = 2_000
BATCH_BYTES = 48 * 1024 * 1024
"""Where a batch is full: what a kill can cost, and what is held in memory."""

_LOCAL = b"# `"


class Skipped(msgspec.Struct, frozen=True):
    """A version that could not be read: which one, and why."""

    where: str
    problem: TagledgerError


class Reached(msgspec.Struct, frozen=True):
    """All up to this commit was given out: `notes` say where to go on.

    It is the `done`th of its history.
    """

    notes: Mapping[str, str]
    commit: str
    done: int


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an import came to; `pages` are the versions that were read."""

    recorded: Recorded = Recorded()
    pages: int = 0
    gone: int = 0
    skipped: tuple[Skipped, ...] = ()


def write_all(
    items: Iterable[Stated | Skipped | Reached],
    ledger: Ledger,
    *,
    batch_statements: int = BATCH_STATEMENTS,
) -> Imported:
    """Write statements in batches, each with the last place that it reached.

    Raises LedgerError; batches that were written stay.
    """
    recorded = Recorded()
    pages = gone = size = 0
    batch: list[Stated] = []
    notes: dict[str, str] = {}
    skipped: list[Skipped] = []
    for item in items:
        if isinstance(item, Skipped):
            skipped.append(item)
            continue
        if isinstance(item, Reached):
            notes.update(item.notes)
            continue
        if len(batch) >= batch_statements or size >= BATCH_BYTES:
            recorded += ledger.record(batch, notes=notes)
            batch, notes, size = [], {}, 0
        batch.append(item)
        size += sum(map(len, item.parts))
        pages += bool(item.parts)
        gone += not item.parts and item.snapshot.is_absent
    if batch or notes:
        recorded += ledger.record(batch, notes=notes)
    return Imported(recorded=recorded, pages=pages, gone=gone, skipped=tuple(skipped))


def read_statements(
    content: bytes | None,
    reader: PageReader,
    *,
    where: str,
    is_page: bool,
    source: str,
    moment: datetime,
) -> Iterator[Stated | Skipped]:
    """What a page says, of each tag on it; nothing for other Markdown.

    Unless it ought to be one: `is_page`. No `content` stands for one that is too large.
    """
    try:
        if content is None:
            raise TooLarge(where, MAX_PAGE_BYTES)
        if content.startswith(_LOCAL):
            raise NotSupported(f"{where}: a page of packages tells of no registry")
        page = reader.read(content, place=where, observed_at=moment)
    except TagledgerError as exc:
        if is_page or not _is_other_markdown(exc):
            yield Skipped(where, exc)
        return
    pieces = pages_of_tags(content) if page.is_tag_details else [content]
    for snapshot, piece in zip(page.snapshots, pieces, strict=True):
        parts, separator = cut_page(piece)
        yield Stated(
            snapshot=msgspec.structs.replace(snapshot, source=source),
            parts=parts,
            separator=separator,
            evidence=Evidence.REPORTED,
        )


def stated_gone(name: Reference, source: str, moment: datetime) -> Stated:
    """The source no longer tells of the name."""
    snapshot = Snapshot(
        reference=name,
        source=source,
        observed_at=moment,
        root=None,
        is_absent=True,
    )
    return Stated(snapshot=snapshot, evidence=Evidence.REPORTED)


def _is_other_markdown(problem: TagledgerError) -> bool:
    return (
        isinstance(problem, DamagedPage)
        and problem.line == 1
        and problem.problem.endswith("other Markdown?")
    )
