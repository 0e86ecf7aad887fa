"""Observe a name, and write down what it is now.

Only an observation is a fact. That a name does not exist is one as well, but only
where the place that publishes it said so: a registry that let us in and answered 404.
Whatever else goes wrong is a failure of the observation, and nothing is recorded.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tagledger.errors import (
    ManifestNotFound,
    NotSupported,
    RepositoryNotFound,
    TagNotFound,
)
from tagledger.flows.open import Place
from tagledger.flows.pauses import Pauses
from tagledger.ledger.answers import Observation
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.source import LATEST
from tagledger.ledger.stated import Recorded, Stated
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Document, Snapshot
from tagledger.model.source import Held, Wanted
from tagledger.reports.page.form import PageForm
from tagledger.reports.page.parts import cut_page
from tagledger.reports.page.writer import write_page


class Change(StrEnum):
    """What an observation is beside the last one of the name."""

    FIRST = "first"
    SAME = "same"
    MOVED = "moved"
    GONE = "gone"
    CAME_BACK = "came back"


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """What was observed, what was known before, and what is new in the ledger."""

    snapshot: Snapshot
    before: Observation | None
    recorded: Recorded

    @property
    def change(self) -> Change:
        """What changed since the last observation."""
        before, now = self.before, self.snapshot
        if now.is_absent:
            is_news = before is not None and not before.is_absent
            return Change.GONE if is_news else _unless_first(before)
        if before is None:
            return Change.FIRST
        if before.is_absent:
            return Change.CAME_BACK
        root = None if now.root is None else now.root.digest
        if root is None and before.root is None:
            # Nobody gave a digest: what was said tells.
            return Change.MOVED if self.recorded.statements else Change.SAME
        return Change.SAME if root == before.root else Change.MOVED


def _unless_first(before: Observation | None) -> Change:
    return Change.FIRST if before is None else Change.SAME


async def record(
    ledger: Ledger,
    place: Place,
    *,
    layer_dates: bool = False,
    pauses: Pauses | None = None,
) -> Noted:
    """Observe what the place has under its name, and append it to the ledger.

    Raises NotFound, Refused, Unreachable or InvalidContent, and LedgerError; nothing
    is recorded then.
    """
    snapshot = await observed(place, layer_dates=layer_dates, pauses=pauses or Pauses())
    return noted(ledger, snapshot)


async def observed(place: Place, *, layer_dates: bool, pauses: Pauses) -> Snapshot:
    """What the place has under its name now, or that there is no such thing.

    Raises NotFound where the place cannot know that, Refused, Unreachable or
    InvalidContent.
    """
    wanted = Wanted(layer_dates=layer_dates, attestations=True)
    try:
        snapshot = await pauses.patiently(
            place.name.domain, lambda: place.source.observe(place.name, wanted)
        )
    except (TagNotFound, RepositoryNotFound, ManifestNotFound):
        if not place.knows_absence:
            raise
        snapshot = Snapshot(
            reference=place.name,
            source=f"docker://{place.name.familiar}",
            observed_at=pauses.patience.now(),
            root=None,
            is_absent=True,
        )
    return msgspec.structs.replace(snapshot, reference=_own_name(place.name))


def noted(ledger: Ledger, snapshot: Snapshot) -> Noted:
    """Append what was observed to the ledger; it is on the disk when this returns.

    Raises LedgerError, or NotSupported for a part of a page.
    """
    stated = _stated(snapshot)
    before = ledger.at(snapshot.reference, LATEST)
    return Noted(snapshot=snapshot, before=before, recorded=ledger.record([stated]))


def held_by(ledger: Ledger) -> Held:
    """What of the ledger need not be fetched: what a registry once served."""

    def held(digest: Digest) -> Document | None:
        document = ledger.document(digest)
        is_read = document is not None and document.evidence is Evidence.READ
        return document if is_read else None

    return held


def _own_name(name: Reference) -> Reference:
    """The name that the observation is about.

    Where a digest decided, the tag beside it is but a word: nobody asked what it is.
    """
    if name.digest is None:
        return name
    return msgspec.structs.replace(name, tag=None)


def _stated(snapshot: Snapshot) -> Stated:
    """What is recorded; a page with its bytes, cut where pages share pieces."""
    if snapshot.form is None:
        return Stated(snapshot=snapshot)
    if snapshot.reference.digest is not None:
        raise NotSupported(
            "a part of a page is no observation", hint="record the page without @digest"
        )
    page = write_page(snapshot)
    parts, separator = ((page,), b"") if _is_local(snapshot) else cut_page(page)
    return Stated(
        snapshot=snapshot,
        parts=parts,
        separator=separator,
        evidence=Evidence.REPORTED,
    )


def _is_local(snapshot: Snapshot) -> bool:
    """Whether the page is of an image in a daemon: such pages share nothing."""
    return not isinstance(snapshot.form, PageForm)
