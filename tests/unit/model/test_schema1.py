import base64
import json
from typing import Any

import pytest

from support.kinds import KINDS
from support.memory_contents import MemoryContents, snapshot_of
from tagledger.errors import DigestMismatch, MalformedDocument
from tagledger.model import media_types
from tagledger.model.digest import Digest
from tagledger.model.schema1 import schema1_payload
from tagledger.model.source import Received


def b64(content: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def signed(*headers: Any) -> bytes:  # noqa: ANN401 - broken headers of any shape
    """A document with these protected headers."""
    signatures = [{"protected": b64(json.dumps(header).encode())} for header in headers]
    return json.dumps({"schemaVersion": 1, "signatures": signatures}).encode()


async def test_a_signed_schema_1_is_named_by_its_payload() -> None:
    """The digest is over what was signed; what was received is kept as well."""
    published = KINDS["schema-1-signed"]()

    snapshot = await snapshot_of(published, digest=published.digest)

    assert snapshot.root is not None
    document = snapshot.documents[snapshot.root.digest]
    assert published.digest == snapshot.root.digest
    assert published.root.content == document.received
    assert document.content != document.received
    assert Digest.of(document.content) == published.digest


async def test_a_forged_payload_is_refused() -> None:
    """A byte changed before the signature changes the digest."""
    published = KINDS["schema-1-signed"]()
    forged = published.root.content.replace(b'"tag": "', b'"tag": "x', 1)
    contents = MemoryContents(
        published, root=Received(forged, published.root.media_type)
    )

    with pytest.raises((DigestMismatch, MalformedDocument)):
        await snapshot_of(published, contents=contents, digest=published.digest)


async def test_text_outside_the_payload_is_not_read() -> None:
    """What follows the signed part cannot add a layer: only the payload is decoded."""
    published = KINDS["schema-1-signed"]()
    snapshot = await snapshot_of(published)

    (image,) = snapshot.images
    assert image.manifest is not None
    assert image.manifest.media_type == media_types.DOCKER_SCHEMA1_SIGNED
    assert len(image.layers) == len(image.steps)


async def test_a_schema_1_image_is_stated_oldest_layer_first() -> None:
    """Steps run upwards, each with its layer; the v1 ID stands for the config."""
    (image,) = (await snapshot_of(KINDS["schema-1"]())).images

    made = [step.layer for step in image.steps if step.layer is not None]
    created = [step.created for step in image.steps if step.created]
    assert sorted(made) == made
    assert sorted(created) == created
    assert image.config_descriptor is None
    assert image.image_id is not None
    assert not image.image_id.startswith("sha256:")


@pytest.mark.parametrize(
    "document",
    [
        signed({"formatLength": -1, "formatTail": ""}),
        signed({"formatLength": 10**9, "formatTail": ""}),
        signed({"formatLength": "1", "formatTail": ""}),
        signed({"formatTail": "fQ"}),
        signed({"formatLength": 5, "formatTail": "*"}),
        signed([]),
        signed({"formatLength": 5, "formatTail": "fQ"}, {"formatLength": 6, "formatTail": "fQ"}),
        b'{"signatures":[{"protected":"!"}]}',
        b'{"signatures":[{}]}',
        b'{"signatures":5}',
    ],
)  # fmt: skip
def test_a_signature_that_cannot_be_followed_is_refused(document: bytes) -> None:
    """Broken protected headers give a clean error that names the field."""
    with pytest.raises(MalformedDocument) as caught:
        schema1_payload(document, "it")

    assert "signatures" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"history": []}, "entries for"),
        ({"history": [{"v1Compatibility": "[]"}]}, "not a JSON object"),
        ({"history": [{"v1Compatibility": "{"}]}, "not JSON"),
        ({"history": [{"v1Compatibility": 5}]}, "Expected"),
        ({"fsLayers": [{"blobSum": "x"}]}, "digest"),
        ({"schemaVersion": 2}, "instead of 1"),
    ],
)
async def test_odd_schema_1_documents_are_clean_errors(
    change: dict[str, Any], problem: str
) -> None:
    """Each oddity names the document."""
    document = {
        "schemaVersion": 1,
        "name": "library/x",
        "tag": "1",
        "architecture": "amd64",
        "fsLayers": [{"blobSum": Digest.of(b"")}],
        "history": [{"v1Compatibility": "{}"}],
        **change,
    }
    content = json.dumps(document).encode()
    contents = MemoryContents(
        KINDS["schema-1"](), root=Received(content, media_types.DOCKER_SCHEMA1)
    )

    with pytest.raises(MalformedDocument, match=problem):
        await snapshot_of(KINDS["schema-1"](), contents=contents)
