"""What a page would state of something published: a snapshot without all that a page leaves out."""

from datetime import UTC, datetime

import msgspec

from support.blobs import Published
from support.memory_contents import snapshot_of
from support.seed_page import PageSection, read_seed_page
from tagledger.model import media_types
from tagledger.model.config import ImageConfig
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.platform import Platform
from tagledger.model.reference import parse_reference
from tagledger.model.snapshot import Attestation, Entry, Image, Layer, Snapshot
from tagledger.model.source import Wanted
from tagledger.model.step import Step

OBSERVED_AT = datetime(2019, 11, 20, 14, 30, tzinfo=UTC)


async def stated(published: Published, *, name: str = "python:3.8") -> Snapshot:
    """The facts alone: digests, layers and steps, but no bytes, no URLs and no annotations."""
    snapshot = await snapshot_of(published, wanted=Wanted(attestations=True))
    return msgspec.structs.replace(
        snapshot,
        reference=parse_reference(name),
        source="page:stated.md",
        root=_unsized(snapshot.root),
        entries=tuple(map(_stated_entry, snapshot.entries)),
        documents={},
        annotations={},
        dates_evidence=Evidence.REPORTED,
    )


def stated_seed() -> Snapshot:
    """The seed page's facts, read by patterns that know this one page."""
    page = read_seed_page()
    return Snapshot(
        reference=parse_reference("python:3.8.0-windowsservercore"),
        source="page:seed.md",
        observed_at=OBSERVED_AT,
        root=Descriptor(media_types.DOCKER_LIST, Digest(page.list_digest), None),
        entries=tuple(map(_seed_image, page.sections)),
        dates_evidence=Evidence.REPORTED,
    )


def image_at(snapshot: Snapshot, position: int) -> Image:
    """The image that stands there."""
    entry = snapshot.entries[position]
    assert isinstance(entry, Image)
    return entry


def with_image(snapshot: Snapshot, position: int, **changes: object) -> Snapshot:
    """The snapshot with an image changed."""
    entries = list(snapshot.entries)
    entries[position] = msgspec.structs.replace(entries[position], **changes)
    return msgspec.structs.replace(snapshot, entries=tuple(entries))


def with_layer(
    snapshot: Snapshot, position: int, layer: int, **changes: object
) -> Snapshot:
    """The snapshot with a layer of an image changed."""
    layers = list(image_at(snapshot, position).layers)
    layers[layer] = msgspec.structs.replace(layers[layer], **changes)
    return with_image(snapshot, position, layers=tuple(layers))


def _unsized(descriptor: Descriptor | None) -> Descriptor | None:
    return descriptor and Descriptor(descriptor.media_type, descriptor.digest, None)


def _stated_entry(entry: Entry) -> Entry:
    manifest = _unsized(entry.manifest)
    if isinstance(entry, Attestation):
        return msgspec.structs.replace(
            entry,
            manifest=manifest,
            subject_digest=None,
            config_descriptor=_unsized(entry.config_descriptor),
            layers=tuple(map(_stated_layer, entry.layers)),
        )
    if not isinstance(entry, Image):
        return msgspec.structs.replace(entry, manifest=manifest)
    return msgspec.structs.replace(
        entry,
        manifest=manifest,
        config_descriptor=_unsized(entry.config_descriptor),
        config=ImageConfig(docker_version="18.09.7"),
        layers=tuple(map(_stated_layer, entry.layers)),
        annotations={},
    )


def _stated_layer(layer: Layer) -> Layer:
    return Layer(layer.digest, layer.media_type, layer.size_bytes)


def _seed_image(section: PageSection) -> Image:
    return Image(
        manifest=Descriptor(
            media_types.DOCKER_MANIFEST, Digest(section.manifest_digest), None
        ),
        platform=Platform(
            "windows", section.architecture, os_version=section.os_version
        ),
        config_descriptor=Descriptor(
            media_types.DOCKER_CONFIG, Digest(section.config_digest), None
        ),
        config=ImageConfig(
            docker_version=section.docker_version,
            command=tuple(section.command),
            shell=tuple(section.shell),
        ),
        layers=tuple(
            Layer(
                Digest(layer.digest),
                layer.media_type,
                layer.size_bytes,
                last_modified=layer.last_modified,
            )
            for layer in section.layers
        ),
        steps=tuple(Step(step.text, created=step.created) for step in section.steps),
    )
