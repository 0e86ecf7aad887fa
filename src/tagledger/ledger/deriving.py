"""What follows from the facts and is kept beside them, so that long lists are quick."""

from __future__ import annotations

from collections.abc import Iterator

from tagledger.ledger.answers import Finding
from tagledger.ledger.engine import Engine
from tagledger.ledger.sharing import share

_PROBLEMS = {
    "changes_not_as_told": "the list of changes is not what the observations tell",
    "spans_not_as_told": "the list of repositories is not what the observations tell",
    "appearances_not_as_told": "where it appears is not what the observations tell",
    "sightings_not_as_told": "where it was seen is not what the observations tell",
    "recipes_not_as_told": "its recipes are not those of the images seen in it",
    "shared_images_not_as_told": "it is in more or fewer images than is kept",
    "shared_uses_not_as_told": "where it was is not what the observations tell",
}


def derive(engine: Engine, *, after: int, after_tag: int, after_entry: int) -> None:
    """Bring it up to date with facts, tags and entries of higher numbers than these."""
    engine.execute("forget_changes", after=after)
    engine.execute("tell_changes", after=after)
    engine.execute("widen_appearances", after=after)
    engine.execute("widen_sightings", after=after)
    engine.execute("add_repository_recipes", after=after)
    engine.execute("widen_repository_spans", after=after, after_tag=after_tag)
    share(engine, after=after, after_entry=after_entry)


def check_derived(engine: Engine) -> Iterator[Finding]:
    """Where it is not what the facts tell."""
    for name, problem in _PROBLEMS.items():
        for where, number in engine.stream(name):
            yield Finding(where=f"{where} {number}", problem=problem)
