"""What changed between two states of names that a ledger knows: now, or at a moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from tagledger.flows.snapshots import Snapshots
from tagledger.ledger.answers import State
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.source import fact_about, known_reference, narrowed
from tagledger.model.descriptor import Descriptor
from tagledger.model.difference.compare import compare
from tagledger.model.difference.values import Difference
from tagledger.model.digest import Digest
from tagledger.model.platform import PlatformFilter
from tagledger.model.reference import Reference
from tagledger.model.selection import matching, no_match, published_platforms
from tagledger.model.snapshot import Entry, Snapshot
from tagledger.model.source import Wanted


class Moment(msgspec.Struct, frozen=True):
    """A name as a person writes it, and when: None is now."""

    text: str
    at: datetime | None = None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What changed, and the states among which the two that were compared stand.

    `before` and `after` are the names as the ledger knows them.
    """

    difference: Difference
    before: Reference
    after: Reference
    before_states: tuple[State, ...]
    after_states: tuple[State, ...]


async def diff_states(
    ledger: Ledger,
    snapshots: Snapshots,
    before: Moment,
    after: Moment,
    *,
    platforms: tuple[PlatformFilter, ...] = (),
    other_platforms: tuple[PlatformFilter, ...] = (),
) -> Comparison:
    """Compare what the two names were at their moments.

    `other_platforms` are those of `after`, where they are not the same. Raises
    MalformedReference, NotObserved, ContentNotHeld or PlatformNotFound.
    """
    one = known_reference(ledger, before.text)
    two = known_reference(ledger, after.text)
    first = await _snapshot(ledger, snapshots, one, before.at, platforms)
    second = await _snapshot(
        ledger, snapshots, two, after.at, other_platforms or platforms
    )
    before_states = tuple(ledger.history(one))
    return Comparison(
        difference=compare(
            first, second, is_partial=bool(platforms or other_platforms)
        ),
        before=one,
        after=two,
        before_states=before_states,
        after_states=before_states if one == two else tuple(ledger.history(two)),
    )


async def _snapshot(
    ledger: Ledger,
    snapshots: Snapshots,
    name: Reference,
    moment: datetime | None,
    platforms: tuple[PlatformFilter, ...],
) -> Snapshot:
    fact = fact_about(ledger, name, moment)
    snapshot = await snapshots.snapshot(ledger, fact)
    if name.digest is not None:
        snapshot = narrowed(snapshot, name.digest)
    return in_part(snapshot, platforms) if platforms else snapshot


def in_part(snapshot: Snapshot, platforms: Sequence[PlatformFilter]) -> Snapshot:
    """The snapshot with these platforms alone. Raises PlatformNotFound."""
    wanted = Wanted(platforms=tuple(platforms))
    found = matching(snapshot.entries, wanted)
    if snapshot.entries and not found:
        raise no_match(wanted, published_platforms(snapshot.entries))
    others = {digest for entry in snapshot.entries for digest in _documents(entry)}
    others -= {digest for entry in found for digest in _documents(entry)}
    held = {
        digest: document
        for digest, document in snapshot.documents.items()
        if digest not in others
    }
    return msgspec.structs.replace(snapshot, entries=tuple(found), documents=held)


def _documents(entry: Entry) -> Iterator[Digest]:
    """What an entry's own documents are called."""
    config: Descriptor | None = getattr(entry, "config_descriptor", None)
    for descriptor in (entry.manifest, config):
        if descriptor is not None:
            yield descriptor.digest
