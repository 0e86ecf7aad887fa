"""Digests that very many share: where they were is kept, so that finding them is quick.

Of all others it is told from the facts when it is asked for, which takes the longer the
more there is. One fact in 32 is looked at for digests that have grown too common for
that; a digest that was not looked at yet only takes longer to find.
"""

from __future__ import annotations

from tagledger.ledger.engine import Engine

MAX_TOLD = 200
"""Most appearances that are told anew whenever a digest is asked for."""


def share(engine: Engine, *, after: int, after_entry: int) -> None:
    """Bring it up to date with facts and entries of higher numbers than these."""
    engine.execute("widen_shared_uses", after=after)
    engine.execute("count_shared_images", after_entry=after_entry)
    perhaps = [row[0] for row in engine.query("perhaps_shared", after=after)]
    counted = engine.each("appearances_of_digest", perhaps, limit=MAX_TOLD + 1)
    for digest, appearances in counted:
        if appearances > MAX_TOLD:
            engine.execute("share_digest", digest_id=digest)
            engine.execute("share_uses", digest_id=digest)
