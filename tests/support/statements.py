"""Statements to record: small images with everything that a ledger keeps of one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from tagledger.ledger.stated import Stated
from tagledger.model import media_types
from tagledger.model.config import ImageConfig
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.platform import Platform
from tagledger.model.reference import parse_reference
from tagledger.model.snapshot import Document, Image, Layer, Snapshot
from tagledger.model.step import Step

BEGAN = datetime(2017, 3, 1, 12, tzinfo=UTC)
PAGE_SOURCE = "history of pages"
REGISTRY_SOURCE = "docker://registry"


def day(number: int) -> datetime:
    """So many days after the first."""
    return BEGAN + timedelta(days=number)


def digest(name: str) -> Digest:
    """The digest that stands for this name."""
    return Digest.of(name.encode())


def image(
    version: str,
    *,
    steps: tuple[str, ...] = ("CMD bash",),
    architecture: str = "amd64",
    env: tuple[str, ...] = (),
    labels: dict[str, str] | None = None,
) -> Image:
    """An image on a base that all share, with one layer of its own."""
    layers = tuple(
        Layer(
            digest=digest(name),
            media_type=media_types.DOCKER_LAYER_GZIP,
            size_bytes=size,
            diff_id=digest(f"{name} unpacked"),
        )
        for name, size in (("base", 1_000), (f"layer of {version}", 10))
    )
    return Image(
        manifest=Descriptor(media_types.DOCKER_MANIFEST, digest(f"manifest {version} {architecture}"), 500),
        platform=Platform("linux", architecture),
        config_descriptor=Descriptor(media_types.DOCKER_CONFIG, digest(f"config {version} {architecture}"), 99),
        config=ImageConfig(env=env, labels=labels or {}),
        layers=layers,
        steps=tuple(Step(text, created=BEGAN, layer=0 if not at else None) for at, text in enumerate(steps)),
    )  # fmt: skip


def page(
    name: str,
    version: str,
    at: int,
    *,
    images: tuple[Image, ...] = (),
    source: str = PAGE_SOURCE,
) -> Stated:
    """What a page of a list of images said on that day."""
    images = images or (image(version),)
    root = Descriptor(media_types.DOCKER_LIST, digest(f"list {version}"), None)
    snapshot = Snapshot(
        reference=parse_reference(name),
        source=source,
        observed_at=day(at),
        root=root,
        entries=images,
        dates_evidence=Evidence.REPORTED,
    )
    sections = tuple(f"section of {item.digest}".encode() for item in images)
    head = f"## `{name}` {root.digest}".encode()
    return Stated(
        snapshot=snapshot,
        parts=(head, *sections),
        separator=b"\n### ",
        evidence=Evidence.REPORTED,
    )


def gone(name: str, at: int, *, source: str = PAGE_SOURCE) -> Stated:
    """That the name was not there on that day."""
    snapshot = Snapshot(
        reference=parse_reference(name),
        source=source,
        observed_at=day(at),
        root=None,
        is_absent=True,
    )
    return Stated(snapshot=snapshot, evidence=Evidence.REPORTED)


def from_registry(name: str, version: str, at: int) -> Stated:
    """What a registry served on that day, with the bytes and the dates of the layers."""
    content = json.dumps({"manifest of": version}).encode()
    own = Descriptor(media_types.DOCKER_MANIFEST, Digest.of(content), len(content))
    made = image(version)
    snapshot = Snapshot(
        reference=parse_reference(name),
        source=REGISTRY_SOURCE,
        observed_at=day(at),
        root=own,
        entries=(
            Image(
                manifest=own,
                platform=made.platform,
                config_descriptor=made.config_descriptor,
                config=made.config,
                layers=tuple(
                    Layer(
                        digest=layer.digest,
                        media_type=layer.media_type,
                        size_bytes=layer.size_bytes,
                        last_modified=day(at),
                    )
                    for layer in made.layers
                ),
                steps=made.steps,
            ),
        ),
        documents={own.digest: Document(own.media_type, content)},
    )
    return Stated(snapshot=snapshot)
