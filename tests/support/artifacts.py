"""What is kept in registries and is no image: a chart, a module, a bill of materials."""

# ruff: noqa: S311 - made-up bytes need a seed, not secrecy

import base64
import random

from support.blobs import Blob, Json, Published, compact_json, make_blob
from support.images import random_image
from support.layers import compress, tar_of
from support.media_types import OCI_EMPTY, OCI_MANIFEST


def helm_chart(seed: int = 7) -> Published:
    """A Helm chart, as `helm push` of Helm 3 stores it (HIP 6). Generated here."""
    chance = random.Random(f"helm {seed}")
    chart = {
        "name": "greeter",
        "version": "1.4.2",
        "description": "Greets <everybody>",
        "apiVersion": "v2",
        "appVersion": "1.0",
        "type": "application",
    }
    config = make_blob("application/vnd.cncf.helm.config.v1+json", compact_json(chart))
    files = {
        "greeter/Chart.yaml": b"apiVersion: v2\nname: greeter\nversion: 1.4.2\n",
        "greeter/values.yaml": f"token: {chance.randbytes(4).hex()}\n".encode(),
    }
    archive = compress(tar_of(files), "gzip")
    content = make_blob("application/vnd.cncf.helm.chart.content.v1.tar+gzip", archive)
    provenance = make_blob(
        "application/vnd.cncf.helm.chart.provenance.v1.prov",
        b"-----BEGIN PGP SIGNED MESSAGE-----\n"
        + chance.randbytes(24).hex().encode()
        + b"\n",
    )
    # Helm leaves `mediaType` out: only the header or the descriptor tells what the document is.
    return _manifest(
        {
            "schemaVersion": 2,
            "config": config.descriptor(),
            "layers": [content.descriptor(), provenance.descriptor()],
            "annotations": {
                "org.opencontainers.image.created": "2024-03-01T12:00:00Z",
                "org.opencontainers.image.title": "greeter",
                "org.opencontainers.image.version": "1.4.2",
            },
        },
        (config, content, provenance),
    )


def wasm_module() -> Published:
    """A WebAssembly module after the CNCF's "Wasm OCI Artifact layout". Generated here: an empty module."""
    module = make_blob("application/wasm", b"\0asm\x01\0\0\0")
    config = make_blob(
        "application/vnd.wasm.config.v0+json",
        compact_json(
            {
                "created": "2024-06-25T19:31:20.123Z",
                "author": "Somebody <somebody@example.org>",
                "architecture": "wasm",
                "os": "wasip2",
                "layerDigests": [module.digest],
                "component": {
                    "exports": ["wasi:http/incoming-handler@0.2.0"],
                    "imports": [],
                },
            },
        ),
    )
    document: dict[str, Json] = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": config.descriptor(),
        "layers": [module.descriptor()],
    }
    return _manifest(document, (config, module))


def sbom(subject: Blob | None = None) -> Published:
    """A bill of materials with `artifactType`, `subject` and an empty config whose two bytes stand in `data`.

    Follows image-spec 1.1, manifest.md, "Guidelines for Artifact Usage". Generated here. The subject, unless another
    is given, is the OCI manifest of `random_image(format="oci")`, which is not part of what is published.
    """
    about = subject or random_image(format="oci").manifest
    empty = make_blob(OCI_EMPTY, b"{}")
    listing = make_blob(
        "application/spdx+json",
        compact_json(
            {
                "spdxVersion": "SPDX-2.3",
                "SPDXID": "SPDXRef-DOCUMENT",
                "name": "app",
                "packages": [],
            }
        ),
    )
    return _manifest(
        {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "artifactType": "application/spdx+json",
            "config": empty.descriptor(data=base64.b64encode(empty.content).decode()),
            "layers": [
                listing.descriptor(
                    annotations={"org.opencontainers.image.title": "app.spdx.json"}
                )
            ],
            "subject": about.descriptor(),
            "annotations": {"org.opencontainers.image.created": "2024-03-01T12:00:00Z"},
        },
        (empty, listing),
    )


def _manifest(document: dict[str, Json], blobs: tuple[Blob, ...]) -> Published:
    root = make_blob(OCI_MANIFEST, compact_json(document))
    return Published(root, (root,), blobs)
