"""Search over build steps and settings, the best first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from tagledger.ledger.answers import Hit, Search
from tagledger.ledger.contents import digest_of
from tagledger.ledger.engine import Engine, Row
from tagledger.ledger.entry_parts import ENVIRONMENT, LABEL
from tagledger.ledger.finding import platform_text
from tagledger.ledger.keys import microseconds, moment_of
from tagledger.ledger.names import reference_of, repository_patterns
from tagledger.model.platform import parse_platform

MAX_STEPS = 2_000
"""Most steps looked at for one search: who needs more has to say more words."""

_RUNS = re.compile(r"[^\W_]+")
_FOREVER = 2**62


def search(engine: Engine, search: Search, limit: int, offset: int) -> list[Hit]:
    """As `Ledger.search`. Raises MalformedPlatform."""
    return list(islice(_hits(engine, search), offset, offset + limit))


def _hits(engine: Engine, search: Search) -> Iterator[Hit]:
    filters = _filters(search)
    for step_id, text in _steps(engine, search):
        rows = engine.stream("hits", step_id=step_id, **filters)
        yield from (_hit(row, text) for row in rows)


def _steps(engine: Engine, search: Search) -> Iterator[tuple[int | None, str | None]]:
    """The steps that fit, the best first; one that is None where none is wanted."""
    runs = [_RUNS.findall(word) for word in (search.words or "").split()]
    words = engine.text_query([found for found in runs if found])
    if search.words and not words:
        return iter(())  # nothing but punctuation
    exact = engine.substring_pattern(search.exact or "")
    if search.words and search.exact:
        found = engine.stream("steps_both", words=words, exact=exact, limit=MAX_STEPS)
    elif search.words:
        found = engine.stream("steps_with_words", words=words, limit=MAX_STEPS)
    elif search.exact:
        found = engine.stream("steps_with_text", exact=exact, limit=MAX_STEPS)
    else:
        found = iter([(None, None)])
    return ((row[0], row[1]) for row in found)


def _filters(search: Search) -> dict[str, object]:
    platform = parse_platform(search.platform) if search.platform else None
    p1, p2, p3, p4 = repository_patterns(search.repository or "*")
    env_name, _, env_value = (search.env or "").partition("=")
    label_name, _, label_value = (search.label or "").partition("=")
    return {
        "os": platform and platform.os,
        "architecture": platform and platform.architecture,
        "variant": platform and platform.variant,
        "any_repository": int(search.repository is None),
        "p1": p1,
        "p2": p2,
        "p3": p3,
        "p4": p4,
        "environment": ENVIRONMENT,
        "env_name": env_name or None,
        "env_value": env_value if "=" in (search.env or "") else None,
        "label": LABEL,
        "label_name": label_name or None,
        "label_value": label_value if "=" in (search.label or "") else None,
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
