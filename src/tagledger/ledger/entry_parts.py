"""An entry of a snapshot, taken apart into what other entries share with it."""

from __future__ import annotations

import msgspec

from tagledger.ledger import keys
from tagledger.model.digest import Digest
from tagledger.model.platform import Platform
from tagledger.model.snapshot import (
    Artifact,
    Attestation,
    Entry,
    Image,
    Layer,
    Missing,
)
from tagledger.model.step import Step

KINDS: dict[type[Entry], int] = {Image: 1, Attestation: 2, Artifact: 3, Missing: 4}
KIND_NAMES = {number: kind.__name__.lower() for kind, number in KINDS.items()}

ENVIRONMENT = 1
LABEL = 2

LayerRow = tuple[Digest | None, Digest | None, str | None, int | None]
"""Digest, diff ID, media type, size in bytes."""

SettingRow = tuple[int, str, str]
"""`ENVIRONMENT` or `LABEL`, name, value."""

StepRow = tuple[str, int | None, int | None]
"""Text, when in microseconds, position of the layer that it made."""

MAX_CACHED_ENTRIES = 20_000
"""Entries of which the key is remembered: readers give the same value again for a
section that they have seen."""


class EntryParts(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry says, as rows; lists that are empty have no key."""

    key: bytes
    kind: int
    manifest: Digest | None
    media_type: str | None
    config: Digest | None
    platform: str | None
    total_size_bytes: int
    layers: tuple[LayerRow, ...]
    layer_list: bytes | None
    steps: tuple[StepRow, ...]
    recipe: bytes | None
    settings: tuple[SettingRow, ...]
    setting_list: bytes | None


class EntryReader:
    """Takes entries apart; what it has seen before costs nothing again."""

    def __init__(self) -> None:
        # The entry is kept beside its key, so that its identity stays its own.
        self._keys: dict[int, tuple[Entry, bytes]] = {}

    def key(self, entry: Entry, fresh: dict[bytes, EntryParts]) -> bytes:
        """The entry's key; one not seen before is put into `fresh`, taken apart."""
        seen = self._keys.get(id(entry))
        if seen is not None:
            return seen[1]
        parts = self._parts(entry)
        fresh[parts.key] = parts
        if len(self._keys) >= MAX_CACHED_ENTRIES:
            self._keys.clear()
        self._keys[id(entry)] = entry, parts.key
        return parts.key

    def forget(self) -> None:
        """Take everything apart anew: what was new before was not kept."""
        self._keys.clear()

    def _parts(self, entry: Entry) -> EntryParts:
        layers: tuple[LayerRow, ...] = ()
        steps: tuple[StepRow, ...] = ()
        settings: tuple[SettingRow, ...] = ()
        config = platform = None
        if isinstance(entry, Image | Attestation | Artifact | Missing):
            layers = tuple(map(_layer, entry.layers))
        if isinstance(entry, Image | Attestation | Artifact):
            descriptor = entry.config_descriptor
            config = descriptor.digest if descriptor else None
        if isinstance(entry, Image):
            steps = tuple(map(_step, entry.steps))
            settings = _settings(entry)
        stated = getattr(entry, "platform", None)
        if isinstance(stated, Platform):
            platform = keys.platform_name(stated)
        media_type = keys.bounded(entry.manifest.media_type) if entry.manifest else None
        layer_list = keys.list_key(map(layer_key, layers)) if layers else None
        recipe = _recipe(steps) if steps else None
        setting_list = keys.record_key(*settings) if settings else None
        kind = KINDS[type(entry)]
        total = sum(layer[3] or 0 for layer in layers)
        if isinstance(entry, Image):
            total = entry.total_size_bytes
        elif isinstance(entry, Missing):
            # Some of its layers are known, its size is not.
            total = 0
        said = (kind, entry.digest, media_type, config, platform, total)
        lists = (layer_list, recipe, setting_list)
        return EntryParts(
            key=keys.record_key(*said, *lists),
            kind=kind,
            manifest=entry.digest,
            media_type=media_type,
            config=config,
            platform=platform,
            total_size_bytes=total,
            layers=layers,
            layer_list=layer_list,
            steps=steps,
            recipe=recipe,
            settings=settings,
            setting_list=setting_list,
        )


def layer_key(layer: LayerRow) -> bytes:
    """The key of a layer."""
    return keys.row_key(layer)


def setting_key(setting: SettingRow) -> bytes:
    """The key of a variable or a label."""
    return keys.row_key(setting)


def _recipe(steps: tuple[StepRow, ...]) -> bytes:
    return keys.recipe_key((keys.text_key(text), at, made) for text, at, made in steps)


def _layer(layer: Layer) -> LayerRow:
    media_type = layer.media_type and keys.bounded(layer.media_type)
    return layer.digest, layer.diff_id, media_type or None, layer.size_bytes


def _step(step: Step) -> StepRow:
    created = None if step.created is None else keys.microseconds(step.created)
    return keys.storable(step.dockerfile), created, step.layer


def _settings(image: Image) -> tuple[SettingRow, ...]:
    config = image.config
    if config is None:
        return ()
    found: list[SettingRow] = []
    for variable in config.env:
        name, _, value = keys.storable(variable).partition("=")
        found.append((ENVIRONMENT, name, value))
    found.extend(
        (LABEL, keys.storable(name), keys.storable(value))
        for name, value in config.labels.items()
    )
    return tuple(found)
