"""Search over build steps and settings, the best first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby, islice

from tagledger.ledger.answers import Hit, Search
from tagledger.ledger.contents import digest_of
from tagledger.ledger.engine import Engine, Row
from tagledger.ledger.entry_parts import ENVIRONMENT, LABEL
from tagledger.ledger.finding import platform_text
from tagledger.ledger.keys import microseconds, moment_of, storable
from tagledger.ledger.names import reference_of, repository_patterns
from tagledger.model.platform import parse_platform

MAX_STEPS = 1_000
"""Most steps ranked for one search, the newest: who needs more has to say more."""

MAX_ENTRIES = 20_000
"""Most images looked at for one step, the newest first: two seconds at the worst."""

MAX_STEPS_PASSED_OVER = 8 * MAX_STEPS
"""Most steps ranked where some are not seen: those must not crowd out the others."""

Sees = Callable[[str], bool]
"""Whether a repository, as rows have its name, is one that is seen."""

_RUNS = re.compile(r"[^\W_]+")
_FOREVER = 2**62
_TYPICAL_LENGTH = 250  # so that ``CMD bash`` does not always come before a recipe

_Setting = dict[str, object]


def search(
    engine: Engine, search: Search, limit: int, offset: int, sees: Sees | None = None
) -> list[Hit]:
    """As `Ledger.search`. Raises MalformedPlatform."""
    return list(islice(_hits(engine, search, sees), offset, offset + limit))


def _hits(engine: Engine, search: Search, sees: Sees | None) -> Iterator[Hit]:
    filters = _filters(search)
    settings = [*_settings(search)]
    most = MAX_STEPS if sees is None else MAX_STEPS_PASSED_OVER
    for step_id, text in _steps(engine, search, most):
        if sees and step_id is not None:
            rows = engine.stream("step_repositories", step_id=step_id)
            if not any(sees(row[0]) for row in rows):
                continue
        for entry_id, tested in _entries(engine, step_id, settings, filters):
            if sees and not _is_seen(engine, entry_id, sees):
                continue
            if all(_has(engine, entry_id, setting) for setting in settings[tested:]):
                for row in engine.query("hits", entry_id=entry_id, **filters):
                    if sees is None or sees(row[0]):
                        yield _hit(row, text)


def _is_seen(engine: Engine, entry_id: int, sees: Sees) -> bool:
    rows = engine.query("entry_repositories", entry_id=entry_id)
    return any(sees(row[0]) for row in rows)


def _entries(
    engine: Engine,
    step_id: int | None,
    settings: list[_Setting],
    filters: dict[str, object],
) -> Iterator[tuple[int, int]]:
    """Entries that may fit, the newest first, and how many settings each has surely."""
    tested = 0
    if step_id is not None:
        rows = engine.stream("entries_of_step", step_id=step_id, limit=MAX_ENTRIES)
    elif settings:
        tested = 1
        rows = engine.stream("entries_with_setting", limit=MAX_ENTRIES, **settings[0])
    else:
        rows = engine.stream("newest_entries", limit=MAX_ENTRIES, **filters)
    # A step may stand twice in a recipe, one behind the other.
    for entry_id, _ in groupby(row[0] for row in rows):
        yield entry_id, tested


def _settings(search: Search) -> Iterator[_Setting]:
    for kind, wanted in ((ENVIRONMENT, search.env), (LABEL, search.label)):
        if wanted is not None:
            name, equals, value = storable(wanted).partition("=")
            yield {"kind": kind, "name": name, "value": value if equals else None}


def _has(engine: Engine, entry_id: int, setting: _Setting) -> bool:
    return bool(engine.query("has_setting", entry_id=entry_id, **setting))


def _steps(
    engine: Engine, search: Search, most: int
) -> list[tuple[int | None, str | None]]:
    """The steps that fit, the best first; one that is None where none is wanted."""
    runs = [_RUNS.findall(word) for word in (search.words or "").split()]
    words = engine.text_query([found for found in runs if found])
    exact = engine.substring_pattern(storable(search.exact or ""))
    if search.words and not words:
        return []  # nothing but punctuation
    if search.words and search.exact:
        found = engine.query("steps_both", words=words, exact=exact, limit=most)
    elif search.words:
        found = engine.query("steps_with_words", words=words, limit=most)
    elif search.exact:
        found = engine.query("steps_with_text", exact=exact, limit=most)
    else:
        return [(None, None)]
    said = [run.lower() for word in runs for run in word]
    ranked = sorted(found, key=lambda row: (_distance(row[1], said), -row[0]))
    return [(row[0], row[1]) for row in ranked]


def _distance(text: str, said: list[str]) -> float:
    """How far a step is from being only what was said: less is better."""
    lower = text.lower()
    spoken = sum(len(run) * lower.count(run) for run in said)
    return (len(text) + _TYPICAL_LENGTH) / (spoken + 1)


def _filters(search: Search) -> dict[str, object]:
    platform = parse_platform(search.platform) if search.platform else None
    p1, p2, p3, p4 = repository_patterns(search.repository or "*")
    return {
        "os": platform and platform.os,
        "architecture": platform and platform.architecture,
        "variant": platform and platform.variant,
        "any_repository": int(search.repository is None),
        "p1": p1,
        "p2": p2,
        "p3": p3,
        "p4": p4,
        "since": microseconds(search.since) if search.since else -_FOREVER,
        "until": microseconds(search.until) if search.until else _FOREVER,
    }


def _hit(row: Row, step: str | None) -> Hit:
    repository, tag, manifest_kind, manifest, config_kind, config, platform = row[:7]
    return Hit(
        reference=reference_of(repository, tag),
        manifest=None if manifest is None else digest_of(manifest_kind, manifest),
        config=None if config is None else digest_of(config_kind, config),
        platform=platform_text(platform),
        step=step,
        first_seen=moment_of(row[7]),
        last_seen=moment_of(row[8]),
    )
