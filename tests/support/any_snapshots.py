"""Pairs of snapshots as Hypothesis draws them: unrelated, related, and held in part."""

from __future__ import annotations

import msgspec
from hypothesis import strategies as st

from support.page_snapshots import digests, layers, moments, platforms, snapshots, texts
from tagledger.model import media_types
from tagledger.model.config import Healthcheck, ImageConfig
from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import Document, Entry, Image, Snapshot
from tagledger.model.step import Step

_words = st.none() | st.lists(texts, max_size=3).map(tuple)
_pairs = st.dictionaries(texts, texts, max_size=3)
_commands = st.sampled_from(
    (
        *("RUN make", "RUN make all", "RUN make all # buildkit", "ENV A=1", "ENV A=2"),
        *("ADD file:a in /", "ADD file:b in /", 'CMD ["sh"]', "LABEL a=b", ""),
    )
)
configs = st.none() | st.builds(
    ImageConfig,
    platform=st.none() | platforms,
    created=st.none() | moments,
    author=st.none() | texts,
    docker_version=st.none() | texts,
    env=st.lists(texts, max_size=3).map(tuple),
    entrypoint=_words,
    command=_words,
    shell=_words,
    user=st.none() | texts,
    exposed_ports=st.lists(texts, max_size=2).map(tuple),
    volumes=st.lists(texts, max_size=2).map(tuple),
    labels=_pairs,
    healthcheck=st.none() | st.builds(Healthcheck, _words.map(lambda it: it or ())),
    on_build=st.lists(texts, max_size=2).map(tuple),
    args_escaped=st.none() | st.booleans(),
    unknown=_pairs,
)


@st.composite
def _steps(draw: st.DrawFn) -> tuple[Step, ...]:
    found = draw(
        st.lists(
            st.builds(
                Step,
                dockerfile=_commands | texts,
                created=st.none() | moments,
                created_by=st.none() | st.just("made"),
                layer=st.none() | st.integers(0, 5),
                makes_layer=st.none() | st.booleans(),
            ),
            max_size=6,
        )
    )
    return tuple(found)


@st.composite
def _varied(draw: st.DrawFn, entry: Entry) -> Entry:
    """An image with a richer config, more steps, other layers; or what it was."""
    if not isinstance(entry, Image) or not draw(st.booleans()):
        return entry
    return msgspec.structs.replace(
        entry,
        config=draw(configs),
        steps=draw(_steps()),
        layers=draw(st.just(entry.layers) | st.lists(layers, max_size=5).map(tuple)),
        annotations=draw(_pairs),
        platform=draw(st.just(entry.platform) | platforms),
    )


@st.composite
def any_snapshots(draw: st.DrawFn, like: Snapshot | None = None) -> Snapshot:
    """A snapshot of anything, of which some documents are held, or reported, or contradicted."""
    made = draw(snapshots())
    known = list(made.entries)
    if like is not None:
        mixed = st.lists(st.sampled_from([*known, *like.entries]), max_size=5)
        known = draw(mixed) if known or like.entries else []
    entries = tuple([draw(_varied(entry)) for entry in known])
    named = [made.root, *(entry.manifest for entry in entries)]
    named += [item.config_descriptor for item in entries if isinstance(item, Image)]
    held = [each.digest for each in named if each is not None and draw(st.booleans())]
    evidence = draw(st.sampled_from(Evidence))
    return msgspec.structs.replace(
        made,
        root=draw(st.sampled_from([made.root, like.root])) if like else made.root,
        entries=entries,
        documents={
            name: Document(media_types.OCI_MANIFEST, b"", evidence) for name in held
        },
        annotations=draw(_pairs),
        contradicted={
            name: "why" for name in held if evidence is Evidence.CONTRADICTED
        },
        artifact_type=None,
        subject=None,
        reference=msgspec.structs.replace(
            made.reference, digest=draw(st.none() | digests)
        ),
    )


@st.composite
def pairs_of_snapshots(draw: st.DrawFn) -> tuple[Snapshot, Snapshot]:
    """Two snapshots that have entries in common, or nothing."""
    first = draw(any_snapshots())
    return first, draw(any_snapshots() | any_snapshots(like=first))
