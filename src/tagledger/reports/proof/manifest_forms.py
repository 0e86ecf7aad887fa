"""The ways in which a manifest may have been written, each with who wrote it so.

==================  ===================  ============  ==============================
written by          JSON                 descriptors   measured on
==================  ===================  ============  ==============================
Docker's push       three spaces         size first    every Docker schema 2 page of
                                                       2016-2026 at hand
containers/image    compact              Docker: size  what skopeo and buildah write
                                         first; OCI:
                                         digest first
go-containerregis-  compact              size first    its source (v1.Descriptor)
try
BuildKit,           two spaces           digest first  all 22 attestations at hand,
containerd                                             2024-2026
==================  ===================  ============  ==============================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from tagledger.model import media_types
from tagledger.model.digest import Digest
from tagledger.model.snapshot import Layer
from tagledger.reports.proof.serialise import (
    GO_COMPACT,
    GO_INDENT_2,
    GO_INDENT_3,
    Gap,
    Style,
    gap,
    unknown_size,
)

PREDICATE_TYPE = "in-toto.io/predicate-type"
PREDICATES = (
    "https://spdx.dev/Document",
    "https://slsa.dev/provenance/v0.2",
    "https://slsa.dev/provenance/v1",
    "https://cyclonedx.org/bom",
)
"""What the statements of BuildKit's attestations are of; a page does not show it.
The first two are all that was met; the others are what BuildKit and its scanners can
be told to write."""


class ManifestForm(msgspec.Struct, frozen=True):
    """One way to write a manifest.

    `is_size_first` is the order of a descriptor's fields, `names_itself` whether the
    manifest states its own media type.
    """

    name: str
    style: Style
    config_type: str
    is_size_first: bool
    names_itself: bool = True

    def gap(
        self,
        manifest_type: str,
        config: Digest,
        layers: Sequence[Layer],
        annotations: Mapping[str, str],
    ) -> Gap:
        """The manifest around the size of its config.

        The layers have digest and size; one without a media type is a Docker layer.
        """
        document: dict[str, object] = {"schemaVersion": 2}
        if self.names_itself:
            document["mediaType"] = manifest_type
        document["config"] = self._descriptor(self.config_type, unknown_size(), config)
        document["layers"] = [self._layer(layer) for layer in layers]
        if annotations:
            document["annotations"] = dict(sorted(annotations.items()))
        return gap(document, self.style)

    def _layer(self, layer: Layer) -> dict[str, object]:
        media_type = layer.media_type or media_types.DOCKER_LAYER_GZIP
        found = self._descriptor(media_type, layer.size_bytes, layer.digest)
        if layer.urls:
            found["urls"] = list(layer.urls)
        if layer.annotations:
            found["annotations"] = dict(sorted(layer.annotations.items()))
        return found

    def _descriptor(
        self, media_type: str, size_bytes: int | None, digest: Digest | None
    ) -> dict[str, object]:
        if self.is_size_first:
            return {"mediaType": media_type, "size": size_bytes, "digest": digest}
        return {"mediaType": media_type, "digest": digest, "size": size_bytes}


DOCKER = ManifestForm(
    "as Docker pushed it", GO_INDENT_3, media_types.DOCKER_CONFIG, is_size_first=True
)
OLD_DOCKER = ManifestForm(
    "as Docker 1.10 to 1.12 pushed it",
    GO_INDENT_3,
    media_types.OCTET_STREAM,
    is_size_first=True,
)
BUILDKIT = ManifestForm(
    "as BuildKit pushed it",
    GO_INDENT_2,
    media_types.OCI_CONFIG,
    is_size_first=False,
)

FORMS: Mapping[str, tuple[ManifestForm, ...]] = {
    media_types.DOCKER_MANIFEST: (
        DOCKER,
        OLD_DOCKER,
        ManifestForm(
            "as containers/image or go-containerregistry wrote it",
            GO_COMPACT,
            media_types.DOCKER_CONFIG,
            is_size_first=True,
        ),
        ManifestForm(
            "as BuildKit pushed it",
            GO_INDENT_2,
            media_types.DOCKER_CONFIG,
            is_size_first=False,
        ),
    ),
    media_types.OCI_MANIFEST: (
        BUILDKIT,
        ManifestForm(
            "as containers/image wrote it",
            GO_COMPACT,
            media_types.OCI_CONFIG,
            is_size_first=False,
        ),
        ManifestForm(
            "as containers/image wrote it before OCI 1.0.2",
            GO_COMPACT,
            media_types.OCI_CONFIG,
            is_size_first=False,
            names_itself=False,
        ),
        ManifestForm(
            "as go-containerregistry wrote it",
            GO_COMPACT,
            media_types.OCI_CONFIG,
            is_size_first=True,
        ),
    ),
}
"""By the media type of the manifest, the likeliest first."""
