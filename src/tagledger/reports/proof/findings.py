"""What verification finds of one document: how it is known, and why we say so."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence


class Kind(StrEnum):
    """What a finding is about."""

    INDEX = "index"
    MANIFEST = "manifest"
    CONFIG = "config"
    LAYER = "layer"


class Finding(msgspec.Struct, frozen=True):
    """One document, how it is known, and the reason in a sentence.

    `platform` is what it is published for, in words, where there are several.
    """

    digest: Digest
    kind: Kind
    evidence: Evidence
    reason: str
    platform: str | None = None
