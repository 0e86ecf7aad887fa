"""What an image's documents are worth: each fetched and hashed again, in full."""

from __future__ import annotations

import asyncio

import msgspec

from tagledger.errors import InvalidContent, NotFound, TooLarge
from tagledger.model import media_types
from tagledger.model.assembly import (
    MAX_CHILDREN,
    MAX_INDEX_DEPTH,
    gather,
    verified_document,
)
from tagledger.model.config import decode_config
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.entries import is_attestation
from tagledger.model.evidence import Evidence
from tagledger.model.manifest import Index, Manifest, decode_manifest
from tagledger.model.reference import Reference
from tagledger.model.schema1 import Schema1Manifest
from tagledger.model.snapshot import Document, Snapshot
from tagledger.model.source import Progress, Received, Source, no_progress
from tagledger.reports.proof.findings import Finding, Kind

SIDE_BY_SIDE = 8
"""How many documents are asked for at a time."""


class LayerCheck(msgspec.Struct, frozen=True):
    """A layer to be read, and the digest that it should have unpacked."""

    descriptor: Descriptor
    diff_id: Digest | None = None
    platform: str | None = None


class Checked(msgspec.Struct, frozen=True):
    """What came of documents, and the layers that they name, in published order."""

    findings: tuple[Finding, ...] = ()
    layers: tuple[LayerCheck, ...] = ()


async def check_documents(
    source: Source,
    name: Reference,
    snapshot: Snapshot,
    *,
    progress: Progress = no_progress,
) -> Checked:
    """Hash index, manifests and configs again; `snapshot` has the root's bytes.

    What does not hash to its digest is contradicted, what is absent reported, and the
    rest goes on. Raises TooLarge for an index that leads to too much, and what the
    source raises where it cannot be reached.
    """
    if snapshot.root is None:
        return _without_manifests(snapshot)
    walk = _Walk(source, name, progress)
    root = snapshot.root
    document = snapshot.documents[root.digest]
    return _distinct(await walk.document(root, document, None, depth=1))


def _without_manifests(snapshot: Snapshot) -> Checked:
    """`docker save` has configs and layers alone; its source hashed the configs."""
    findings: list[Finding] = []
    layers: list[LayerCheck] = []
    for image in snapshot.images:
        shown = str(image.platform)
        config = image.config_descriptor
        if config is not None and config.digest in snapshot.documents:
            content = snapshot.documents[config.digest].content
            findings.append(_hashed(config.digest, Kind.CONFIG, content, shown))
        elif config is not None:
            findings.extend(_not_held(config.digest, Kind.CONFIG, shown).findings)
        for layer in image.layers:
            digest = layer.digest or layer.diff_id
            if digest is not None:
                media_type = layer.media_type or media_types.OCTET_STREAM
                size = layer.transfer_size_bytes
                descriptor = Descriptor(media_type, digest, size)
                layers.append(LayerCheck(descriptor, layer.diff_id, shown))
    return _distinct(Checked(tuple(findings), tuple(layers)))


