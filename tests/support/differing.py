"""Images that differ in what a test says, as values; layers are named by a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from tagledger.model import media_types
from tagledger.model.config import ImageConfig
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.platform import Platform
from tagledger.model.reference import parse_reference
from tagledger.model.snapshot import Document, Entry, Image, Layer, Snapshot
from tagledger.model.step import Step

LINUX = Platform("linux", "amd64")
SEEN_AT = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
MADE_AT = datetime(2020, 1, 1, tzinfo=UTC)


def digest(name: str) -> Digest:
    """The digest of what is called so."""
    return Digest.of(name.encode())


def layer(name: str, size_bytes: int = 1_000) -> Layer:
    """A layer with both of its digests."""
    return Layer(
        digest(f"packed {name}"),
        media_types.DOCKER_LAYER_GZIP,
        size_bytes,
        diff_id=digest(f"unpacked {name}"),
    )


def steps(*texts: str, days: Sequence[int] = ()) -> tuple[Step, ...]:
    """Steps, of which RUN, COPY and ADD made a layer; `days` after the first of January."""
    made: list[Step] = []
    for number, text in enumerate(texts):
        makes = text.startswith(("RUN", "COPY", "ADD"))
        day = days[number] if days else 0
        made.append(
            Step(
                text,
                created=MADE_AT + timedelta(days=day, seconds=number),
                created_by=text,
                layer=sum(step.makes_layer is True for step in made) if makes else None,
                makes_layer=makes,
            )
        )
    return tuple(made)


def image(
    name: str = "one",
    *,
    platform: Platform = LINUX,
    layers: Sequence[Layer] = (),
    steps: Sequence[Step] = (),
    config: ImageConfig | None = None,
    annotations: Mapping[str, str] | None = None,
) -> Image:
    """An image; its digests are those of its name."""
    return Image(
        manifest=Descriptor(media_types.DOCKER_MANIFEST, digest(f"m {name}"), 1),
        platform=platform,
        config_descriptor=Descriptor(media_types.DOCKER_CONFIG, digest(f"c {name}"), 1),
        config=config or ImageConfig(),
        layers=tuple(layers),
        steps=tuple(steps),
        annotations=annotations or {},
    )


def snapshot(
    *entries: Entry, evidence: Evidence = Evidence.READ, root: str | None = None
) -> Snapshot:
    """What lists these; held as `evidence` says, or reported by a page."""
    described = [
        Descriptor(
            media_types.DOCKER_LIST,
            digest(root or "".join(entry.digest or "" for entry in entries)),
            1,
        )
    ]
    for entry in entries:
        if entry.manifest is not None:
            described.append(entry.manifest)
        if isinstance(entry, Image) and entry.config_descriptor is not None:
            described.append(entry.config_descriptor)
    is_held = evidence in (Evidence.READ, Evidence.PROVEN)
    return Snapshot(
        reference=parse_reference("example:1.0"),
        source="docker://example:1.0",
        observed_at=SEEN_AT,
        root=described[0],
        entries=entries,
        documents={
            each.digest: Document(each.media_type, b"", evidence)
            for each in described
            if is_held
        },
    )
