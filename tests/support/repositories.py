"""What a registry keeps under one repository's name."""

import json
from datetime import datetime

import msgspec

from support.blobs import Json


class Stored(msgspec.Struct, frozen=True):
    """A manifest or blob on the shelf; `content` is None where only its headers exist."""

    content: bytes | None
    media_type: str
    size_bytes: int
    last_modified: datetime | None = None


class Repository(msgspec.Struct, frozen=True):
    """What is kept under one repository's name."""

    manifests: dict[str, Stored] = {}
    blobs: dict[str, Stored] = {}
    tags: dict[str, str] = {}

    def referrers(
        self, subject: str, artifact_type: str | None
    ) -> list[dict[str, Json]]:
        """Descriptors of the manifests whose `subject` is this digest (distribution-spec, "Listing Referrers")."""
        found = [
            descriptor
            for digest, stored in self.manifests.items()
            if (descriptor := _referrer(digest, stored, subject)) is not None
        ]
        return [each for each in found if artifact_type in (None, each["artifactType"])]


def _referrer(digest: str, stored: Stored, subject: str) -> dict[str, Json] | None:
    document = json.loads(stored.content or b"{}")
    if document.get("subject", {}).get("digest") != subject:
        return None
    artifact_type = document.get("artifactType") or document.get("config", {}).get(
        "mediaType"
    )
    descriptor: dict[str, Json] = {
        "mediaType": stored.media_type,
        "size": stored.size_bytes,
        "digest": digest,
        "artifactType": artifact_type,
    }
    if "annotations" in document:
        descriptor["annotations"] = document["annotations"]
    return descriptor
