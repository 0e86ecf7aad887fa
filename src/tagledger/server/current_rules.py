"""The rules as the file says now: a change counts within a second, with no restart."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from tagledger.errors import MalformedAccessFile
from tagledger.server.access_rules import Rules, read_rules

LOOK_SECONDS = 1.0
"""How often the files are looked at, at most."""

_log = logging.getLogger("tagledger.server")

_Signs = tuple[tuple[int, int, int] | None, ...]


class CurrentRules:
    """Gives the rules; while the file is wrong, those that it last had.

    Raises MalformedAccessFile where it is wrong from the beginning.
    """

    def __init__(
        self, path: Path, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._path = path
        self._clock = clock
        self._rules = read_rules(path)
        self._signs = _signs(self._rules)
        self._looked_at = clock()

    def __call__(self) -> Rules:
        """The rules now."""
        now = self._clock()
        if now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            signs = _signs(self._rules)
            if signs != self._signs:
                self._signs = signs
                self._read()
        return self._rules

    def _read(self) -> None:
        try:
            self._rules = read_rules(self._path)
        except MalformedAccessFile as exc:
            _log.error("%s; the rules stay as they were", exc)
            return
        self._signs = _signs(self._rules)
        _log.warning("%s: read again", self._path)


def _signs(rules: Rules) -> _Signs:
    """What changes when one of the files does."""
    return tuple(map(_sign, rules.files))


def _sign(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
