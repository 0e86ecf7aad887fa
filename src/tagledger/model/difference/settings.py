"""Settings field by field, and what a side cannot know of them.

A config that is held says everything. A report says what it shows, and of that alone
an absence is one:

================================  =================================================
report                            fields it shows where they are set
================================  =================================================
of a registry, since June 2016    Docker version, entrypoint, command, shell
of a registry, before that        when it was created, Docker version
of an image on somebody's disk    created, environment, entrypoint, command, labels
================================  =================================================
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import msgspec

from tagledger.model.config import Healthcheck, ImageConfig
from tagledger.model.difference.values import FieldDifference, Relation, Stated
from tagledger.model.times import rfc3339

IDLE = frozenset({"created", "hostname"})
"""Fields that every build sets anew, and that say nothing of how an image runs."""

_SINGLE = (
    *("created", "author", "docker_version", "platform", "entrypoint", "command"),
    *("shell", "user", "working_dir", "hostname", "stop_signal", "on_build"),
    "args_escaped",
)
_KEYED = ("env", "labels", "exposed_ports", "volumes", "healthcheck", "unknown")
_ALL = frozenset((*_SINGLE, *_KEYED))
_PAGE = frozenset({"docker_version", "entrypoint", "command", "shell"})
_OLD_PAGE = frozenset({"created", "docker_version"})
_LOCAL_PAGE = frozenset({"created", "env", "entrypoint", "command", "labels"})


class Settings(msgspec.Struct, frozen=True):
    """What one side says of its config: values by field, and which fields it knows."""

    values: Mapping[str, Stated | Mapping[str, Stated]]
    known: frozenset[str]


def settings_of(
    config: ImageConfig | None, *, is_held: bool, has_steps: bool
) -> Settings:
    """The settings of a config. `is_held` where its bytes were seen or proven."""
    if config is None:
        return Settings({}, frozenset())
    values: dict[str, Stated | Mapping[str, Stated]] = {
        "created": None if config.created is None else rfc3339(config.created),
        "author": config.author,
        "docker_version": config.docker_version,
        "platform": None if config.platform is None else str(config.platform),
        "entrypoint": config.entrypoint or None,
        "command": config.command or None,
        "shell": config.shell or None,
        "user": config.user,
        "working_dir": config.working_dir,
        "hostname": config.hostname,
        "stop_signal": config.stop_signal,
        "on_build": config.on_build or None,
        "args_escaped": None
        if config.args_escaped is None
        else str(config.args_escaped).lower(),
        "env": _variables(config.env),
        "labels": dict(config.labels),
        "exposed_ports": dict.fromkeys(config.exposed_ports, ""),
        "volumes": dict.fromkeys(config.volumes, ""),
        "healthcheck": _check(config.healthcheck),
        "unknown": {key: _json(value) for key, value in config.unknown.items()},
    }
    if is_held:
        return Settings(values, _ALL)
    shown = _PAGE
    if config.created is not None:
        shown = _OLD_PAGE if has_steps else _LOCAL_PAGE
    return Settings(values, shown | {name for name in _ALL if values[name]})


def compare_settings(before: Settings, after: Settings) -> tuple[FieldDifference, ...]:
    """Every field that differs, and those that one side sets and the other hides."""
    found: list[FieldDifference] = []
    for name in (*_SINGLE, *_KEYED):
        one, two = before.values.get(name), after.values.get(name)
        if name not in before.known or name not in after.known:
            if one or two:
                found.append(_unknown(name, one, two))
        elif isinstance(one, Mapping) and isinstance(two, Mapping):
            found += compare_keyed(name, one, two)
        elif one != two and not isinstance(one, Mapping | dict):
            found += _compared(name, None, one, _single(two))
    return tuple(found)


def compare_keyed(
    name: str, before: Mapping[str, Stated], after: Mapping[str, Stated]
) -> list[FieldDifference]:
    """The keys that are not on both sides with the same text, in order of the key."""
    found = []
    for key in sorted(before.keys() | after.keys()):
        found += _compared(name, key, before.get(key), after.get(key))
    return found


def _compared(
    name: str, key: str | None, before: Stated, after: Stated
) -> list[FieldDifference]:
    if before == after:
        return []
    relation = Relation.CHANGED
    if before is None:
        relation = Relation.ADDED
    elif after is None:
        relation = Relation.REMOVED
    return [
        FieldDifference(
            field=name, key=key, relation=relation, before=before, after=after
        )
    ]


def _unknown(
    name: str,
    before: Stated | Mapping[str, Stated],
    after: Stated | Mapping[str, Stated],
) -> FieldDifference:
    return FieldDifference(
        field=name,
        key=None,
        relation=Relation.UNKNOWN,
        before=_single(before),
        after=_single(after),
    )


def _single(value: Stated | Mapping[str, Stated]) -> Stated:
    """A mapping as a list of ``key=value``; what is empty as None."""
    if not isinstance(value, Mapping):
        return value
    return (
        tuple(f"{key}={text}" if text else key for key, text in value.items()) or None
    )


def _variables(env: Sequence[str]) -> dict[str, Stated]:
    # What is set twice is what it was set to last, as for a container.
    return dict(variable.partition("=")[::2] for variable in env)


def _check(check: Healthcheck | None) -> dict[str, Stated]:
    if check is None:
        return {}
    told: dict[str, Stated] = {"test": check.test}
    for name in msgspec.structs.asdict(check):
        value = getattr(check, name)
        if name != "test" and value is not None:
            told[name] = str(value)
    return told


def _json(value: object) -> str:
    # Not msgspec: a document may hold half a surrogate pair, which is no UTF-8.
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
