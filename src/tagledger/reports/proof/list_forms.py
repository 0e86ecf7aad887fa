r"""The ways in which a list or index may have been written, each with who wrote it so.

===================  =====================  ==========================================
written by           JSON                   measured on
===================  =====================  ==========================================
manifest-tool,       three spaces           all 3,196 lists of 2017-2018 at hand
docker manifest
docker-library's     compact, sorted,       all 16 lists of 2018-2023 at hand, the
put-multiarch        ``\/``                  seed's among them
docker-library,      the same, each entry   both lists of 2026 at hand
from 2024            naming its processor
BuildKit             two spaces             its source (exporter/containerimage)
go-containerregis-   compact                their sources
try, containers/
image
===================  =====================  ==========================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tagledger.model import media_types
from tagledger.model.digest import Digest
from tagledger.model.platform import Platform
from tagledger.reports.proof.serialise import (
    GO_COMPACT,
    GO_INDENT_2,
    GO_INDENT_3,
    MOJO,
    Style,
    serialise,
)

REFERENCE_TYPE = "vnd.docker.reference.type"
REFERENCE_DIGEST = "vnd.docker.reference.digest"
BASHBREW_ARCH = "com.docker.official-images.bashbrew.arch"
_BASHBREW_NAMES = {
    ("386", None): "i386",
    ("arm", "v5"): "arm32v5",
    ("arm", "v6"): "arm32v6",
    ("arm", "v7"): "arm32v7",
    ("arm64", "v8"): "arm64v8",
    ("arm64", None): "arm64v8",
}
"""What docker-library calls processors (bashbrew, architecture/oci-platform.go)."""


class ListedManifest(msgspec.Struct, frozen=True):
    """One entry of a list; `speaks_of` is the image that an attestation is about."""

    media_type: str
    digest: Digest
    size_bytes: int
    platform: Platform | None
    speaks_of: Digest | None = None


class ListForm(msgspec.Struct, frozen=True):
    """One way to write a list.

    `is_size_first` is the order of a descriptor's fields, `names_processors` whether
    each entry is annotated with docker-library's name of its processor.
    """

    name: str
    style: Style
    is_size_first: bool = True
    names_processors: bool = False

    def content(self, media_type: str, manifests: Iterable[ListedManifest]) -> bytes:
        """The bytes of the list."""
        document = {
            "schemaVersion": 2,
            "mediaType": media_type,
            "manifests": [self._entry(manifest) for manifest in manifests],
        }
        return serialise(document, self.style)

    def _entry(self, listed: ListedManifest) -> dict[str, object]:
        entry: dict[str, object] = {"mediaType": listed.media_type}
        if self.is_size_first:
            entry |= {"size": listed.size_bytes, "digest": listed.digest}
        else:
            entry |= {"digest": listed.digest, "size": listed.size_bytes}
        annotations = self._annotations(listed)
        if annotations:
            entry["annotations"] = annotations
        if listed.platform is not None:
            entry["platform"] = _platform(listed.platform)
        return entry

    def _annotations(self, listed: ListedManifest) -> dict[str, str]:
        found: dict[str, str] = {}
        if self.names_processors and listed.platform is not None:
            found[BASHBREW_ARCH] = bashbrew_name(listed.platform)
        if listed.speaks_of is not None:
            found[REFERENCE_DIGEST] = listed.speaks_of
            found[REFERENCE_TYPE] = "attestation-manifest"
        return found


def bashbrew_name(platform: Platform) -> str:
    """docker-library's name of a platform: ``arm32v7``, ``windows-amd64``."""
    key = (platform.architecture, platform.variant)
    name = _BASHBREW_NAMES.get(key, platform.architecture)
    return name if platform.os == "linux" else f"{platform.os}-{name}"


MANIFEST_TOOL = ListForm("as manifest-tool pushed it", GO_INDENT_3)
PUT_MULTIARCH = ListForm("as docker-library pushed it", MOJO)
ANNOTATED = ListForm(
    "as docker-library pushed it from 2024 on", MOJO, names_processors=True
)
_BUILDKIT = ListForm("as BuildKit pushed it", GO_INDENT_2, is_size_first=False)
_COMPACT = ListForm("as go-containerregistry wrote it", GO_COMPACT)
_COMPACT_OCI = ListForm("as containers/image wrote it", GO_COMPACT, is_size_first=False)

FORMS: Mapping[str, Sequence[ListForm]] = {
    media_types.DOCKER_LIST: (
        MANIFEST_TOOL,
        PUT_MULTIARCH,
        ANNOTATED,
        _BUILDKIT,
        _COMPACT,
    ),
    media_types.OCI_INDEX: (
        _BUILDKIT,
        _COMPACT,
        _COMPACT_OCI,
        PUT_MULTIARCH,
        ANNOTATED,
    ),
}
"""By the media type of the list, the likeliest first."""


def _platform(platform: Platform) -> dict[str, object]:
    # The order of distribution's manifestlist.PlatformSpec; empty fields are left out.
    optional = {
        "os.version": platform.os_version,
        "os.features": list(platform.os_features),
        "variant": platform.variant,
        "features": list(platform.features),
    }
    return {
        "architecture": platform.architecture,
        "os": platform.os,
        **{name: value for name, value in optional.items() if value},
    }
