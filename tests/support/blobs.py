"""Bytes with the digest that names them, and the ways in which tools write JSON."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec

Json: TypeAlias = (
    "Mapping[str, Json] | Sequence[Json] | str | int | float | bool | None"
)
JsonObject: TypeAlias = Mapping[str, Json]


def digest_of(content: bytes, algorithm: str = "sha256") -> str:
    """The digest of `content` as image documents write it; `algorithm` is `sha256` or `sha512`."""
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"


class Blob(msgspec.Struct, frozen=True):
    """A manifest, a config or a layer: its exact bytes, its media type and the digest it is published under.

    `digest` is kept rather than derived, because a signed schema 1 manifest is named after its payload.
    """

    media_type: str
    content: bytes
    digest: str

    @property
    def size_bytes(self) -> int:
        """How many bytes are stored."""
        return len(self.content)

    def descriptor(self, **more: Json) -> dict[str, Json]:
        """The descriptor (image-spec, descriptor.md) of these bytes; `more` adds fields at its end."""
        return {
            "mediaType": self.media_type,
            "size": self.size_bytes,
            "digest": self.digest,
            **more,
        }


def make_blob(media_type: str, content: bytes, algorithm: str = "sha256") -> Blob:
    """A blob named after its own bytes."""
    return Blob(media_type, content, digest_of(content, algorithm))


class Published(msgspec.Struct, frozen=True):
    """All that one reference names: the root document, the manifests under it, configs and layers.

    `manifests` begins with `root`. `elsewhere` are foreign layers, which the registry does not hold. A digest that a
    document names and that is in no list is missing on purpose.
    """

    root: Blob
    manifests: tuple[Blob, ...]
    blobs: tuple[Blob, ...] = ()
    elsewhere: tuple[Blob, ...] = ()

    @property
    def digest(self) -> str:
        """The digest that a reference to the whole would carry."""
        return self.root.digest


def compact_json(document: Json) -> bytes:
    """JSON without white space, fields in the order given."""
    return _escaped(json.dumps(document, ensure_ascii=False, separators=(",", ":")))


def indented_json(document: Json, indent: int = 3) -> bytes:
    """Indented JSON without a final line break; three spaces is what Docker's registry code writes."""
    return _escaped(
        json.dumps(document, ensure_ascii=False, indent=indent, separators=(",", ": "))
    )


def slash_escaped_json(document: Json) -> bytes:
    r"""Compact JSON with sorted keys and every `/` as `\/`: the manifest lists of Docker Hub's library, 2019 to 2023."""
    return (
        json.dumps(document, sort_keys=True, separators=(",", ":"))
        .replace("/", r"\/")
        .encode()
    )


def _escaped(text: str) -> bytes:
    # Go's encoding/json writes these five characters as escapes, and nearly every image tool is written in Go.
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode()
