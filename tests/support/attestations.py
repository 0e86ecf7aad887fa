"""BuildKit attestations, as an index lists them beside the images that they speak of."""

# ruff: noqa: S311 - made-up bytes need a seed, not secrecy

import random
from collections.abc import Sequence

from support.blobs import Json, compact_json, make_blob
from support.images import Entry, Image, image_of
from support.layers import Layer
from support.platforms import UNKNOWN_PLATFORM

PREDICATE_TYPES = {
    "provenance": "https://slsa.dev/provenance/v0.2",
    "sbom": "https://spdx.dev/Document",
}


def attestation_of(
    subject: Image, *, predicates: Sequence[str] = ("provenance", "sbom"), seed: int = 7
) -> Entry:
    """A BuildKit attestation of `subject`, as an index lists it (Docker's "Image attestation storage").

    Its platform is unknown/unknown and its annotations name the manifest that it speaks of; each layer is an
    in-toto statement with the predicate's type as an annotation.
    """
    chance = random.Random(f"attestation {seed} {subject.digest}")
    statements = [_statement(subject, name, chance) for name in predicates]
    config: dict[str, Json] = {
        "architecture": "unknown",
        "os": "unknown",
        "config": {},
        "rootfs": {
            "type": "layers",
            "diff_ids": [layer.diff_id for layer in statements],
        },
    }
    image = image_of(config, statements, format="oci", platform=UNKNOWN_PLATFORM)
    return Entry(
        image.published,
        UNKNOWN_PLATFORM,
        {
            "vnd.docker.reference.digest": subject.digest,
            "vnd.docker.reference.type": "attestation-manifest",
        },
    )


def _statement(subject: Image, predicate: str, chance: random.Random) -> Layer:
    predicate_type = PREDICATE_TYPES[predicate]
    statement = compact_json(
        {
            "_type": "https://in-toto.io/Statement/v0.1",
            "predicateType": predicate_type,
            "subject": [
                {
                    "name": "pkg:docker/example/app@1.0",
                    "digest": {"sha256": subject.digest.partition(":")[2]},
                },
            ],
            "predicate": {
                "invocation": {"environment": {"run": chance.randbytes(8).hex()}}
            },
        },
    )
    stored = make_blob("application/vnd.in-toto+json", statement)
    return Layer(
        stored, stored.digest, annotations={"in-toto.io/predicate-type": predicate_type}
    )
