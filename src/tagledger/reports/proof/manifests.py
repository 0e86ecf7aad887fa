"""One manifest: its bytes rebuilt from what is stated of it, or why that cannot be."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from tagledger.model import media_types
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Attestation, Document, Image, Layer
from tagledger.reports.proof.config_size import (
    predicted_attestation_size,
    predicted_size,
)
from tagledger.reports.proof.established import is_manifest_form_established
from tagledger.reports.proof.foreign_layers import (
    resolved_layers,
    sized_layers,
    unknown_layers,
)
from tagledger.reports.proof.foreign_urls import ForeignUrls
from tagledger.reports.proof.learned import Learned, ProvenManifest, Relative
from tagledger.reports.proof.manifest_forms import (
    BUILDKIT,
    FORMS,
    PREDICATE_TYPE,
    PREDICATES,
    ManifestForm,
)
from tagledger.reports.proof.serialise import GO_INDENT_3, Gap
from tagledger.reports.proof.statement import (
    LayerStatement,
    ManifestStatement,
    manifest_conflict,
    stated_manifest,
)
from tagledger.reports.proof.trials import (
    MAX_CONFIG_BYTES,
    Budget,
    far_sizes,
    find_number,
    near_sizes,
)

MAX_STATEMENTS = 4
"""Most statements of an attestation tried: 256 choices of what they are of. BuildKit
writes one or two."""

LIMIT_REACHED = "the limit on trials for one page was reached"

_ATTESTATION_SPREAD_BYTES = 64
_CONFIG_DIGITS = (3, 4, 5)


class Outcome(msgspec.Struct, frozen=True):
    """What came of one manifest.

    `document` are its bytes, where they are proven or were held before. `likely_bytes`
    are the sizes that it may have: one where the bytes are there.
    """

    evidence: Evidence
    reason: str
    proven: ProvenManifest | None = None
    document: Document | None = None
    likely_bytes: tuple[int, ...] = ()


class Bench(msgspec.Struct, frozen=True):
    """What the proofs of one page share."""

    reference: Reference
    urls: ForeignUrls
    learned: Learned
    budget: Budget


class _Draft(msgspec.Struct, frozen=True):
    """A manifest in one form, with one choice of what the page leaves open."""

    form: ManifestForm
    media_type: str
    config: Digest
    layers: tuple[Layer, ...]
    annotations: Mapping[str, str] = {}

    @property
    def gap(self) -> Gap:
        """The manifest around the size of its config."""
        return self.form.gap(
            self.media_type, self.config, self.layers, self.annotations
        )


def prove_manifest(entry: Image | Attestation, bench: Bench) -> Outcome:
    """Try to rebuild the manifest of an entry that has a manifest digest."""
    if entry.manifest is None:
        raise ValueError("no manifest digest is stated")
    digest, media_type = entry.manifest.digest, entry.manifest.media_type
    if media_type in media_types.SCHEMA1:
        return _reported("a schema 1 manifest holds the whole config and a signature")
    earlier = bench.learned.manifest(digest)
    if earlier is not None:
        return _against(earlier, entry)
    problem = _left_out(entry)
    if problem:
        return _reported(problem)
    if bench.budget.is_spent:
        return _reported(LIMIT_REACHED)
    if isinstance(entry, Attestation):
        return _prove_attestation(entry, digest, bench)
    return _prove_image(entry, digest, bench)


def draft_types(entry: Image | Attestation) -> tuple[str, ...]:
    """The media types that the manifest may have had, the likelier first.

    Pages of 2024 on call every manifest a Docker one; its layers tell better.
    """
    stated = entry.manifest.media_type if entry.manifest else ""
    is_oci = any(
        (layer.media_type or "").startswith("application/vnd.oci.")
        or layer.media_type == media_types.IN_TOTO
        for layer in entry.layers
    )
    inferred = media_types.OCI_MANIFEST if is_oci else stated
    return (inferred,) if inferred == stated else (inferred, stated)


def _against(earlier: ProvenManifest, entry: Image | Attestation) -> Outcome:
    """What is stated here against the bytes that were proven elsewhere."""
    conflict = manifest_conflict(earlier.statement, stated_manifest(entry))
    if conflict:
        problem = "the bytes of this digest are proven, and they are not as stated"
        return Outcome(Evidence.CONTRADICTED, f"{problem}: {conflict}")
    return _as_proven(earlier)


def _left_out(entry: Image | Attestation) -> str:
    """What the page does not say; empty where all is there."""
    if entry.config_descriptor is None:
        return "the page names no config"
    if not entry.layers:
        return "the page names no layers"
    for number, layer in enumerate(entry.layers, start=1):
        if layer.digest is None or layer.size_bytes is None:
            return f"the page does not tell digest and size of layer {number}"
    return ""


def _prove_image(image: Image, digest: Digest, bench: Bench) -> Outcome:
    relative = bench.learned.relative(bench.reference, image)
    text_bytes = predicted_size(image)
    predicted = text_bytes + (relative.missed_bytes if relative else 0)
    drafts = _drafts(image, bench.urls)
    if relative is not None:
        drafts.sort(key=lambda draft: draft.form != relative.form)
    for sizes_of in (near_sizes, far_sizes):
        sizes = sizes_of(predicted)
        for draft in drafts:
            size = find_number(draft.gap, digest, sizes, bench.budget)
            if size is not None:
                found = Relative(size - text_bytes, draft.form)
                bench.learned.remember(bench.reference, image, found)
                return _found(draft, size, digest, bench)
    evidence, reason = _failure(image, predicted, bench)
    return Outcome(evidence, reason, likely_bytes=_likely_bytes(image, bench))


def _drafts(image: Image, urls: ForeignUrls) -> list[_Draft]:
    config = image.config_descriptor
    if config is None:
        return []
    is_unknown = bool(unknown_layers(image.layers, urls))
    return [
        _Draft(form, media_type, config.digest, layers, image.annotations)
        for media_type in draft_types(image)
        for form in FORMS.get(media_type, ())
        # Only Docker itself pushed Windows images while they had foreign layers.
        if form.style == GO_INDENT_3 or not is_unknown
        for layers in resolved_layers(image.layers, urls)
    ]


def _prove_attestation(
    attestation: Attestation, digest: Digest, bench: Bench
) -> Outcome:
    layers = attestation.layers
    if len(layers) > MAX_STATEMENTS:
        return _reported(f"an attestation of more than {MAX_STATEMENTS} statements")
    likely = predicted_attestation_size(len(layers))
    sizes = range(likely, likely + _ATTESTATION_SPREAD_BYTES)
    config = attestation.config_descriptor
    if config is None:
        return _reported(_left_out(attestation))
    drafts = [
        _Draft(BUILDKIT, media_types.OCI_MANIFEST, config.digest, chosen)
        for chosen in _with_predicates(layers)
    ]
    for tried in (sizes[:1], sizes[1:]):
        for draft in drafts:
            size = find_number(draft.gap, digest, tried, bench.budget)
            if size is not None:
                return _found(draft, size, digest, bench)
    if bench.budget.is_spent:
        return _reported(LIMIT_REACHED)
    return _reported("an attestation may carry annotations that the page does not show")


def _with_predicates(layers: Sequence[Layer]) -> Iterator[tuple[Layer, ...]]:
    for predicates in itertools.product(PREDICATES, repeat=len(layers)):
        yield tuple(
            msgspec.structs.replace(layer, annotations={PREDICATE_TYPE: predicate})
            for layer, predicate in zip(layers, predicates, strict=True)
        )


def _found(
    draft: _Draft,
    config_bytes: int,
    digest: Digest,
    bench: Bench,
) -> Outcome:
    content = draft.gap.filled(config_bytes)
    digest.verify(content)
    proven = ProvenManifest(
        statement=_written(draft),
        document=Document(draft.media_type, content, Evidence.PROVEN),
        config_type=draft.form.config_type,
        config_bytes=config_bytes,
        layers=draft.layers,
        form_name=draft.form.name,
    )
    bench.learned.keep_manifest(digest, proven)
    return _as_proven(proven)


def _written(draft: _Draft) -> ManifestStatement:
    """What the bytes say, also where the page left it out."""
    return ManifestStatement(
        draft.config,
        tuple(
            LayerStatement(
                layer.digest,
                layer.size_bytes,
                layer.media_type or media_types.DOCKER_LAYER_GZIP,
            )
            for layer in draft.layers
        ),
    )


def _as_proven(proven: ProvenManifest) -> Outcome:
    reason = f"rebuilt {proven.form_name}, with a config of {proven.config_bytes} bytes"
    size = len(proven.document.content)
    return Outcome(Evidence.PROVEN, reason, proven, proven.document, (size,))


def _failure(image: Image, predicted: int, bench: Bench) -> tuple[Evidence, str]:
    """How the manifest is known where nothing fits, and why."""
    unknown = unknown_layers(image.layers, bench.urls)
    if bench.budget.is_spent:
        return Evidence.REPORTED, LIMIT_REACHED
    if unknown:
        problem = f"the URL of the foreign layer {unknown[0]} is not known"
        return Evidence.REPORTED, problem
    if media_types.OCI_MANIFEST in draft_types(image):
        problem = "an OCI manifest may carry annotations that the page does not show"
        return Evidence.REPORTED, problem
    if predicted > MAX_CONFIG_BYTES:
        problem = f"the config may be larger than {MAX_CONFIG_BYTES} bytes"
        return Evidence.REPORTED, problem
    if not is_manifest_form_established(bench.reference, image):
        problem = "it may have been written in a form that is not known"
        return Evidence.REPORTED, problem
    return Evidence.CONTRADICTED, (
        "no size of the config gives the stated digest: the digest, the image ID or "
        "the layers are not what was published"
    )


def _likely_bytes(image: Image, bench: Bench) -> tuple[int, ...]:
    """The sizes that the manifest may have, for the list that it stands in."""
    sizes: dict[int, None] = {}
    for draft in _drafts(image, bench.urls)[:1]:
        for layers in sized_layers(image.layers, bench.urls):
            gap = msgspec.structs.replace(draft, layers=layers).gap
            for digits in _CONFIG_DIGITS:
                sizes[len(gap.head) + digits + len(gap.tail)] = None
    return tuple(sizes)


def _reported(reason: str) -> Outcome:
    return Outcome(Evidence.REPORTED, reason)
