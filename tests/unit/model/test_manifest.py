import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.blobs import Published
from support.kinds import KINDS
from tagledger.errors import (
    AmbiguousDocument,
    InvalidContent,
    MalformedDocument,
    MediaTypeMismatch,
)
from tagledger.model import manifest, media_types
from tagledger.model.digest import Digest
from tagledger.model.manifest import Index, Manifest, decode_manifest, signed_payload
from tagledger.model.schema1 import Schema1Manifest

DIGEST = Digest.of(b"")
DESCRIPTOR = {
    "mediaType": media_types.OCI_CONFIG,
    "digest": DIGEST,
    "size": 0,
}
MANIFEST: dict[str, Any] = {
    "schemaVersion": 2,
    "mediaType": media_types.OCI_MANIFEST,
    "config": DESCRIPTOR,
    "layers": [DESCRIPTOR],
}
INDEX: dict[str, Any] = {
    "schemaVersion": 2,
    "mediaType": media_types.OCI_INDEX,
    "manifests": [DESCRIPTOR],
}


def decode(
    document: dict[str, Any], announced: str | None
) -> Index | Manifest | Schema1Manifest:
    """Decode a document as if its bytes had been verified."""
    return decode_manifest(json.dumps(document).encode(), DIGEST, announced)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_manifest_is_decoded(kind: str) -> None:
    """Each fixture's root decodes to what its media type says."""
    published: Published = KINDS[kind]()
    root = published.root
    payload = signed_payload(root.content, root.media_type, "it")
    Digest(root.digest).verify(payload)

    decoded = decode_manifest(payload, Digest(root.digest), root.media_type)

    expected: type = Manifest
    if root.media_type in media_types.INDEXES:
        expected = Index
    elif root.media_type in media_types.SCHEMA1:
        expected = Schema1Manifest
    assert expected is type(decoded)


@pytest.mark.parametrize(
    "extra",
    [
        {"manifests": []},
        {"manifests": [DESCRIPTOR]},
        {"fsLayers": []},
        {"blobs": []},
    ],
)
@pytest.mark.parametrize(
    "announced", [media_types.OCI_MANIFEST, media_types.OCI_INDEX, None]
)
def test_cve_2021_41190_a_document_that_is_two_things_is_refused(
    extra: dict[str, Any], announced: str | None
) -> None:
    """Index and manifest at once is neither, whatever it is announced as."""
    with pytest.raises(AmbiguousDocument):
        decode({**MANIFEST, **extra}, announced)


def test_a_schema_1_that_is_a_manifest_too_is_refused() -> None:
    """`fsLayers` beside `manifests` is as ambiguous."""
    with pytest.raises(AmbiguousDocument):
        decode({**INDEX, "fsLayers": []}, media_types.DOCKER_SCHEMA1)


@pytest.mark.parametrize(
    ("document", "announced"),
    [
        (MANIFEST, media_types.OCI_INDEX),
        (MANIFEST, media_types.DOCKER_MANIFEST),
        (MANIFEST, media_types.DOCKER_SCHEMA1),
        (INDEX, media_types.OCI_MANIFEST),
        (INDEX, media_types.DOCKER_LIST),
        ({**MANIFEST, "mediaType": media_types.OCI_INDEX}, None),
        ({"schemaVersion": 1, "fsLayers": [], "history": []}, media_types.OCI_MANIFEST),
    ],
)
def test_a_document_must_be_what_it_is_announced_as(
    document: dict[str, Any], announced: str | None
) -> None:
    """The header, the field and the shape must not contradict each other."""
    with pytest.raises(MediaTypeMismatch):
        decode(document, announced)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"schemaVersion": 3}, "schemaVersion"),
        ({"schemaVersion": None}, "schemaVersion"),
        ({"config": None}, "config"),
        ({"config": {**DESCRIPTOR, "size": -1}}, "config.size"),
        ({"config": {**DESCRIPTOR, "size": 2**63}}, "config.size"),
        ({"config": {**DESCRIPTOR, "size": 1.5}}, "config.size"),
        ({"config": {**DESCRIPTOR, "size": "1"}}, "config.size"),
        ({"layers": [{**DESCRIPTOR, "digest": "sha256:0"}]}, "layers[0].digest"),
        ({"layers": [DESCRIPTOR, {}]}, "layers[1]"),
        ({"layers": {}}, "layers"),
        ({"annotations": {"a": 1}}, "annotations[...]"),
        ({"layers": [{**DESCRIPTOR, "data": "%"}]}, "layers[0].data"),
        ({"subject": "x"}, "subject"),
    ],
)
def test_a_wrong_field_is_named_with_its_document(
    change: dict[str, Any], field: str
) -> None:
    """The error says which document and which field."""
    with pytest.raises(MalformedDocument) as caught:
        decode({**MANIFEST, **change}, media_types.OCI_MANIFEST)

    assert (DIGEST, field) == (caught.value.document, caught.value.field)


