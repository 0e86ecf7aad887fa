"""Images that may fit a search, the most promising first.

Where one thing that is asked for belongs to few images, all of those are looked at, and
in a few repositories their own steps. Otherwise the newest steps that fit are ranked;
where very many do, the newest images that fit the rest are taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

from tagledger.ledger.engine import Engine
from tagledger.ledger.entry_parts import setting_key
from tagledger.ledger.filters import Filters, Setting
from tagledger.ledger.step_search import (
    MAX_STEPS,
    Sees,
    best_steps,
    matcher,
    ranked,
)

MAX_FEW = 500
"""Most images, or recipes, of which the steps are looked at: so many take 20 ms."""

MAX_NEWEST = 250
"""Images of which the steps are looked at where very many steps fit: the newest."""

MAX_NEAR = 20
"""Most repositories of which the newest recipes are looked at, where not all can be."""

MAX_SOURCES = 1_000
"""Most values of a setting, and repositories, looked into for one search."""

MAX_ENTRIES = 20_000
"""Most images taken of one step, value or tag, the newest first."""

FIRST_LOOKS = ((1, 100), (8, 100), (40, 50))
"""How many steps, values or tags are looked into at once, and for how many images of
each: more where the first were not enough. The last of these goes on."""

Candidate = tuple[int, str | None]
"""An image, and the step of it that fits where one was asked for."""


def candidates(
    engine: Engine,
    filters: Filters,
    places: Sequence[int],
    sees: Sees | None = None,
) -> Iterator[Candidate]:
    """Images that may fit: what else was asked of them is not looked at.

    `places` are the repositories, where some were asked for.
    """
    few = _few(engine, filters, places)
    if few is not None and filters.asks_for_text:
        yield from _among(engine, "steps_of_entry", None, few, filters)
    elif few is not None:
        yield from ((entry, None) for entry in few)
    elif not filters.asks_for_text:
        yield from _newest(engine, filters, places)
    elif places and (recipes := _recipes(engine, places)) is not None:
        named = "entries_of_recipe"
        yield from _among(engine, "steps_of_recipe", named, recipes, filters)
    else:
        steps = best_steps(engine, filters, sees)
        if sees or len(steps) < MAX_STEPS or not filters.narrows(places):
            yield from _spread(engine, "entries_of_step", steps)
        else:
            # What so many say, the newest that fit the rest are likely to say too.
            newest = _newest(engine, filters, places)
            some = [entry for entry, _ in islice(newest, MAX_NEWEST)]
            yield from _among(engine, "steps_of_entry", None, some, filters)


def repositories(engine: Engine, filters: Filters) -> list[int]:
    """Those that match what is asked for, the newest; no more than `MAX_SOURCES`."""
    values = filters.pattern_values
    rows = engine.query("repositories_like", limit=MAX_SOURCES, **values)
    return [row[0] for row in rows]


def _few(engine: Engine, filters: Filters, places: Sequence[int]) -> list[int] | None:
    """All images that have one of the things asked for; None where all have many."""
    found: list[list[int]] = []
    for setting in filters.settings:
        values = _values(engine, setting)
        found.append(_entries(engine, "entries_of_setting", values))
    if filters.platform is not None:
        platforms = _platforms(engine, filters)
        found.append(_entries(engine, "entries_of_platform", platforms))
    if places and not filters.asks_for_text:
        found.append(_entries(engine, "entries_of_tag", _tags(engine, places)))
    fewest = min(found, key=len, default=None)
    if fewest is None or len(fewest) > MAX_FEW:
        return None
    return fewest


def _entries(engine: Engine, name: str, keys: Sequence[int]) -> list[int]:
    """Images of these keys, the newest first; more than `MAX_FEW` are not counted."""
    entries: set[int] = set()
    for some in _grown(keys):
        left = MAX_FEW + 1 - len(entries)
        entries.update(row[1] for row in engine.each(name, some, limit=left))
        if len(entries) > MAX_FEW:
            break
    return sorted(entries, reverse=True)


def _tags(engine: Engine, places: Sequence[int]) -> list[int]:
    tags: list[int] = []
    for some in _grown(places):
        rows = engine.each("tags_of_repository", some, limit=MAX_FEW + 1)
        tags += (row[1] for row in rows)
        if len(tags) > MAX_FEW:
            break  # each tag has an image, or nearly
    return tags


def _recipes(engine: Engine, places: Sequence[int]) -> list[int] | None:
    """The recipes in these repositories, the newest; None where they are too many."""
    found: set[int] = set()
    for some in _grown(places):
        rows = engine.each("recipes_of_repository", some, limit=MAX_FEW + 1)
        found.update(row[1] for row in rows)
        if len(found) > MAX_FEW and len(places) > MAX_NEAR:
            return None
    return sorted(found, reverse=True)[:MAX_FEW]


def _among(
    engine: Engine,
    steps: str,
    entries: str | None,
    keys: Sequence[int],
    filters: Filters,
) -> Iterator[Candidate]:
    """Of these images, or recipes of images, those with a step that fits."""
    having: dict[int, dict[int, None]] = defaultdict(dict)
    for key, step in engine.each(steps, keys):
        having[step][key] = None
    fits = matcher(filters)
    rows = [row for row in engine.each("text_of_step", [*having]) if fits(row[1])]
    found = [
        (key, text)
        for step, text in ranked(rows, filters)
        for key in sorted(having[step], reverse=True)
    ]
    return iter(found) if entries is None else _spread(engine, entries, found)


def _newest(
    engine: Engine, filters: Filters, places: Sequence[int]
) -> Iterator[Candidate]:
    if filters.settings:
        values = _values(engine, filters.settings[0])
        yield from _spread(engine, "entries_of_setting", _alone(values))
    elif places:
        for place in places:
            rows = engine.each("tags_of_repository", [place], limit=MAX_ENTRIES)
            tags = [row[1] for row in rows]
            seen: set[int] = set()
            for entry, _ in _spread(engine, "entries_of_tag", _alone(tags)):
                if entry not in seen:
                    seen.add(entry)
                    yield entry, None
    elif filters.platform is not None:
        platforms = _platforms(engine, filters)
        yield from _spread(engine, "entries_of_platform", _alone(platforms))
    elif filters.until is not None:
        moment = filters.until
        rows = engine.query("entries_until", moment=moment, limit=MAX_FEW)
        yield from dict.fromkeys((row[0], None) for row in rows)
    else:
        before = 2**31 - 1
        while rows := engine.query("newest_entries", before=before, limit=MAX_FEW):
            yield from ((row[0], None) for row in rows)
            before = rows[-1][0]


def _alone(keys: Sequence[int]) -> list[Candidate]:
    """Keys that come without a step."""
    return [(key, None) for key in keys]


def _spread(
    engine: Engine, name: str, items: Sequence[tuple[int, str | None]]
) -> Iterator[Candidate]:
    """The images of each key, with its step; of one key the newest images first."""
    looks = iter(FIRST_LOOKS)
    count, limit = next(looks)
    start = 0
    while start < len(items):
        some = items[start : start + count]
        found: dict[int, list[int]] = defaultdict(list)
        for key, entry in engine.each(name, [*{key for key, _ in some}], limit=limit):
            found[key].append(entry)
        for key, text in some:
            yield from ((entry, text) for entry in dict.fromkeys(found[key]))
            if len(found[key]) == limit:
                yield from ((entry, text) for entry in _rest(engine, name, key, limit))
        start += count
        count, limit = next(looks, (count, limit))


def _rest(engine: Engine, name: str, key: int, seen: int) -> Iterator[int]:
    """The images of one key behind those that were seen: more each time."""
    while seen < MAX_ENTRIES:
        limit = min(seen * 8, MAX_ENTRIES)
        rows = engine.each(name, [key], limit=limit)
        yield from (row[1] for row in rows[seen:])
        if len(rows) < limit:
            return
        seen = limit


def _grown(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    """The keys in pieces that grow: the first few may be enough."""
    start, count = 0, 1
    while start < len(keys):
        yield keys[start : start + count]
        start, count = start + count, count * 4


def _values(engine: Engine, setting: Setting) -> list[int]:
    kind, name, value = setting
    if value is not None:
        return [*engine.known("setting", [setting_key((kind, name, value))]).values()]
    rows = engine.query("settings_named", kind=kind, name=name, limit=MAX_SOURCES)
    return [row[0] for row in rows]


def _platforms(engine: Engine, filters: Filters) -> list[int]:
    rows = engine.query("platforms_like", **filters.platform_values)
    return [row[0] for row in rows]
