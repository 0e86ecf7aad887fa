"""``manifest.json``: what an archive of ``docker save`` lists.

Source: Docker "Image Specification v1.2", "Combined Image JSON + Filesystem
Changeset Format"; moby image/tarexport; containerd core/images/archive.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from tagledger.errors import (
    MalformedDocument,
    MalformedReference,
    NotSupported,
    PlaceNotFound,
    TagNotFound,
    UnknownAddress,
)
from tagledger.model.descriptor import Descriptor, convert_descriptor
from tagledger.model.digest import Digest
from tagledger.model.manifest import MAX_MANIFEST_BYTES
from tagledger.model.reference import Reference, parse_reference
from tagledger.model.strict_json import convert, decode_json
from tagledger.sources.layout_index import INDEX_FILE, VERSION_FILE
from tagledger.sources.place_address import Selector
from tagledger.sources.shelf import Shelf, load

MANIFEST_FILE = "manifest.json"
REPOSITORIES_FILE = "repositories"

_MAX_LISTED = 20
_HEX = re.compile(r"(?:.*/)?(?:sha256:)?([0-9a-f]{64})(?:\.json)?", re.ASCII)


class SavedImage(msgspec.Struct, frozen=True):
    """One image of the archive: the names of its files, and of itself.

    `sources` has the descriptors of foreign layers, by diff ID, where Docker for
    Windows wrote them.
    """

    config: str
    layers: tuple[str, ...]
    names: tuple[Reference, ...]
    sources: Mapping[str, Descriptor]

    @property
    def stated_id(self) -> Digest | None:
        """The image ID that the name of the config file states, if it states one."""
        match = _HEX.fullmatch(self.config)
        return None if match is None else Digest(f"sha256:{match[1]}")


class SavedImages(msgspec.Struct, frozen=True):
    """All images of an archive. `base` is what one without a name is called."""

    place: str
    base: str
    images: tuple[SavedImage, ...]

    def reference(self, selector: Selector) -> Reference:
        """What to ask for, and how to show it; whether it is there, `choose` says.

        Raises TagNotFound for a position beyond the last image.
        """
        if (position := selector.position) is not None:
            if position >= len(self.images):
                raise TagNotFound(f"{self.place}:@{position}", available=self.listed())
            image = self.images[position]
            return self._shown(image, None if image.names else image.stated_id)
        if selector.name is not None:
            try:
                parsed = parse_reference(selector.name)
            except MalformedReference:
                return Reference("", self.base, selector.name, selector.digest)
            return parsed.with_digest(selector.digest)
        if selector.digest is None and len(self.images) == 1:
            return self._shown(self.images[0], None)
        return Reference("", self.base, None, selector.digest)

    def choose(self, name: Reference) -> SavedImage:
        """The image that a name means; a digest is an image ID here.

        Without either: the only image. Raises TagNotFound, PlaceNotFound for an
        archive without any image, UnknownAddress listing what there is.
        """
        if not self.images:
            raise PlaceNotFound(self.place, "there is no image in this archive")
        found = list(self.images)
        if name.tag is not None:
            tagged = name.with_digest(None)
            found = [image for image in found if tagged in image.names]
        if name.digest is not None:
            found = [image for image in found if image.stated_id == name.digest]
        if not found:
            raise TagNotFound(f"{self.place}: {name.title}", available=self.listed())
        if len(found) > 1:
            problem = f"several images are in it: {', '.join(self.listed())}"
            raise UnknownAddress(self.place, f"{problem}; add :NAME or :@NUMBER")
        return found[0]

    def listed(self) -> tuple[str, ...]:
        """The names of all images; for those without one, their place."""
        texts = [
            text
            for position, image in enumerate(self.images)
            for text in [name.familiar for name in image.names] or [f"@{position}"]
        ]
        more = ("…",) if len(texts) > _MAX_LISTED else ()
        return (*texts[:_MAX_LISTED], *more)

    def tags(self, name: Reference) -> list[str]:
        """The tags of the repository, or every name if the whole archive is meant."""
        names = [item for image in self.images for item in image.names]
        if (name.domain, name.path) == ("", self.base):
            return [item.familiar for item in names]
        return [
            item.tag
            for item in names
            if (item.domain, item.path) == (name.domain, name.path) and item.tag
        ]

    def _shown(self, image: SavedImage, digest: Digest | None) -> Reference:
        name = image.names[0] if image.names else Reference("", self.base)
        return name.with_digest(digest)


class _WireItem(msgspec.Struct, frozen=True, rename="pascal"):
    config: str
    repo_tags: tuple[str, ...] | None = None
    layers: tuple[str, ...] | None = None
    layer_sources: dict[str, Any] | None = None


def load_saved_images(shelf: Shelf, base: str) -> SavedImages | None:
    """What the archive lists; None where its OCI layout is the better statement.

    Since 25.0 Docker writes both. With the containerd store the layout is what was
    pulled or built, to the byte. With the older stores Docker makes up manifests that
    were never published, in some releases without their layers (moby issues 47065,
    47210): such an archive is read as what it was before. It gives itself away by a
    `repositories` file or `LayerSources`, neither of which containerd writes, or by a
    layout that lists nothing.

    Raises PlaceNotFound if this is no such archive, MalformedDocument, TooLarge.
    """
    has_layout = None not in (
        shelf.size_bytes(VERSION_FILE),
        shelf.size_bytes(INDEX_FILE),
    )
    content = load(shelf, MANIFEST_FILE, MAX_MANIFEST_BYTES)
    if content is None:
        if has_layout:
            return None
        if shelf.size_bytes(REPOSITORIES_FILE) is not None:
            raise NotSupported(
                f"{shelf.place}: saved by Docker before 1.10",
                hint="load it with Docker and save it again",
            )
        raise PlaceNotFound(
            shelf.place, f"not an archive of docker save: no {MANIFEST_FILE} in it"
        )
    document = f"{shelf.place}: {MANIFEST_FILE}"
    items = convert(decode_json(content, document), tuple[_WireItem, ...], document)
    is_older_store = shelf.size_bytes(REPOSITORIES_FILE) is not None or any(
        item.layer_sources is not None for item in items
    )
    if has_layout and not is_older_store and _lists_any(shelf):
        return None
    images = tuple(
        _image(item, document, f"[{position}]") for position, item in enumerate(items)
    )
    return SavedImages(shelf.place, base, images)


def _lists_any(shelf: Shelf) -> bool:
    content = load(shelf, INDEX_FILE, MAX_MANIFEST_BYTES) or b""
    value = decode_json(content, f"{shelf.place}: {INDEX_FILE}")
    return not isinstance(value, dict) or bool(value.get("manifests"))


def _image(item: _WireItem, document: str, field: str) -> SavedImage:
    names = []
    for text in item.repo_tags or ():
        try:
            names.append(parse_reference(text))
        except MalformedReference as exc:
            at = f"{field}.RepoTags"
            raise MalformedDocument(document, str(exc), field=at) from exc
    sources = {
        diff_id: convert_descriptor(value, document, f"{field}.LayerSources")
        for diff_id, value in (item.layer_sources or {}).items()
    }
    return SavedImage(item.config, item.layers or (), tuple(names), sources)
