"""What people ask of a ledger, in groups, each with a limit for its slowest."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

import msgspec

from bench.samples import Samples
from tagledger.errors import NotObserved
from tagledger.flows.find import find_digest, find_images
from tagledger.flows.history import history
from tagledger.ledger.answers import Search
from tagledger.ledger.protocol import Ledger
from tagledger.model.reference import Reference

ROUNDS = 5
FIND_MS = 5.0
SEARCH_MS = 50.0
LIST_MS = 20.0

Ask = Callable[[], object]

_LONG_WORD = re.compile(r"[^\W_]{4,}")


class Group(msgspec.Struct, frozen=True):
    """Questions of one kind; without a limit they are only shown."""

    what: str
    questions: tuple[Ask, ...]
    limit_ms: float | None


class Asked(msgspec.Struct, frozen=True):
    """How long they took, in milliseconds: the median, and all but a hundredth."""

    median_ms: float
    p99_ms: float


def asked(group: Group) -> Asked:
    """Ask everything, round after round; of each question its best time counts.

    What else the machine does in a round is then not counted; what a question itself
    takes is. What has no limit is asked once.
    """
    rounds = 1 if group.limit_ms is None else ROUNDS
    best = [float("inf")] * len(group.questions)
    for _ in range(rounds):
        for number, question in enumerate(group.questions):
            began = time.perf_counter()
            question()
            best[number] = min(best[number], time.perf_counter() - began)
    best.sort()
    last = len(best) - 1
    return Asked(best[last // 2] * 1_000, best[round(last * 0.99)] * 1_000)


def groups(ledger: Ledger, samples: Samples, *, has_pages: bool) -> Iterator[Group]:
    """All that is asked; `has_pages` where states can be read to be compared."""
    yield from _finding(ledger, samples)
    yield from _histories(ledger, samples, has_pages=has_pages)
    yield from _searches(ledger, samples)
    yield from _lists(ledger, samples)


def _finding(ledger: Ledger, samples: Samples) -> Iterator[Group]:
    for what, digests in samples.digests.items():
        questions = [partial(_find, ledger, digest) for digest in digests]
        yield Group(f"find DIGEST: {what}", tuple(questions), FIND_MS)


def _find(ledger: Ledger, digest: str) -> object:
    try:
        return find_digest(ledger, digest)
    except NotObserved:
        return None


def _histories(ledger: Ledger, samples: Samples, *, has_pages: bool) -> Iterator[Group]:
    for what, tags in samples.tags.items():
        limit = FIND_MS if what == "any" else None
        states: list[Ask] = [partial(ledger.history, tag) for tag in tags]
        yield Group(f"states of a tag: {what}", tuple(states), limit)
        told: list[Ask] = [partial(_tell, ledger, tag) for tag in tags]
        words = " with what changed" if has_pages else ""
        yield Group(f"history{words}: {what}", tuple(told), None if words else limit)


def _tell(ledger: Ledger, tag: Reference) -> object:
    return asyncio.run(history(ledger, str(tag)))


def _searches(ledger: Ledger, samples: Samples) -> Iterator[Group]:
    rng = random.Random(4)  # noqa: S311 - no secret
    common = samples.common_words
    repositories = [tag.familiar.rpartition(":")[0] for tag in samples.tags["any"]]
    words = [_LONG_WORD.findall(text) for text in samples.steps]
    words = [found for found in words if len(found) > 2]
    env, labels = samples.settings[1], samples.settings[2]
    late = datetime(2100, 1, 1, tzinfo=UTC)
    middle = datetime(2017, 7, 1, tzinfo=UTC)
    kinds = {
        "rare word": [{"words": max(found, key=len)} for found in words],
        "common word": [{"words": word} for word in common],
        "three words": [{"words": " ".join(rng.sample(found, 3))} for found in words],
        "three common words": [
            {"words": " ".join(rng.sample(common, 3))} for _ in range(20)
        ],
        "word nowhere": [{"words": f"zzq{number}"} for number in range(20)],
        "common word and one nowhere": [{"words": f"{word} zzq"} for word in common],
        "substring": [{"exact": _piece(text, rng)} for text in samples.steps],
        "common substring": [
            {"exact": text}
            for text in ("RUN", "apt-get install", " && ", "bin/", "CMD [")
        ],
        "one or two characters": [
            {"exact": text} for text in (*"aZ&7~", "CM", "ap", "; ", "qx", "Ω")
        ],
        "substring nowhere": [{"exact": f"zzq{number}"} for number in range(20)],
        "common word and substring": [
            {"words": rng.choice(common), "exact": _piece(text, rng)}
            for text in samples.steps
        ],
        "variable": [{"env": name} for name, _ in env],
        "variable with value": [{"env": f"{name}={value}"} for name, value in env],
        "label": [{"label": name} for name, _ in labels],
        "label with value": [{"label": f"{name}={value}"} for name, value in labels],
        "variable nowhere": [{"env": "ZZQ"}, {"env": "PATH=zzq"}, {"label": "zzq"}],
        "platform": [
            {"platform": name} for name in ("linux", "linux/amd64", "windows")
        ],
        "platform nowhere": [{"platform": "plan9/amd64"}],
        "repository": [{"repository": name} for name in repositories],
        "repository nowhere": [{"repository": "zzq/*"}],
        "word in a repository": [
            {"words": rng.choice(common), "repository": name} for name in repositories
        ],
        "substring in a repository": [
            {"exact": "bin/", "repository": name} for name in repositories
        ],
        "word on a platform": [
            {"words": word, "platform": name}
            for word in common
            for name in ("linux/amd64", "linux/s390x", "windows", "plan9/amd64")
        ],
        "word in a repository nowhere": [
            {"words": word, "repository": "zzq/*"} for word in common
        ],
        "word and variable": [
            {"words": rng.choice(common), "env": name} for name, _ in env
        ],
        "word and label nowhere": [
            {"words": word, "label": "maintainer=zzq"} for word in common
        ],
        "word at a time": [{"words": word, "until": middle} for word in common],
        "word later than all": [{"words": word, "since": late} for word in common],
    }
    for what, searches in kinds.items():
        questions = [
            partial(find_images, ledger, Search(**search)) for search in searches
        ]
        if questions:
            yield Group(f"find: {what}", tuple(questions), SEARCH_MS)


def _piece(text: str, rng: random.Random) -> str:
    length = rng.randint(8, 20)
    start = rng.randrange(max(len(text) - length, 1))
    return text[start : start + length]


def _lists(ledger: Ledger, samples: Samples) -> Iterator[Group]:
    tags = samples.tags["any"]
    later = ledger.recent(limit=5_000).more
    kinds: dict[str, Sequence[Ask]] = {
        "newest observations": [
            partial(ledger.recent, before=before) for before in (None, later)
        ],
        "newest changes": [
            partial(ledger.changes, before=before) for before in (None, later)
        ],
        "changes of a repository": [partial(ledger.changes, tag) for tag in tags],
        "repositories": [
            partial(ledger.repositories, pattern)
            for pattern in ("*", "library/*", "l*")
        ],
        "tags of a repository": [partial(ledger.tags_of, tag) for tag in tags],
    }
    for what, questions in kinds.items():
        yield Group(f"page of 50: {what}", tuple(questions), LIST_MS)
