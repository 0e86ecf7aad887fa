"""A ledger as a visitor may see it: what they may not read is not there."""

from __future__ import annotations

from tagledger.flows.visitor import Visitor
from tagledger.ledger.protocol import Ledger


def readable(ledger: Ledger, visitor: Visitor) -> Ledger:
    """The ledger itself for who may read all, else one without the rest of it."""
    return ledger if visitor.reads_all else ledger.only(visitor.may_read)
