"""What BuildKit publishes: two-space JSON, images and the statements about them."""

import msgspec
import pytest

from support.attestations import PREDICATE_TYPES
from support.blobs import Blob, Json, compact_json, digest_of, indented_json, make_blob
from support.platforms import Platform as Published
from support.stated import OBSERVED_AT
from tagledger.model import media_types
from tagledger.model.config import ImageConfig
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.entries import UNKNOWN_PLATFORM
from tagledger.model.evidence import Evidence
from tagledger.model.platform import Platform
from tagledger.model.reference import parse_reference
from tagledger.model.snapshot import Attestation, Entry, Image, Layer, Snapshot
from tagledger.reports.proof.findings import Kind
from tagledger.reports.proof.prove import prove

SBOM, PROVENANCE = PREDICATE_TYPES["sbom"], PREDICATE_TYPES["provenance"]


def descriptor(media_type: str, content: bytes, **more: Json) -> dict[str, Json]:
    """A descriptor in BuildKit's order."""
    return {
        "mediaType": media_type,
        "digest": digest_of(content),
        "size": len(content),
        **more,
    }


def buildkit_manifest(config: bytes, layers: list[dict[str, Json]]) -> Blob:
    """A manifest as BuildKit writes it."""
    document: dict[str, Json] = {
        "schemaVersion": 2,
        "mediaType": media_types.OCI_MANIFEST,
        "config": descriptor(media_types.OCI_CONFIG, config),
        "layers": list(layers),
    }
    return make_blob(media_types.OCI_MANIFEST, indented_json(document, indent=2))


def attestation(*predicates: str) -> tuple[Blob, Attestation]:
    """An attestation of so many statements, and what a page states of it."""
    statements = [f"statement {number}".encode() for number in range(len(predicates))]
    config = compact_json(
        {
            "architecture": "unknown",
            "os": "unknown",
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": [*map(digest_of, statements)]},
        }
    )
    manifest = buildkit_manifest(
        config,
        [
            descriptor(
                media_types.IN_TOTO,
                statement,
                annotations={"in-toto.io/predicate-type": predicate},
            )
            for statement, predicate in zip(statements, predicates, strict=True)
        ],
    )
    # Pages of 2024 on call every manifest a Docker one.
    return manifest, Attestation(
        manifest=Descriptor(media_types.DOCKER_MANIFEST, Digest(manifest.digest), None),
        platform=UNKNOWN_PLATFORM,
        subject_digest=None,
        config_descriptor=Descriptor(
            media_types.OCI_CONFIG, Digest(digest_of(config)), None
        ),
        layers=tuple(
            Layer(Digest(digest_of(statement)), media_types.IN_TOTO, len(statement))
            for statement in statements
        ),
    )


def image(architecture: str) -> tuple[Blob, Image]:
    """A small image, and what a page states of it."""
    config = compact_json({"os": "linux", "architecture": architecture}) + b" " * 400
    layer = f"layer {architecture}".encode()
    gzip = "application/vnd.oci.image.layer.v1.tar+gzip"
    manifest = buildkit_manifest(config, [descriptor(gzip, layer)])
    return manifest, Image(
        manifest=Descriptor(media_types.OCI_MANIFEST, Digest(manifest.digest), None),
        platform=Platform("linux", architecture),
        config_descriptor=Descriptor(
            media_types.OCI_CONFIG, Digest(digest_of(config)), None
        ),
        config=ImageConfig(),
        layers=(Layer(Digest(digest_of(layer)), gzip, len(layer)),),
        steps=(),
    )


def page(root: Descriptor | None, *entries: Entry) -> Snapshot:
    """What a page states."""
    return Snapshot(
        reference=parse_reference("ghcr.io/a/b:1"),
        source="page:buildkit.md",
        observed_at=OBSERVED_AT,
        root=root,
        entries=entries,
    )


def evidence(snapshot: Snapshot) -> list[tuple[Kind, Evidence]]:
    """How everything but configs is known after proof."""
    return [
        (item.kind, item.evidence)
        for item in prove(snapshot).findings
        if item.kind is not Kind.CONFIG
    ]


@pytest.mark.parametrize(
    "predicates", [(SBOM,), (PROVENANCE,), (SBOM, PROVENANCE), (PROVENANCE, SBOM)]
)
def test_an_attestation_is_proven_with_what_its_statements_are_of(
    predicates: tuple[str, ...],
) -> None:
    """The known predicates and the exact size of BuildKit's config give the published digest."""
    manifest, entry = attestation(*predicates)

    proof = prove(page(None, entry))

    document = proof.snapshot.documents[Digest(manifest.digest)]
    assert manifest.content == document.content
    (filled,) = proof.snapshot.attestations
    assert filled.manifest is not None
    assert media_types.OCI_MANIFEST == filled.manifest.media_type
    types = [layer.annotations["in-toto.io/predicate-type"] for layer in filled.layers]
    assert [*predicates] == types


def test_an_unknown_predicate_leaves_an_attestation_reported() -> None:
    """What a statement is of is not on the page, so nothing is contradicted."""
    _, entry = attestation("https://example.com/of-our-own")

    assert [(Kind.MANIFEST, Evidence.REPORTED)] == evidence(page(None, entry))


def test_too_many_statements_are_not_tried() -> None:
    """The choices grow with the power of the statements: there is a limit."""
    _, entry = attestation(*[SBOM] * 5)

    (finding, _) = prove(page(None, entry)).findings
    assert (Evidence.REPORTED, "an attestation of more than 4 statements") == (
        finding.evidence,
        finding.reason,
    )


def listed(blob: Blob, platform: Platform, **more: Json) -> dict[str, Json]:
    """An entry of BuildKit's index."""
    shown = Published(platform.os, platform.architecture).as_json()
    return descriptor(blob.media_type, blob.content, **more, platform=shown)


@pytest.mark.parametrize("is_behind", [False, True])
def test_an_index_with_attestations_is_proven(*, is_behind: bool) -> None:
    """Which image an attestation speaks of follows from where it stands."""
    blobs, images = zip(*(image(name) for name in ("amd64", "arm64")), strict=True)
    statements = [attestation(SBOM), attestation(SBOM, PROVENANCE)]
    rows: list[tuple[Entry, dict[str, Json]]] = [
        (entry, listed(blob, entry.platform))
        for blob, entry in zip(blobs, images, strict=True)
    ]
    about: list[tuple[Entry, dict[str, Json]]] = [
        (
            entry,
            listed(
                blob,
                UNKNOWN_PLATFORM,
                annotations={
                    "vnd.docker.reference.digest": subject.digest,
                    "vnd.docker.reference.type": "attestation-manifest",
                },
            ),
        )
        for (blob, entry), subject in zip(statements, blobs, strict=True)
    ]
    ordered = [rows[0], about[0], rows[1], about[1]] if is_behind else [*rows, *about]
    index = indented_json(
        {
            "schemaVersion": 2,
            "mediaType": media_types.OCI_INDEX,
            "manifests": [row for _, row in ordered],
        },
        indent=2,
    )
    root = Descriptor(media_types.OCI_INDEX, Digest.of(index), None)

    snapshot = page(root, *(entry for entry, _ in ordered))

    assert index == prove(snapshot).snapshot.documents[root.digest].content
    other = msgspec.structs.replace(root, digest=Digest.of(b"another"))
    assert (Kind.INDEX, Evidence.REPORTED) == evidence(
        msgspec.structs.replace(snapshot, root=other)
    )[0]
