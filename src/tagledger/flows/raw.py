"""The exact bytes of an index, a manifest or a config, for pipes."""

from __future__ import annotations

import msgspec

from tagledger.errors import ContentNotHeld, NotSupported
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Artifact, Entry, Image, Snapshot
from tagledger.model.source import Source, Wanted


async def raw(
    source: Source, name: Reference, wanted: Wanted, *, config: bool = False
) -> bytes:
    """The bytes as they were received.

    Without a platform: the document that the name points to. With one: that
    platform's manifest. With `config`: that manifest's config. Raises NotSupported
    where several match, ContentNotHeld where the source keeps no such bytes.
    """
    is_chosen = bool(wanted.platforms) or wanted.host is not None
    wanted = msgspec.structs.replace(
        wanted, children=config or is_chosen, configs=False, layer_dates=False
    )
    snapshot = await source.observe(name, wanted)
    if not config and not is_chosen:
        return _held(snapshot, snapshot.root.digest if snapshot.root else None)
    entry = _only(snapshot)
    if not config:
        return _held(snapshot, entry.digest)
    return await _config(source, name, snapshot, entry)


def _held(snapshot: Snapshot, digest: Digest | None) -> bytes:
    if digest is None:
        raise ContentNotHeld(
            f"the manifest of {snapshot.reference.title}",
            hint="none is known here; --config prints the config where that is held",
        )
    if digest not in snapshot.documents:
        raise ContentNotHeld(digest, hint="it was reported, and its bytes not proven")
    return snapshot.documents[digest].received


def _only(snapshot: Snapshot) -> Entry:
    found = [
        entry for entry in snapshot.entries if isinstance(entry, (Image, Artifact))
    ]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(
        str(entry.platform) for entry in found if entry.platform is not None
    )
    raise NotSupported(
        f"{snapshot.reference.title} has {len(found)} manifests that match",
        hint=f"choose one with --platform: {listed}" if listed else "",
    )


async def _config(
    source: Source, name: Reference, snapshot: Snapshot, entry: Entry
) -> bytes:
    descriptor: Descriptor | None = getattr(entry, "config_descriptor", None)
    if descriptor is None:
        raise ContentNotHeld(
            f"the config of {snapshot.reference.title}",
            hint="a schema 1 manifest has its config inside: raw without --config",
        )
    if (document := snapshot.documents.get(descriptor.digest)) is not None:
        return document.content
    return await source.content(name, descriptor)
