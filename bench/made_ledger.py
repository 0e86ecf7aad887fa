"""A ledger of any size, made up from a seed, as skewed as the world is.

A release is an image for one to six platforms, pushed under a few tags of a repository;
between releases tags are observed again. Some repositories, base layers, steps and
words are shared by very many, most by few: what has rank r comes about 1/r times.
Rows go to the engine as the store's own writer has them, in batches in order of time.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from hashlib import sha256

import msgspec

from bench.made_steps import StepTexts
from tagledger.ledger import keys
from tagledger.ledger.deriving import derive
from tagledger.ledger.engine import TABLES, Engine, Row
from tagledger.ledger.entry_parts import setting_key
from tagledger.model import media_types
from tagledger.model.platform import Platform

BATCH_RELEASES = 5_000
YEARS = 5
OBSERVATIONS_OF_AN_IMAGE = 5
LAYERS = 10
STEPS = 12
RUNTIME_LAYERS = 3
RUNTIME_STEPS = 7
DISTRIBUTIONS = 20
REBUILDS = 60
"""How often the base images are made anew, over all the years."""

_PLATFORMS = (
    *(Platform("linux", "amd64"), Platform("linux", "arm64")),
    *(Platform("linux", "arm", "v7"), Platform("linux", "s390x")),
    *(Platform("linux", "ppc64le"), Platform("windows", "amd64")),
)
_TYPES = (
    *(media_types.DOCKER_MANIFEST, media_types.DOCKER_LIST),
    media_types.DOCKER_LAYER_GZIP,
)
_MANIFEST, _LIST, _LAYER = 1, 2, 3
_SOURCES = ("docker://registry", "docker://mirror")
_BEGAN = 1_420_070_400_000_000  # 2015
_SPAN = YEARS * 365 * 86_400_000_000


class Size(msgspec.Struct, frozen=True):
    """How much is made of everything for so many observations."""

    observations: int

    @property
    def images(self) -> int:
        """Manifests, as many as distinct steps; each with ten layers."""
        return self.observations // OBSERVATIONS_OF_AN_IMAGE

    @property
    def repositories(self) -> int:
        """The largest has about a twelfth of all releases."""
        return max(self.observations // 200, 4)


def make_ledger(
    engine: Engine,
    size: Size,
    *,
    seed: int = 4,
    progress: Callable[[int], None] = lambda _observations: None,
) -> None:
    """Fill an empty ledger; `progress` is told how many observations there are."""
    maker = _Maker(size, seed)
    after = after_tag = after_entry = 0
    for rows in maker.batches():
        with engine.transaction():
            for table in TABLES:
                engine.append(table, rows.get(table, []))
            derive(engine, after=after, after_tag=after_tag, after_entry=after_entry)
        after, after_tag = maker.last["observation"], maker.last["tag"]
        after_entry = maker.last["entry"]
        progress(after)


class _Repository(msgspec.Struct):
    """A repository as it grows: its tags, and what each of them is now."""

    number: int
    family: int
    releases: int = 0
    tags: dict[str, int] = {}
    now: dict[int, int] = {}


class _Maker:
    """Makes the rows; numbers are given as the store's writer gives them."""

    def __init__(self, size: Size, seed: int) -> None:
        self.last: dict[str, int] = defaultdict(int)
        self._size = size
        self._rng = random.Random(seed)  # noqa: S311 - rows need a seed, not secrecy
        self._texts = StepTexts(self._rng)
        self._rows: dict[str, list[Row]] = defaultdict(list)
        self._known: dict[tuple[object, ...], int] = {}
        self._repositories: list[_Repository] = []
        self._families = max(size.repositories // 10, 3)
        self._facts: set[tuple[int, int, int]] = set()

    def batches(self) -> Iterator[dict[str, list[Row]]]:
        """Rows by table, so many releases at once."""
        self._begin()
        releases = 0
        while self.last["observation"] < self._size.observations:
            done = self.last["entry"] / self._size.images
            self._release(_BEGAN + int(_SPAN * done))
            releases += 1
            if releases % BATCH_RELEASES == 0:
                yield self._flushed()
        yield self._flushed()

    def _flushed(self) -> dict[str, list[Row]]:
        rows, self._rows = self._rows, defaultdict(list)
        self._facts.clear()
        return rows

    def _begin(self) -> None:
        for name in _TYPES:
            self._add("media_type", name)
        for name in _SOURCES:
            self._add("source", name)
        for platform in _PLATFORMS:
            name = keys.platform_name(platform)
            stated = (platform.os, platform.architecture, platform.variant, None)
            self._add("platform", name, *stated)
        for number in range(self._size.repositories):
            family = self._ranked(self._families)
            name = f"docker.io/{self._texts.word()}/{self._texts.word()}-{number}"
            own = self._add("repository", name)
            self._repositories.append(_Repository(own, family, tags={}, now={}))

    def _release(self, moment: int) -> None:
        rng = self._rng
        repository = self._repositories[self._ranked(len(self._repositories))]
        repository.releases += 1
        count = rng.choices((1, 2, 4, 6), (50, 20, 20, 10))[0]
        entries = [self._entry(repository, moment, at) for at in range(count)]
        root = self._digest("root", self.last["statement"])
        statement = self._add("statement", self._key(), root, _LIST, None)
        self._rows["statement_entry"] += (
            (statement, position, entry) for position, entry in enumerate(entries)
        )
        release = repository.releases
        names = [f"1.{release // 10}", "latest"]
        if release % 2:
            names.append(f"1.{release // 10}.{release % 10}")
        for name in rng.sample(names, rng.randint(1, len(names))):
            tag = repository.tags.get(name)
            if tag is None:
                tag = self._add("tag", repository.number, name)
                repository.tags[name] = tag
            repository.now[tag] = statement
            self._observe(tag, moment, 1, statement)
        self._observe_again(moment, rng.randint(0, 2 * 4 * count))

    def _observe_again(self, moment: int, count: int) -> None:
        """Tags that are what they were, now and then one that is gone."""
        rng = self._rng
        for _ in range(count):
            repository = self._repositories[self._ranked(len(self._repositories))]
            if not repository.now:
                continue
            tags = list(repository.tags.values())
            tag = tags[-1 - self._ranked(len(tags))]
            source = 1 if rng.random() < 0.95 else 2
            if rng.random() < 0.003:
                self._observe(tag, moment, source, None)
            else:
                self._observe(tag, moment, source, repository.now[tag])

    def _observe(
        self, tag: int, moment: int, source: int, statement: int | None
    ) -> None:
        moment += self._rng.randrange(60_000_000)
        if (tag, moment, source) not in self._facts:
            self._facts.add((tag, moment, source))
            gone = int(statement is None)
            self._add("observation", tag, moment, source, statement, gone, 1)

    def _entry(self, repository: _Repository, moment: int, platform: int) -> int:
        rng = self._rng
        own = self.last["entry"]
        rebuilt = (moment - _BEGAN) * REBUILDS // _SPAN
        family = repository.family
        distribution = int(DISTRIBUTIONS ** (family / self._families)) - 1
        layers = [self._layer(("base", distribution, rebuilt, platform), 30_000_000)]
        if rng.random() < 0.6:
            layers.append(self._layer(("empty",), 32))
        layers += [
            self._layer(("runtime", family, rebuilt // 4, platform, at), 9_000_000)
            for at in range(RUNTIME_LAYERS)
        ]
        layers += [
            self._layer(("own", own, at), 1_000_000)
            for at in range(LAYERS - len(layers))
        ]
        return self._add(
            *("entry", self._key(), 1, self._digest("manifest", own), _MANIFEST),
            *(self._digest("config", own), platform + 1, 70_000_000),
            self._list("layer_list", layers),
            self._recipe(family, rebuilt, moment),
            self._list("setting_list", self._settings(family, rebuilt, own)),
        )

    def _layer(self, name: tuple[object, ...], size: int) -> int:
        known = self._known.get(name)
        if known is None:
            digest = self._digest(*name)
            diff_id = self._digest("unpacked", *name)
            row = self._key(), digest, diff_id, _LAYER, size
            known = self._add("layer", *row)
            if name[0] != "own":
                self._known[name] = known
        return known

    def _recipe(self, family: int, rebuilt: int, moment: int) -> int:
        own = STEPS - RUNTIME_STEPS - 2
        texts = [self._shared(("base step", rebuilt % 3), self._texts.copy)]
        texts += [
            self._shared(("runtime step", family, rebuilt // 20, at), self._texts.run)
            for at in range(RUNTIME_STEPS)
        ]
        texts += [
            self._step(self._texts.any()) if at == 0 else self._popular()
            for at in range(own)
        ]
        texts.append(self._shared(("command",), lambda: 'CMD ["bash"]'))
        recipe = self._add("recipe", self._key())
        self._rows["recipe_step"] += (
            (recipe, position, step, moment, position if position < LAYERS else None)
            for position, step in enumerate(texts)
        )
        return recipe

    def _popular(self) -> int:
        """A step that many write alike, some more than others."""
        return self._shared(("popular step", self._ranked(2_000)), self._texts.any)

    def _shared(self, name: tuple[object, ...], text: Callable[[], str]) -> int:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._step(text())
        return known

    def _step(self, text: str) -> int:
        return self._add("step", self._key(), text)

    def _settings(self, family: int, rebuilt: int, own: int) -> list[int]:
        environment = (
            ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
            ("LANG", ("C.UTF-8", "en_US.UTF-8")[family % 2]),
            (f"{self._texts.name(family)}_VERSION", f"1.{rebuilt}"),
        )
        found = [self._setting(1, name, value) for name, value in environment]
        found.append(self._setting(2, "maintainer", self._texts.name(family)))
        if own % 3 == 0:
            revision = "org.opencontainers.image.revision"
            found.append(self._setting(2, revision, self._key().hex()))
        return found

    def _setting(self, kind: int, name: str, value: str) -> int:
        known = self._known.get((kind, name, value))
        if known is None:
            key = setting_key((kind, name, value))
            known = self._add("setting", key, kind, name, value)
            self._known[kind, name, value] = known
        return known

    def _list(self, table: str, items: list[int]) -> int:
        own = self._add(table, self._key())
        self._rows[f"{table}_item"] += (
            (own, position, item) for position, item in enumerate(items)
        )
        return own

    def _digest(self, *name: object) -> int:
        raw = sha256(repr(name).encode()).digest()
        return self._add("digest", 1, raw)

    def _key(self) -> bytes:
        return self._rng.randbytes(keys.KEY_BYTES)

    def _ranked(self, count: int) -> int:
        """A number below `count`, the smaller the more often."""
        return int((count + 1) ** self._rng.random()) - 1

    def _add(self, table: str, *columns: object) -> int:
        self.last[table] += 1
        number = self.last[table]
        self._rows[table].append((number, *columns))
        return number