@pytest.mark.parametrize("media_type", [7, {}, [media_types.DOCKER_SCHEMA1]])
def test_a_schema_1_whose_media_type_is_no_text_is_refused(media_type: object) -> None:
    """Nothing in such a document has been checked against a type before."""
    with pytest.raises(MalformedDocument) as caught:
        decode({"fsLayers": [], "mediaType": media_type}, None)

    assert caught.value.field == "mediaType"


@pytest.mark.parametrize("media_type", ["application/json", "", None, "text/plain"])
def test_a_header_that_says_nothing_leaves_it_to_the_document(
    media_type: str | None,
) -> None:
    """Old registries and files give no media type."""
    decoded = decode(MANIFEST, media_type)

    assert isinstance(decoded, Manifest)
    assert decoded.media_type == media_types.OCI_MANIFEST


def test_more_layers_than_any_image_has_are_refused() -> None:
    """A list of layers is bounded, and the error names it."""
    layers = [DESCRIPTOR] * (manifest.MAX_LAYERS + 1)

    with pytest.raises(MalformedDocument) as caught:
        decode({**MANIFEST, "layers": layers}, media_types.OCI_MANIFEST)

    assert "layers" == caught.value.field


def test_null_lists_are_empty_lists() -> None:
    """Go writes an empty slice as null."""
    decoded = decode({**MANIFEST, "layers": None}, media_types.OCI_MANIFEST)

    assert isinstance(decoded, Manifest)
    assert decoded.layers == ()


def test_unknown_fields_are_kept() -> None:
    """What no specification names is there for whoever knows it."""
    decoded = decode(
        {**MANIFEST, "x": [1], "config": {**DESCRIPTOR, "y": 2}},
        media_types.OCI_MANIFEST,
    )

    assert isinstance(decoded, Manifest)
    assert decoded.config is not None
    assert (decoded.unknown, decoded.config.unknown) == ({"x": [1]}, {"y": 2})


@given(
    st.dictionaries(
        st.sampled_from(
            [
                *("schemaVersion", "mediaType", "config", "layers", "manifests"),
                *("fsLayers", "history", "subject", "annotations", "signatures"),
            ]
        ),
        st.none()
        | st.integers(0, 3)
        | st.sampled_from([media_types.OCI_MANIFEST, media_types.OCI_INDEX, ""])
        | st.just(DESCRIPTOR)
        | st.lists(st.just(DESCRIPTOR) | st.none(), max_size=2),
    ),
    st.sampled_from([None, media_types.OCI_MANIFEST, media_types.DOCKER_SCHEMA1]),
)
def test_any_document_is_decoded_or_a_clear_error(
    document: dict[str, Any], announced: str | None
) -> None:
    """No mixture of fields makes the decoder fail in another way."""
    try:
        decode(document, announced)
    except InvalidContent as exc:
        assert DIGEST in str(exc)  # noqa: PT017 - either way out is right
