"""Figures for Prometheus, summed over all workers.

Each worker writes its own to files in a folder that the first process makes before any
of this is loaded; whichever is asked adds them up.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from tagledger.errors import LedgerTooSlow

MEDIA_TYPE = b"text/plain; version=0.0.4; charset=utf-8"

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

OTHER = "other"

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_GROUPS = frozenset(
    {
        *("r", "t", "history", "page", "d", "raw", "diff", "search", "feed", "live"),
        *("problems", "static", "healthz", "metrics", "login", "openapi.json"),
    }
)
_IN_REGISTRY = re.compile(r"/(manifests|blobs|tags|referrers)/")
_OF_PROCESS = re.compile(r"gauge_live\w*_(\d+)\.db")


def group_of(path: str) -> str:
    """Which part of the service a path is of: few, whatever strangers ask for."""
    first, _, rest = path[1:].partition("/")
    if not first:
        return "home"
    if first == "v2":
        found = _IN_REGISTRY.search(path)
        if found:
            return f"v2-{found[1]}"
        return "v2" if rest in ("", "token", "_catalog") else "v2-other"
    if first == "api":
        return "api"
    return first if first in _GROUPS else OTHER


class Metrics:
    """What one worker counts."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "tagledger_requests",
            "Requests that were answered.",
            ("group", "method", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "tagledger_request_seconds",
            "Time from a request to the end of its answer.",
            ("group",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._in_flight = Gauge(
            "tagledger_requests_in_flight",
            "Requests being answered.",
            multiprocess_mode="livesum",
            registry=self._registry,
        )
        self._questions = Counter(
            "tagledger_ledger_questions",
            "Questions asked of the ledger, by how they ended.",
            ("outcome",),
            registry=self._registry,
        )
        self._cache = Counter(
            "tagledger_cache_lookups",
            "Look-ups in a cache, by whether it was there.",
            ("cache", "outcome"),
            registry=self._registry,
        )
        for outcome in ("answered", "failed", "too-slow"):
            self._questions.labels(outcome)

    def began(self) -> None:
        """A request came."""
        self._in_flight.inc()

    def ended(self, path: str, method: str, status: int, seconds: float) -> None:
        """Its answer went."""
        self._in_flight.dec()
        group = group_of(path)
        method = method if method in _METHODS else OTHER
        self._requests.labels(group, method, str(status)).inc()
        self._seconds.labels(group).observe(seconds)

    def heard(self, problem: Exception | None) -> None:
        """The ledger answered a question, or did not."""
        outcome = "answered" if problem is None else "failed"
        if isinstance(problem, LedgerTooSlow):
            outcome = "too-slow"
        self._questions.labels(outcome).inc()

    def looked_up(self, cache: str, *, is_there: bool) -> None:
        """A cache was asked."""
        self._cache.labels(cache, "hit" if is_there else "miss").inc()

    def text(self) -> bytes:
        """All of it, of all workers."""
        if self._folder is None:
            return generate_latest(self._registry)
        self._forget_the_dead(self._folder)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self._folder))  # type: ignore[no-untyped-call]
        return generate_latest(registry)

    @staticmethod
    def _forget_the_dead(folder: Path) -> None:
        """What a worker that was killed was just doing, it does no longer."""
        for file in folder.glob("gauge_live*.db"):
            match = _OF_PROCESS.fullmatch(file.name)
            if match and not _is_alive(int(match[1])):
                mark_process_dead(match[1], str(folder))  # type: ignore[no-untyped-call]


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
