"""Reads a container image from wherever it is; states exactly what was published.

>>> from tagledger import read
>>> snapshot = read("oci:examples/greeting:1.0")
>>> [str(image.platform) for image in snapshot.images][0]
'linux/amd64'
"""

from __future__ import annotations

# Type checkers take this for true; importing `typing` for it would cost `--help` more
# than all the rest.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from tagledger.errors import TagledgerError
    from tagledger.flows.read import observe, read
    from tagledger.model.digest import Digest
    from tagledger.model.evidence import Evidence
    from tagledger.model.platform import Platform
    from tagledger.model.reference import Reference
    from tagledger.model.snapshot import (
        Artifact,
        Attestation,
        Image,
        Layer,
        Missing,
        Snapshot,
    )
    from tagledger.model.step import Step

__version__ = "0.1.0"

__all__ = [
    "Artifact",
    "Attestation",
    "Digest",
    "Evidence",
    "Image",
    "Layer",
    "Missing",
    "Platform",
    "Reference",
    "Snapshot",
    "Step",
    "TagledgerError",
    "observe",
    "read",
]

_HOMES = {
    "Artifact": "model.snapshot",
    "Attestation": "model.snapshot",
    "Digest": "model.digest",
    "Evidence": "model.evidence",
    "Image": "model.snapshot",
    "Layer": "model.snapshot",
    "Missing": "model.snapshot",
    "Platform": "model.platform",
    "Reference": "model.reference",
    "Snapshot": "model.snapshot",
    "Step": "model.step",
    "TagledgerError": "errors",
    "observe": "flows.read",
    "read": "flows.read",
}


def __getattr__(name: str) -> object:
    # Loaded on first use: `tagledger --version` must not wait for what it won't need.
    from importlib import import_module

    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
