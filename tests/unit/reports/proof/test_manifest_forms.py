import json

import pytest

from support.blobs import Json
from support.stated import OBSERVED_AT
from tagledger.model import media_types
from tagledger.model.config import ImageConfig
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.platform import Platform
from tagledger.model.reference import parse_reference
from tagledger.model.snapshot import Image, Layer, Snapshot
from tagledger.reports.proof.list_forms import bashbrew_name
from tagledger.reports.proof.prove import prove

OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
CONFIG, LAYER = Digest.of(b"config"), Digest.of(b"layer")

FORMS = [
    (media_types.DOCKER_MANIFEST, media_types.DOCKER_CONFIG, "size", 3, True),
    (media_types.DOCKER_MANIFEST, media_types.OCTET_STREAM, "size", 3, True),
    (media_types.DOCKER_MANIFEST, media_types.DOCKER_CONFIG, "size", None, True),
    (media_types.DOCKER_MANIFEST, media_types.DOCKER_CONFIG, "digest", 2, True),
    (media_types.OCI_MANIFEST, media_types.OCI_CONFIG, "digest", 2, True),
    (media_types.OCI_MANIFEST, media_types.OCI_CONFIG, "digest", None, True),
    (media_types.OCI_MANIFEST, media_types.OCI_CONFIG, "digest", None, False),
    (media_types.OCI_MANIFEST, media_types.OCI_CONFIG, "size", None, True),
]
"""Manifest, config, which field stands first, indent, and whether it names itself."""


def pointer(media_type: str, digest: Digest, size: int, first: str) -> dict[str, Json]:
    """A descriptor with its fields in one of the two orders."""
    if first == "size":
        return {"mediaType": media_type, "size": size, "digest": digest}
    return {"mediaType": media_type, "digest": digest, "size": size}


@pytest.mark.parametrize(("kind", "config", "first", "indent", "names_itself"), FORMS)
def test_each_form_that_is_known_is_rebuilt(
    kind: str, config: str, first: str, indent: int | None, *, names_itself: bool
) -> None:
    """A manifest written in any of the forms comes out of its facts to the byte."""
    layer_type = (
        OCI_LAYER if kind == media_types.OCI_MANIFEST else media_types.DOCKER_LAYER_GZIP
    )
    document: dict[str, Json] = {"schemaVersion": 2}
    if names_itself:
        document["mediaType"] = kind
    document["config"] = pointer(config, CONFIG, 4321, first)
    document["layers"] = [pointer(layer_type, LAYER, 99, first)]
    separators = (",", ":") if indent is None else (",", ": ")
    content = json.dumps(document, indent=indent, separators=separators).encode()
    digest = Digest.of(content)
    image = Image(
        manifest=Descriptor(kind, digest, None),
        platform=Platform("linux", "amd64"),
        config_descriptor=Descriptor(config, CONFIG, None),
        config=ImageConfig(),
        layers=(Layer(LAYER, layer_type, 99),),
        steps=(),
    )
    page = Snapshot(
        reference=parse_reference("example.com/app:1"),
        source="page:x.md",
        observed_at=OBSERVED_AT,
        root=image.manifest,
        entries=(image,),
    )

    proven = prove(page).snapshot.documents[digest]

    assert (content, Evidence.PROVEN) == (proven.content, proven.evidence)


@pytest.mark.parametrize(
    ("platform", "name"),
    [
        (Platform("linux", "amd64"), "amd64"),
        (Platform("linux", "386"), "i386"),
        (Platform("linux", "arm", "v6"), "arm32v6"),
        (Platform("linux", "arm64", "v8"), "arm64v8"),
        (Platform("linux", "arm64"), "arm64v8"),
        (Platform("linux", "riscv64"), "riscv64"),
        (Platform("windows", "amd64", os_version="10.0.20348.1"), "windows-amd64"),
    ],
)
def test_processors_have_docker_librarys_names(platform: Platform, name: str) -> None:
    """Lists of 2024 on annotate each entry with such a name."""
    assert name == bashbrew_name(platform)
