"""What comes out of the ledger: plain values, made from its rows."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.platform import Platform
from tagledger.model.reference import Reference


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One fact: what a source said of a name at a moment.

    `statement` numbers what was said, the same number for the same words; None where
    the name was gone. `root` is None where nothing exists or no digest was known.
    """

    reference: Reference
    observed_at: datetime
    source: str
    evidence: Evidence
    root: Digest | None
    root_media_type: str | None
    is_absent: bool
    statement: int | None


class State(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which a name stayed what it was, as one source saw it.

    `first` is the observation that it began with. `last_seen` is the moment of the
    last one that said the same; `ended_at` that of the first to say otherwise, None
    while it lasts. `observations` are those in between. `is_back_to` is when the name
    first was this, where it has been something else since.
    """

    first: Observation
    last_seen: datetime
    ended_at: datetime | None
    observations: int
    is_back_to: datetime | None = None


class EntryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a statement lists, in numbers: sizes in bytes.

    `kind` is image, attestation, artifact or missing. `recipe` and `layer_list`
    number the steps and the layers: equal numbers are equal lists.
    """

    entry: int
    kind: str
    manifest: Digest | None
    config: Digest | None
    platform: str | None
    total_size_bytes: int
    layer_list: int | None
    recipe: int | None


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """A name that had something, from when to when.

    `last_seen` is the last observation that said so, `ended_at` the first to say
    otherwise after it, None where it still is so.
    """

    reference: Reference
    first_seen: datetime
    last_seen: datetime
    ended_at: datetime | None
    observations: int


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a digest.

    `roles` are among index, manifest, config, layer, diff ID and content (a part of
    a page). `media_type` and `size_bytes` are None where nobody said. `evidence` is
    None where the bytes are not held. `images` counts the entries that it stands in.
    """

    digest: Digest
    roles: tuple[str, ...]
    media_type: str | None
    size_bytes: int | None
    evidence: Evidence | None
    images: int


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """An image that a search found, under one name; `step` is the text that fits."""

    reference: Reference
    manifest: Digest | None
    config: Digest | None
    platform: str | None
    step: str | None
    first_seen: datetime
    last_seen: datetime


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for: all that is set must fit.

    `words` must all stand in one step, in any order and case; `exact` is a substring
    of a step. `env` and `label` are ``NAME`` or ``NAME=VALUE``. `platform` is
    ``os[/architecture[/variant]]``. `repository` is a pattern with ``*`` and ``?``
    over familiar names. `since` and `until` bound when it was there: last seen not
    before the one, and first seen not after the other.
    """

    words: str | None = None
    exact: str | None = None
    env: str | None = None
    label: str | None = None
    platform: str | None = None
    repository: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that says other than what its source had said before.

    `before` is the fact right before it, None for the first. `is_back_to` is when the
    source first said the same, where it said something else since.
    """

    observation: Observation
    before: Observation | None
    is_back_to: datetime | None


class RepositorySummary(msgspec.Struct, frozen=True, kw_only=True):
    """A repository, as a reference without tag, and how much was seen of it.

    `tags` are all names that were ever observed in it, gone ones too.
    """

    repository: Reference
    tags: int
    first_seen: datetime
    last_seen: datetime


class TagSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A name, as the latest fact has it: what it lists, empty where it is gone."""

    latest: Observation
    first_seen: datetime
    entries: tuple[EntryRow, ...]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that `check` found wrong: where, and what."""

    where: str
    problem: str


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """What a source told in some time: observations, of so many tags, from when on."""

    source: str
    observations: int
    tags: int
    first_seen: datetime
    last_seen: datetime


class PlatformCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many different images there are for a platform, of any version.

    `platform` is None for those of which nobody stated one.
    """

    platform: str | None
    images: int


class DocumentCount(msgspec.Struct, frozen=True, kw_only=True):
    """How much is held of a media type, and how it is known."""

    media_type: str
    evidence: Evidence
    documents: int
    size_bytes: int


class ImageSize(msgspec.Struct, frozen=True, kw_only=True):
    """What an image weighed under a name, when a source said so.

    `observed_at` is when it was first so, `last_seen` when it was last seen to be.
    `size_bytes` is that of all layers as sent; None where no layer's size is known.
    """

    reference: Reference
    observed_at: datetime
    last_seen: datetime
    source: str
    platform: Platform | None
    manifest: Digest | None
    size_bytes: int | None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How much the ledger holds; sizes in bytes."""

    observations: int
    tags: int
    repositories: int
    statements: int
    entries: int
    steps: int
    layers: int
    contents: int
    content_bytes: int
    compressed_bytes: int
