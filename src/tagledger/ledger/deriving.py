"""What follows from the facts and is kept beside them, so that long lists are quick."""

from __future__ import annotations

from collections.abc import Iterator

from tagledger.ledger.answers import Finding
from tagledger.ledger.engine import Engine

_PROBLEMS = {
    "changes_not_as_told": "the list of changes is not what the observations tell",
    "spans_not_as_told": "the list of repositories is not what the observations tell",
}


def derive(engine: Engine, *, after: int, after_tag: int) -> None:
    """Bring it up to date with the facts, and tags, of higher numbers than these."""
    engine.execute("forget_changes", after=after)
    engine.execute("tell_changes", after=after)
    engine.execute("widen_repository_spans", after=after, after_tag=after_tag)


def check_derived(engine: Engine) -> Iterator[Finding]:
    """Where it is not what the facts tell."""
    for name, problem in _PROBLEMS.items():
        for where, number in engine.stream(name):
            yield Finding(where=f"{where} {number}", problem=problem)
