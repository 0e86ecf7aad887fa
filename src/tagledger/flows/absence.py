"""Of a name that is not in the ledger: what is known near it."""

from __future__ import annotations

from datetime import datetime
from difflib import get_close_matches

import msgspec

from tagledger.errors import MalformedReference, NotObserved
from tagledger.flows.repository import TagOrders, repository_summary
from tagledger.ledger.answers import RepositorySummary
from tagledger.ledger.names import tag_name
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.source import known_reference
from tagledger.model.reference import Reference

SIMILAR = 8
"""How many tags with a similar name are named."""

NEAR = 50
"""Names weighed where the order of the repository is not known: those by alphabet."""

MAX_COMPARED = 2_000
"""Most names weighed for likeness, the newest versions."""


class Absence(msgspec.Struct, frozen=True, kw_only=True):
    """What there is instead.

    `reference` is None for what is no name. `first_seen` is set where the name is
    known, but not from so early.
    """

    reference: Reference | None = None
    first_seen: datetime | None = None
    repository: RepositorySummary | None = None
    similar: tuple[str, ...] = ()


def absence(ledger: Ledger, orders: TagOrders, text: str) -> Absence:
    """What is known near a name that was not found."""
    try:
        reference = known_reference(ledger, text)
    except MalformedReference:
        return Absence()
    states = ledger.history(reference)
    first_seen = states[0].first.observed_at if states else None
    try:
        summary = repository_summary(ledger, reference)
    except NotObserved:
        return Absence(reference=reference, first_seen=first_seen)
    known = orders.known(summary)
    if known is None:
        page = ledger.tags_of(reference, after=(reference.tag or "")[:2], limit=NEAR)
        known = tuple(tag_name(item.latest.reference) for item in page.items)
    names = [
        name
        for name in known[:MAX_COMPARED]
        if not name.startswith("@") and name != reference.tag
    ]
    wanted = reference.tag or ""
    similar = [name for name in names if wanted and name.startswith(wanted)]
    similar += get_close_matches(wanted, names, n=SIMILAR, cutoff=0.5)
    return Absence(
        reference=reference,
        first_seen=first_seen,
        repository=summary,
        similar=tuple(dict.fromkeys(similar or names))[:SIMILAR],
    )
