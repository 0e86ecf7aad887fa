"""How much the ledger holds, in figures."""

from __future__ import annotations

from tagledger.ledger.answers import Counts
from tagledger.ledger.engine import Engine


def counts(engine: Engine) -> Counts:
    """As `Ledger.counts`."""
    row = engine.query("counts")[0]
    return Counts(**dict(zip(Counts.__struct_fields__, map(int, row), strict=True)))
