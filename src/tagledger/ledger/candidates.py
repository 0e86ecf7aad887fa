"""Images that may fit a search, the most promising first.

Where one thing that is asked for belongs to few images, all of those are looked at.
Otherwise the newest steps that fit are ranked, or the newest images taken.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from tagledger.ledger.engine import Engine
from tagledger.ledger.entry_parts import setting_key
from tagledger.ledger.filters import Filters, Setting

MAX_STEPS = 1_000
"""Most steps ranked for one search, the newest: who needs more has to say more."""

MAX_STEPS_PASSED_OVER = 8 * MAX_STEPS
"""Most steps looked at where some are not seen: those must not crowd out the others."""

MAX_TRIED = 2_000
"""Most steps read where both words and a substring are asked for."""

MAX_SCANNED = 20_000
"""Most steps read for one or two characters, which no index has: the newest."""

MAX_FEW = 1_000
"""Most images of which all are looked at."""

MAX_SOURCES = 1_000
"""Most values of a setting, and repositories, looked into for one search."""

MAX_ENTRIES = 20_000
"""Most images taken of one step, value or tag, the newest first."""

FIRST_LOOKS = ((1, 100), (8, 100), (40, 50))
"""How many steps, values or tags are looked into at once, and for how many images of
each: more where the first were not enough. The last of these goes on."""

_PHRASE = r"(?<![^\W_]){}(?![^\W_])"
_BETWEEN = r"[\W_]+"
_TYPICAL_LENGTH = 250  # so that ``CMD bash`` does not always come before a recipe

Candidate = tuple[int, str | None]
"""An image, and the step of it that fits where one was asked for."""


def candidates(
    engine: Engine, filters: Filters, sees: Callable[[str], bool] | None = None
) -> Iterator[Candidate]:
    """Images that may fit: what else was asked of them is not looked at.

    Steps of which no image is seen do not crowd out others, where `sees` is given.
    """
    few = _few(engine, filters)
    if few is not None:
        yield from _among(engine, few, filters)
    elif filters.asks_for_text:
        steps = _ranked(_steps(engine, filters, sees), filters)
        texts = dict(steps)
        for step, entry in _spread(engine, "entries_of_step", [*texts]):
            yield entry, texts[step]
    else:
        for entry in _newest(engine, filters):
            yield entry, None


def _few(engine: Engine, filters: Filters) -> list[int] | None:
    """All images that have one of the things asked for; None where all have many."""
    found: list[list[int]] = []
    for setting in filters.settings:
        values = _values(engine, setting)
        found.append(_entries(engine, "entries_of_setting", values))
    if filters.platform is not None:
        platforms = _platforms(engine, filters)
        found.append(_entries(engine, "entries_of_platform", platforms))
    if filters.repository is not None:
        found.append(_entries_of_repositories(engine, filters))
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


def _entries_of_repositories(engine: Engine, filters: Filters) -> list[int]:
    tags: list[int] = []
    for some in _grown(_repositories(engine, filters)):
        rows = engine.each("tags_of_repository", some, limit=MAX_FEW + 1)
        tags += (row[1] for row in rows)
        if len(tags) > MAX_FEW:
            break  # each tag has at least one image, or nearly
    return _entries(engine, "entries_of_tag", tags)


def _among(
    engine: Engine, entries: Sequence[int], filters: Filters
) -> Iterator[Candidate]:
    """Of these images, those with a step that fits."""
    if not filters.asks_for_text:
        for entry in entries:
            yield entry, None
        return
    having: dict[int, list[int]] = defaultdict(list)
    for entry, step in engine.each("steps_of_entry", entries):
        if not having[step] or having[step][-1] != entry:
            having[step].append(entry)
    says = _matcher(filters)
    rows = [row for row in engine.each("text_of_step", [*having]) if says(row[1])]
    for step, text in _ranked(rows, filters):
        for entry in sorted(having[step], reverse=True):
            yield entry, text


def _newest(engine: Engine, filters: Filters) -> Iterator[int]:
    if filters.settings:
        values = _values(engine, filters.settings[0])
        found = _spread(engine, "entries_of_setting", values)
        yield from (entry for _, entry in found)
    elif filters.repository is not None:
        for repository in _repositories(engine, filters):
            rows = engine.each("tags_of_repository", [repository], limit=MAX_ENTRIES)
            found = _spread(engine, "entries_of_tag", [row[1] for row in rows])
            yield from dict.fromkeys(entry for _, entry in found)
    elif filters.platform is not None:
        found = _spread(engine, "entries_of_platform", _platforms(engine, filters))
        yield from (entry for _, entry in found)
    else:
        before = 2**31 - 1
        while rows := engine.query("newest_entries", before=before, limit=MAX_FEW):
            yield from (row[0] for row in rows)
            before = rows[-1][0]


def _spread(
    engine: Engine, name: str, keys: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Key and image, in the order of the keys; of one key the newest images first."""
    looks = iter(FIRST_LOOKS)
    count, limit = next(looks)
    start = 0
    while start < len(keys):
        some = keys[start : start + count]
        found: dict[int, list[int]] = defaultdict(list)
        for key, entry in engine.each(name, some, limit=limit):
            found[key].append(entry)
        for key in some:
            entries = found[key]
            yield from ((key, entry) for entry in dict.fromkeys(entries))
            if len(entries) == limit:
                rest = engine.each(name, [key], limit=MAX_ENTRIES)[limit:]
                yield from ((key, row[1]) for row in rest)
        start += count
        count, limit = next(looks, (count, limit))


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


