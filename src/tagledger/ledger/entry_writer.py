"""Entries as rows: lists that another entry has too are only referred to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tagledger.ledger import keys
from tagledger.ledger.contents import algorithm_of
from tagledger.ledger.engine import Engine, Row
from tagledger.ledger.entry_parts import (
    EntryParts,
    LayerRow,
    SettingRow,
    StepRow,
    layer_key,
    setting_key,
)
from tagledger.ledger.numbers import Numbers
from tagledger.model.digest import Digest
from tagledger.model.platform import Platform


class EntryWriter:
    """Writes entries from the outside in, then their rows from the inside out."""

    def __init__(self, engine: Engine, numbers: Numbers) -> None:
        self._engine = engine
        self._numbers = numbers

    def write(self, wanted: Iterable[bytes], fresh: Mapping[bytes, EntryParts]) -> int:
        """Write those of `wanted` that are new; how many they were."""
        new = [fresh[key] for key in self._numbers.add("entry", wanted)]
        if not new:
            return 0
        self.add_names("media_type", (parts.media_type for parts in new))
        self._write_platforms(parts.platform for parts in new)
        self.add_digests(parts.manifest for parts in new)
        self.add_digests(parts.config for parts in new)
        self._write_layers(
            {parts.layer_list: parts.layers for parts in new if parts.layer_list}
        )
        self._write_recipes(
            {parts.recipe: parts.steps for parts in new if parts.recipe}
        )
        self._write_settings(
            {parts.setting_list: parts.settings for parts in new if parts.setting_list}
        )
        self._engine.append("entry", [self._row(parts) for parts in new])
        return len(new)

    def add_digests(self, digests: Iterable[Digest | None]) -> None:
        """Number digests and write those that are new."""
        self.add_hashes(digest.raw for digest in digests if digest is not None)

    def add_hashes(self, hashes: Iterable[bytes]) -> None:
        """The same for raw hashes."""
        new = self._numbers.add("digest", hashes)
        number = self._numbers.of
        rows = [(number("digest", raw), algorithm_of(raw), raw) for raw in new]
        self._engine.append("digest", rows)

    def add_names(self, table: str, names: Iterable[str | None]) -> None:
        """Number texts and write those that are new."""
        storable = (keys.bounded(name) for name in names if name is not None)
        new = self._numbers.add(table, storable)
        number = self._numbers.of
        self._engine.append(table, [(number(table, name), name) for name in new])

    def digest(self, digest: Digest | None) -> int | None:
        """The number of a digest that was added."""
        return None if digest is None else self._numbers.of("digest", digest.raw)

    def name(self, table: str, name: str | None) -> int | None:
        """The number of a text that was added."""
        if name is None:
            return None
        return self._numbers.of(table, keys.bounded(name))

    def _row(self, parts: EntryParts) -> Row:
        number = self._numbers.of
        return (
            *(number("entry", parts.key), parts.key, parts.kind),
            self.digest(parts.manifest),
            self.name("media_type", parts.media_type),
            self.digest(parts.config),
            self.name("platform", parts.platform),
            parts.total_size_bytes,
            parts.layer_list and number("layer_list", parts.layer_list),
            parts.recipe and number("recipe", parts.recipe),
            parts.setting_list and number("setting_list", parts.setting_list),
        )

    def _write_platforms(self, names: Iterable[str | None]) -> None:
        new = self._numbers.add("platform", (name for name in names if name))
        rows = []
        for name in new:
            stated = msgspec.json.decode(name, type=Platform)
            number = self._numbers.of("platform", name)
            rows.append(
                (
                    *(number, name, stated.os, stated.architecture),
                    *(stated.variant, stated.os_version),
                )
            )
        self._engine.append("platform", rows)

    def _write_layers(self, lists: Mapping[bytes, Sequence[LayerRow]]) -> None:
        new_lists = self._numbers.add("layer_list", lists)
        keyed = {layer: layer_key(layer) for key in new_lists for layer in lists[key]}
        by_key = {key: layer for layer, key in keyed.items()}
        new = {key: by_key[key] for key in self._numbers.add("layer", by_key)}
        self.add_digests(digest for digest, *_ in new.values())
        self.add_digests(diff_id for _, diff_id, *_ in new.values())
        self.add_names("media_type", (layer[2] for layer in new.values()))
        number = self._numbers.of
        rows = [
            (
                *(number("layer", key), key),
                *(self.digest(digest), self.digest(diff_id)),
                *(self.name("media_type", media_type), size_bytes),
            )
            for key, (digest, diff_id, media_type, size_bytes) in new.items()
        ]
        self._engine.append("layer", rows)
        items = {
            key: [number("layer", keyed[layer]) for layer in lists[key]]
            for key in new_lists
        }
        self._write_list("layer_list", items)

    def _write_settings(self, lists: Mapping[bytes, Sequence[SettingRow]]) -> None:
        new_lists = self._numbers.add("setting_list", lists)
        keyed = {item: setting_key(item) for key in new_lists for item in lists[key]}
        by_key = {key: item for item, key in keyed.items()}
        number = self._numbers.of
        new = self._numbers.add("setting", by_key)
        rows = [(number("setting", key), key, *by_key[key]) for key in new]
        self._engine.append("setting", rows)
        items = {
            key: [number("setting", keyed[item]) for item in lists[key]]
            for key in new_lists
        }
        self._write_list("setting_list", items)

    def _write_list(self, table: str, lists: Mapping[bytes, Sequence[int]]) -> None:
        number = self._numbers.of
        self._engine.append(table, [(number(table, key), key) for key in lists])
        rows = [
            (number(table, key), position, item)
            for key, items in lists.items()
            for position, item in enumerate(items)
        ]
        self._engine.append(f"{table}_item", rows)

    def _write_recipes(self, recipes: Mapping[bytes, Sequence[StepRow]]) -> None:
        new_recipes = self._numbers.add("recipe", recipes)
        texts = {step[0]: b"" for key in new_recipes for step in recipes[key]}
        keyed = {text: keys.text_key(text) for text in texts}
        by_key = {key: text for text, key in keyed.items()}
        number = self._numbers.of
        new = self._numbers.add("step", by_key)
        rows = [(number("step", key), key, by_key[key]) for key in new]
        self._engine.append("step", rows)
        self._engine.append(
            "recipe", [(number("recipe", key), key) for key in new_recipes]
        )
        steps = [
            (number("recipe", key), position, number("step", keyed[text]), at, layer)
            for key in new_recipes
            for position, (text, at, layer) in enumerate(recipes[key])
        ]
        self._engine.append("recipe_step", steps)
