"""How repositories and moments are spelled in a path.

A name in a path has no colon, so a registry's port is written behind two underscores:
``localhost__5000/app`` is ``localhost:5000/app``. Both are understood.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tagledger.endpoint.problems import Problem, name_invalid
from tagledger.errors import MalformedReference
from tagledger.model.reference import (
    DOCKER_HUB,
    MAX_NAME_LENGTH,
    Reference,
    parse_repository,
)

AT = "at"
"""What comes before a moment in a path."""

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_NAME = re.compile(rf"{_COMPONENT}(?::[0-9]+)?(?:/{_COMPONENT})*", re.ASCII)
_PORT = re.compile(r"([a-z0-9.-]+)__([0-9]{1,5})", re.ASCII)
_DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:t([0-9]{2})([0-9]{2})([0-9]{2})?z)?", re.ASCII
)


def repository_of(text: str) -> Reference:
    """The repository that a path names. Raises Problem (NAME_INVALID)."""
    if len(text) > MAX_NAME_LENGTH:
        raise name_invalid(f"a name has at most {MAX_NAME_LENGTH} characters")
    if not _NAME.fullmatch(text):
        raise name_invalid(f"{text!r} is not the name of a repository")
    first, slash, rest = text.partition("/")
    if slash and (match := _PORT.fullmatch(first)):
        text = f"{match[1]}:{match[2]}/{rest}"
    try:
        return parse_repository(text)
    except MalformedReference as exc:
        raise name_invalid(str(exc)) from exc


def spelled(repository: Reference) -> str | None:
    """The name by which clients can ask for it; None where there is none."""
    if not repository.domain:
        return None
    name = repository.path
    if repository.domain != DOCKER_HUB:
        name = f"{repository.domain.replace(':', '__')}/{repository.path}"
    for spelling in (name, repository.name):
        try:
            found = repository_of(spelling)
        except Problem:
            continue
        if (found.domain, found.path) == (repository.domain, repository.path):
            return spelling
    return None


def is_dated(text: str) -> bool:
    """Whether this begins like a moment, so that what comes before it is `AT`."""
    return _DATED.match(text) is not None


def moment_of(text: str) -> datetime:
    """``2019-11-20`` or ``2019-11-20t1430z``, of each of which the end counts, in UTC.

    Raises Problem (NAME_INVALID).
    """
    match = _MOMENT.fullmatch(text)
    problem = f"{text[:60]!r} is no day or moment, as 2019-11-20 or 2019-11-20t1430z"
    if match is None:
        raise name_invalid(problem)
    day, *given = match.groups()
    hour, minute, second = (
        last if text is None else int(text)
        for text, last in zip(given, (23, 59, 59), strict=True)
    )
    try:
        # What was left out counts to its end.
        return datetime.fromisoformat(day).replace(
            hour=hour, minute=minute, second=second, microsecond=999_999, tzinfo=UTC
        )
    except ValueError as exc:
        raise name_invalid(problem) from exc
