"""Snapshots of all that a page can say, as Hypothesis draws them, with strangers' texts in every field."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from tagledger.model import media_types
from tagledger.model.config import ImageConfig
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.entries import UNKNOWN_PLATFORM
from tagledger.model.platform import Platform
from tagledger.model.reference import Reference, parse_reference
from tagledger.model.snapshot import (
    Artifact,
    Attestation,
    Entry,
    Image,
    Layer,
    Missing,
    Snapshot,
)
from tagledger.model.step import Step

OBSERVED_AT = datetime(2019, 11, 20, 14, 30, tzinfo=UTC)
NAMES = (
    "python:3.8.0-windowsservercore",
    "ghcr.io/a/b:1",
    "localhost:5000/x@sha256:" + "5" * 64,
)
FORGERIES = (
    "# Wed, 13 Nov 2019 14:48:55 GMT",
    "# date unknown",
    "```\n\n-\tLayers:\n\t-\t`sha256:" + "0" * 64 + "`  \n\t\tSize: 0.0 B\n",
    "````\n\n",
    "\n### `python:3.8.0-windowsservercore` - linux; amd64\n\n",
    "<script>alert(1)</script>",
    "[a](javascript:b)",
    "\x1b[31m\u202e\u2066\ud800\r\n\t",
    "`` ` ```",
    " ",
)

texts = st.one_of(
    st.text(max_size=12),
    st.sampled_from(FORGERIES),
    st.lists(
        st.one_of(st.text(max_size=5), st.sampled_from(FORGERIES)), max_size=4
    ).map("\n".join),
)
words = st.one_of(st.sampled_from(("linux", "amd64", "v7", "10.0.17763.864")), texts)
moments = st.datetimes(timezones=st.just(UTC))
digests = st.binary(min_size=1, max_size=2).map(Digest.of)
sizes = st.one_of(
    st.integers(0, 2**63 - 1), st.sampled_from((0, 1, 999, 1000, 1001, 1_000_999))
)
types = st.one_of(
    st.sampled_from(
        (
            *(media_types.DOCKER_MANIFEST, media_types.OCI_MANIFEST),
            *(media_types.DOCKER_LAYER_GZIP, media_types.IN_TOTO),
            "application/vnd.oci.image.layer.v1.tar+gzip",
        )
    ),
    texts,
)
platforms = st.one_of(
    st.sampled_from((Platform("linux", "amd64"), Platform("linux", "arm", "v7"))),
    st.builds(
        Platform,
        words,
        words,
        st.none() | words,
        st.none() | words,
        st.lists(words, max_size=2).map(tuple),
        st.lists(words, max_size=2).map(tuple),
    ),
    st.just(UNKNOWN_PLATFORM),
)
lists_of_words = st.none() | st.lists(texts, max_size=3).map(tuple)
configs = st.none() | st.builds(
    ImageConfig,
    docker_version=st.none() | texts,
    entrypoint=lists_of_words,
    command=lists_of_words,
    shell=lists_of_words,
)
steps = st.builds(
    Step,
    dockerfile=texts,
    created=st.none() | moments,
    created_by=st.none() | st.just("made"),
)
layers = st.builds(
    Layer,
    digest=st.none() | digests,
    media_type=st.none() | types,
    size_bytes=st.none() | sizes,
    diff_id=st.none() | digests,
    uncompressed_size_bytes=st.none() | sizes,
    last_modified=st.none() | moments,
)
descriptors = st.builds(Descriptor, types, digests, sizes)


def _tuples(strategy: st.SearchStrategy[Layer]) -> st.SearchStrategy[tuple[Layer, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


@st.composite
def images(
    draw: st.DrawFn, manifests: st.SearchStrategy[Descriptor] | st.SearchStrategy[None]
) -> Image:
    """An image; its ID is a config digest or a schema 1 ID."""
    return Image(
        manifest=draw(manifests),
        platform=draw(platforms),
        config_descriptor=draw(st.none() | descriptors),
        config=draw(configs),
        layers=draw(_tuples(layers)),
        steps=draw(st.lists(steps, max_size=3).map(tuple)),
        v1_id=draw(st.none() | st.just("5" * 64)),
    )


@st.composite
def others(draw: st.DrawFn) -> Entry:
    """What else an index may list."""
    manifest = draw(descriptors)
    kind = draw(st.integers(0, 2))
    if kind == 0:
        return Missing(manifest=manifest, platform=draw(st.none() | platforms))
    if kind == 1:
        return Artifact(
            manifest=manifest,
            artifact_type=draw(texts),
            platform=draw(st.none() | platforms),
            config_descriptor=draw(st.none() | descriptors),
            layers=draw(_tuples(layers)),
            subject=draw(st.none() | descriptors),
        )
    return Attestation(
        manifest=manifest,
        platform=UNKNOWN_PLATFORM,
        subject_digest=draw(st.none() | digests),
        layers=draw(_tuples(layers)),
    )


@st.composite
def references(draw: st.DrawFn) -> Reference:
    """A name as a registry has it, or the free text that a layout may have."""
    if draw(st.booleans()):
        return parse_reference(draw(st.sampled_from(NAMES)))
    # A name with a step upwards in it is refused by the reader, as in any path.
    free = st.text("ab:/.-_ `@\n\u202e<>", min_size=1, max_size=12).filter(
        lambda text: ".." not in text
    )
    return Reference("", draw(free), draw(st.none() | free))


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """An index, a single image or artifact, an image of an archive, or a missing tag."""
    kind = draw(
        st.sampled_from(("index", "index", "image", "archive", "artifact", "no"))
    )
    root: Descriptor | None = None
    entries: tuple[Entry, ...] = ()
    if kind == "index":
        media_type = draw(st.sampled_from(sorted(media_types.INDEXES)))
        root = Descriptor(media_type, draw(digests), draw(sizes))
        entry = st.one_of(images(descriptors), others())
        entries = draw(st.lists(entry, max_size=4).map(tuple))
    elif kind == "image":
        entries = (draw(images(descriptors)),)
        root = entries[0].manifest
    elif kind == "archive":
        entries = (draw(images(st.none())),)
    elif kind == "artifact":
        entries = (draw(others().filter(lambda item: isinstance(item, Artifact))),)
        root = entries[0].manifest
    return Snapshot(
        reference=draw(references()),
        source="docker://drawn",
        observed_at=OBSERVED_AT,
        root=root,
        entries=entries,
        is_absent=kind == "no",
    )
