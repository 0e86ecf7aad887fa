"""Steps that say what is searched for, found by an index or told from their text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import islice

from tagledger.ledger.engine import Engine
from tagledger.ledger.filters import Filters

MAX_STEPS = 1_000
"""Most steps ranked for one search, the newest: who needs more has to say more."""

MAX_STEPS_PASSED_OVER = 8 * MAX_STEPS
"""Most steps looked at where some are not seen: those must not crowd out the others."""

MAX_TRIED = 1_000
"""Most steps read where both words and a substring are asked for."""

MAX_SCANNED = 20_000
"""Most steps read for one or two characters, which no index has: the newest."""

_BETWEEN = r"[\W_]+"
_AT_AN_END = r"(?![^\W_])"
_TYPICAL_LENGTH = 250  # so that ``CMD bash`` does not always come before a recipe

StepText = tuple[int, str]
"""A step's number and its text."""

Sees = Callable[[str], bool]
"""Whether a repository, as rows have its name, is one that is seen."""


def best_steps(
    engine: Engine, filters: Filters, sees: Sees | None = None
) -> list[StepText]:
    """Of the newest steps that fit, found by the engine's indices, the best first.

    Steps of which no image is seen do not crowd out others, where `sees` is given.
    """
    if sees is None:
        return ranked(_newest_steps(engine, filters, MAX_STEPS), filters)
    found = _newest_steps(engine, filters, MAX_STEPS_PASSED_OVER)
    seen = (step for step in found if _is_seen(engine, step[0], sees))
    return ranked(islice(seen, MAX_STEPS), filters)


def _is_seen(engine: Engine, step: int, sees: Sees) -> bool:
    rows = engine.stream("step_repositories", step_id=step)
    return any(sees(row[0]) for row in rows)


def _newest_steps(engine: Engine, filters: Filters, most: int) -> list[StepText]:
    if not filters.exact:
        return _with_words(engine, filters, most)
    if not filters.words:
        return _with_text(engine, filters.exact, most)
    # The rarer of both says which steps to look at.
    fits = matcher(filters)
    found = _with_words(engine, filters, MAX_TRIED)
    if len(found) == MAX_TRIED:
        others = _with_text(engine, filters.exact, MAX_TRIED)
        found = others if len(others) < MAX_TRIED else [*{*found, *others}]
    fitting = [step for step in found if fits(step[1])]
    return sorted(fitting, reverse=True)[:most]


def matcher(filters: Filters) -> Callable[[str], bool]:
    """Whether a step fits, told from its text alone."""
    exact = filters.exact or ""
    said = [run.lower() for runs in filters.words for run in runs]
    phrases = [
        re.compile(_BETWEEN.join(map(str.lower, runs)) + _AT_AN_END)
        for runs in filters.words
    ]

    def fits(text: str) -> bool:
        if exact not in text:
            return False
        lower = text.lower()
        # Most are told apart by this, which takes a tenth of the time.
        if not all(run in lower for run in said):
            return False
        return all(_has_phrase(lower, phrase) for phrase in phrases)

    return fits


def _has_phrase(text: str, phrase: re.Pattern[str]) -> bool:
    # A pattern that began by looking behind itself would be tried at every letter.
    starts = (match.start() for match in phrase.finditer(text))
    return any(not start or not text[start - 1].isalnum() for start in starts)


def ranked(steps: Iterable[StepText], filters: Filters) -> list[StepText]:
    """The steps, those first that say little else."""
    said = [run.lower() for runs in filters.words for run in runs]
    return sorted(steps, key=lambda step: (_distance(step[1], said), -step[0]))


def _with_words(engine: Engine, filters: Filters, limit: int) -> list[StepText]:
    words = engine.text_query(filters.words)
    rows = engine.query("steps_with_words", words=words, limit=limit)
    return [(row[0], row[1]) for row in rows]


def _with_text(engine: Engine, exact: str, limit: int) -> list[StepText]:
    values = engine.substring_query(exact)
    if values is None:
        values = {"exact": exact, "scanned": MAX_SCANNED}
        rows = engine.query("steps_scanned", limit=limit, **values)
    else:
        rows = engine.query("steps_with_text", limit=limit, **values)
    return [(row[0], row[1]) for row in rows]


def _distance(text: str, said: list[str]) -> float:
    lower = text.lower()
    spoken = sum(len(run) * lower.count(run) for run in said)
    return (len(text) + _TYPICAL_LENGTH) / (spoken + 1)
