"""What a search asks for, as the questions to the database have it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from tagledger.ledger.answers import Search
from tagledger.ledger.entry_parts import ENVIRONMENT, LABEL
from tagledger.ledger.keys import microseconds, storable
from tagledger.ledger.names import repository_patterns
from tagledger.model.platform import PlatformFilter, parse_platform

RUNS = re.compile(r"[^\W_]+")
"""What a word is: letters and digits in a row."""

Setting = tuple[int, str, str | None]
"""`ENVIRONMENT` or `LABEL`, name, and the value where one is asked for."""

_FOREVER = 2**62


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """A search, taken apart.

    `words` has the runs of letters and digits of each word; None is not asked for.
    """

    words: tuple[tuple[str, ...], ...]
    exact: str | None
    env: tuple[str, str | None] | None
    label: tuple[str, str | None] | None
    platform: PlatformFilter | None
    repository: str | None
    since: int | None
    until: int | None

    @property
    def asks_for_text(self) -> bool:
        """Whether steps are searched."""
        return bool(self.words or self.exact)

    def narrows(self, places: Sequence[int]) -> bool:
        """Whether something is asked for by which images can be looked up."""
        return bool(self.settings or places or self.platform or self.until is not None)

    @property
    def settings(self) -> list[Setting]:
        """The settings asked for."""
        asked = ((ENVIRONMENT, self.env), (LABEL, self.label))
        return [(kind, *wanted) for kind, wanted in asked if wanted is not None]

    @property
    def platform_values(self) -> dict[str, object]:
        """The platform, part by part."""
        stated = self.platform
        return {
            "os": stated and stated.os,
            "architecture": stated and stated.architecture,
            "variant": stated and stated.variant,
        }

    @property
    def pattern_values(self) -> dict[str, object]:
        """The ways in which a repository's name may match."""
        patterns = repository_patterns(self.repository or "*")
        return {f"p{number}": text for number, text in enumerate(patterns, 1)}

    @property
    def values(self) -> dict[str, object]:
        """Everything but the text."""
        env, env_value = self.env or (None, None)
        label, label_value = self.label or (None, None)
        return {
            **self.platform_values,
            **self.pattern_values,
            "env": env,
            "env_value": env_value,
            "label": label,
            "label_value": label_value,
            "any_repository": int(self.repository is None),
            "since": -_FOREVER if self.since is None else self.since,
            "until": _FOREVER if self.until is None else self.until,
        }


def filters_of(search: Search) -> Filters | None:
    """The search taken apart; None where its words are nothing but punctuation.

    Raises MalformedPlatform.
    """
    platform = parse_platform(search.platform) if search.platform else None
    runs = [tuple(RUNS.findall(word)) for word in (search.words or "").split()]
    words = tuple(found for found in runs if found)
    if search.words and not words:
        return None
    return Filters(
        words=words,
        exact=storable(search.exact) if search.exact else None,
        env=_setting(search.env),
        label=_setting(search.label),
        platform=platform,
        repository=search.repository,
        since=microseconds(search.since) if search.since else None,
        until=microseconds(search.until) if search.until else None,
    )


def _setting(wanted: str | None) -> tuple[str, str | None] | None:
    if wanted is None:
        return None
    name, equals, value = storable(wanted).partition("=")
    return name, value if equals else None
