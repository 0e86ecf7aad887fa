"""Every stored byte against its digest, every row against what it refers to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tagledger.errors import LedgerDamaged
from tagledger.ledger.answers import Finding
from tagledger.ledger.contents import digest_of
from tagledger.ledger.deriving import check_derived
from tagledger.ledger.engine import Engine
from tagledger.ledger.packs import unpacked
from tagledger.model.digest import Digest


def check(engine: Engine, progress: Callable[[int, int], None]) -> Iterator[Finding]:
    """As `Ledger.check`; `progress` gets the packs done, and how many there are."""
    for problem in engine.integrity():
        yield Finding(where="database", problem=problem)
    yield from _check_contents(engine, progress)
    for name in ("statements_without_parts", "lists_with_gaps", "steps_not_indexed"):
        for where, number in engine.stream(name):
            problem = {
                "statements_without_parts": "a page without any part",
                "lists_with_gaps": "positions are missing in the list",
                "steps_not_indexed": "the search index lacks or has more rows",
            }[name]
            yield Finding(where=f"{where} {number}", problem=problem)
    yield from check_derived(engine)


def _check_contents(
    engine: Engine, progress: Callable[[int, int], None]
) -> Iterator[Finding]:
    packs = [row[0] for row in engine.query("pack_numbers")]
    for done, number in enumerate(packs, start=1):
        yield from _check_pack(engine, number)
        progress(done, len(packs))


def _check_pack(engine: Engine, number: int) -> Iterator[Finding]:
    size, compressed = engine.query("pack", pack_id=number)[0]
    try:
        content = unpacked(compressed, size, engine.place, number)
    except LedgerDamaged as exc:
        yield Finding(where=f"pack {number}", problem=exc.problem)
        return
    end = 0
    for algorithm, raw, start, length in engine.query("pack_contents", pack_id=number):
        digest = digest_of(algorithm, raw)
        if start != end:
            problem = f"{abs(start - end)} bytes of no content, or of two"
            yield Finding(where=f"pack {number}", problem=problem)
        end = start + length
        found = Digest.of(content[start:end], digest.algorithm)
        if found != digest:
            yield Finding(where=digest, problem=f"the bytes held are of {found}")
    if end != size:
        problem = f"{abs(size - end)} bytes at its end are of no content"
        yield Finding(where=f"pack {number}", problem=problem)