class _Walk:
    """The documents of one reference, each asked for once."""

    def __init__(self, source: Source, name: Reference, progress: Progress) -> None:
        self._source = source
        self._name = name
        self._progress = progress
        self._slots = asyncio.Semaphore(SIDE_BY_SIDE)
        self._children = 0
        self._done = 0

    async def document(
        self,
        descriptor: Descriptor,
        document: Document,
        platform: str | None,
        *,
        depth: int,
    ) -> Checked:
        """An index or manifest, and all below it."""
        digest, kind = descriptor.digest, _kind(descriptor)
        try:
            digest.verify(document.content)
            decoded = decode_manifest(document.content, digest, document.media_type)
        except InvalidContent as exc:
            return _contradicted(digest, kind, exc, platform)
        own = Checked((_hashed(digest, kind, document.received, platform),))
        if isinstance(decoded, Index):
            return _joined([own, *await self._index(decoded, depth)])
        if isinstance(decoded, Schema1Manifest):
            gzip = media_types.DOCKER_LAYER_GZIP
            layers = [Descriptor(gzip, layer, None) for layer in decoded.layers]
            checks = tuple(LayerCheck(layer, None, platform) for layer in layers)
            return _joined([own, Checked(layers=checks)])
        return _joined([own, await self._below(decoded, platform)])

    async def _index(self, index: Index, depth: int) -> list[Checked]:
        self._children += len(index.manifests)
        if self._children > MAX_CHILDREN:
            raise TooLarge("the index", MAX_CHILDREN, "manifests")
        if depth > MAX_INDEX_DEPTH:
            raise TooLarge("the index", MAX_INDEX_DEPTH, "levels of indexes")
        return await gather(self._child(child, depth) for child in index.manifests)

    async def _child(self, child: Descriptor, depth: int) -> Checked:
        platform = None if child.platform is None else str(child.platform)
        if is_attestation(child):
            platform = "attestation"
        if child.media_type not in media_types.DOCUMENTS:
            return Checked(layers=(LayerCheck(child, None, platform),))
        try:
            document = verified_document(child, Received(await self._content(child)))
        except NotFound:
            return _not_held(child.digest, _kind(child), platform)
        except InvalidContent as exc:
            return _contradicted(child.digest, _kind(child), exc, platform)
        return await self.document(child, document, platform, depth=depth + 1)

    async def _below(self, manifest: Manifest, platform: str | None) -> Checked:
        """The config and the layers of a manifest."""
        config = manifest.config
        diff_ids: tuple[Digest, ...] = ()
        checked = Checked()
        if config is not None and config.media_type in media_types.IMAGE_CONFIGS:
            checked, diff_ids = await self._config(config, manifest, platform)
        elif config is not None and config.embedded is not None:
            checked = _embedded(config, config.embedded, platform)
        elif config is not None:
            # An artifact's config may be of any size: it is read as its layers are.
            checked = Checked(layers=(LayerCheck(config, None, platform),))
        unpacked = diff_ids or (None,) * len(manifest.layers)
        layers = tuple(
            LayerCheck(layer, diff_id, platform)
            for layer, diff_id in zip(manifest.layers, unpacked, strict=True)
        )
        return _joined([checked, Checked(layers=layers)])

    async def _config(
        self, config: Descriptor, manifest: Manifest, platform: str | None
    ) -> tuple[Checked, tuple[Digest, ...]]:
        """What came of a config, and its diff IDs where they can be used."""
        try:
            content = await self._content(config)
            config.digest.verify(content)
            diff_ids = decode_config(content, config.digest).diff_ids
        except NotFound:
            return _not_held(config.digest, Kind.CONFIG, platform), ()
        except InvalidContent as exc:
            return _contradicted(config.digest, Kind.CONFIG, exc, platform), ()
        layers = len(manifest.layers)
        if diff_ids and len(diff_ids) != layers:
            problem = f"it names {len(diff_ids)} diff IDs, its manifest {layers} layers"
            evidence = Evidence.CONTRADICTED
            finding = Finding(config.digest, Kind.CONFIG, evidence, problem, platform)
            return Checked((finding,)), ()
        finding = _hashed(config.digest, Kind.CONFIG, content, platform)
        return Checked((finding,)), diff_ids

    async def _content(self, descriptor: Descriptor) -> bytes:
        if descriptor.embedded is not None:
            return descriptor.embedded
        async with self._slots:
            content = await self._source.content(self._name, descriptor)
        self._done += 1
        self._progress("documents", self._done, None)
        return content


def _kind(descriptor: Descriptor) -> Kind:
    is_index = descriptor.media_type in media_types.INDEXES
    return Kind.INDEX if is_index else Kind.MANIFEST


def _hashed(
    digest: Digest, kind: Kind, content: bytes, platform: str | None
) -> Finding:
    reason = f"{len(content)} bytes hashed"
    return Finding(digest, kind, Evidence.READ, reason, platform)


def _embedded(config: Descriptor, content: bytes, platform: str | None) -> Checked:
    try:
        config.digest.verify(content)
    except InvalidContent as exc:
        return _contradicted(config.digest, Kind.CONFIG, exc, platform)
    return Checked((_hashed(config.digest, Kind.CONFIG, content, platform),))


def _not_held(digest: Digest, kind: Kind, platform: str | None) -> Checked:
    reason = "not held here"
    return Checked((Finding(digest, kind, Evidence.REPORTED, reason, platform),))


def _contradicted(
    digest: Digest, kind: Kind, problem: InvalidContent, platform: str | None
) -> Checked:
    evidence = Evidence.CONTRADICTED
    return Checked((Finding(digest, kind, evidence, str(problem), platform),))


def _joined(parts: list[Checked]) -> Checked:
    return Checked(
        tuple(finding for part in parts for finding in part.findings),
        tuple(layer for part in parts for layer in part.layers),
    )


def _distinct(checked: Checked) -> Checked:
    """Each document and each layer once, where it stands first."""
    findings: dict[Digest, Finding] = {}
    for finding in checked.findings:
        findings.setdefault(finding.digest, finding)
    layers: dict[tuple[Digest, Digest | None], LayerCheck] = {}
    for layer in checked.layers:
        layers.setdefault((layer.descriptor.digest, layer.diff_id), layer)
    return Checked(tuple(findings.values()), tuple(layers.values()))