def _repositories(engine: Engine, filters: Filters) -> list[int]:
    rows = engine.query(
        "repositories_like", limit=MAX_SOURCES, **filters.pattern_values
    )
    return [row[0] for row in rows]


def _steps(
    engine: Engine, filters: Filters, sees: Callable[[str], bool] | None
) -> list[tuple[int, str]]:
    """The newest steps that fit and are seen."""
    if sees is None:
        return _fitting(engine, filters, MAX_STEPS)
    found = _fitting(engine, filters, MAX_STEPS_PASSED_OVER)
    seen = (step for step in found if _is_seen(engine, step[0], sees))
    return [*islice(seen, MAX_STEPS)]


def _is_seen(engine: Engine, step: int, sees: Callable[[str], bool]) -> bool:
    rows = engine.stream("step_repositories", step_id=step)
    return any(sees(row[0]) for row in rows)


def _fitting(engine: Engine, filters: Filters, most: int) -> list[tuple[int, str]]:
    """The newest steps that fit, found by the engine's indices."""
    if not filters.exact:
        return _with_words(engine, filters, most)
    if not filters.words:
        return _with_text(engine, filters.exact, most)
    # The rarer of both says which steps to look at.
    says = _matcher(filters)
    found = _with_words(engine, filters, MAX_TRIED)
    if len(found) == MAX_TRIED:
        others = _with_text(engine, filters.exact, MAX_TRIED)
        found = others if len(others) < MAX_TRIED else [*{*found, *others}]
    fitting = [step for step in found if says(step[1])]
    return sorted(fitting, reverse=True)[:most]


def _with_words(engine: Engine, filters: Filters, limit: int) -> list[tuple[int, str]]:
    words = engine.text_query(filters.words)
    rows = engine.query("steps_with_words", words=words, limit=limit)
    return [(row[0], row[1]) for row in rows]


def _with_text(engine: Engine, exact: str, limit: int) -> list[tuple[int, str]]:
    values = engine.substring_query(exact)
    if values is None:
        values = {"exact": exact, "scanned": MAX_SCANNED}
        rows = engine.query("steps_scanned", limit=limit, **values)
    else:
        rows = engine.query("steps_with_text", limit=limit, **values)
    return [(row[0], row[1]) for row in rows]


def _matcher(filters: Filters) -> Callable[[str], bool]:
    """Whether a step fits, told from its text alone."""
    exact = filters.exact or ""
    phrases = [
        re.compile(_PHRASE.format(_BETWEEN.join(runs)), re.IGNORECASE)
        for runs in filters.words
    ]

    def says(text: str) -> bool:
        return exact in text and all(phrase.search(text) for phrase in phrases)

    return says


def _ranked(
    steps: Sequence[tuple[int, str]], filters: Filters
) -> list[tuple[int, str]]:
    """The steps, the best first: those that say little else."""
    said = [run.lower() for runs in filters.words for run in runs]
    return sorted(steps, key=lambda step: (_distance(step[1], said), -step[0]))


def _distance(text: str, said: list[str]) -> float:
    lower = text.lower()
    spoken = sum(len(run) * lower.count(run) for run in said)
    return (len(text) + _TYPICAL_LENGTH) / (spoken + 1)
