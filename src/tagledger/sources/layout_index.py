"""``index.json``: what an OCI layout lists, and what each entry is called.

Source: OCI image specification 1.1, image-layout.md and annotations.md; containerd
for `io.containerd.image.name`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from tagledger.errors import (
    AmbiguousDocument,
    MalformedDocument,
    MalformedReference,
    ManifestNotFound,
    MediaTypeMismatch,
    NotSupported,
    PlaceNotFound,
    TagNotFound,
    UnknownAddress,
)
from tagledger.model import media_types
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.entries import is_attestation
from tagledger.model.manifest import MAX_MANIFEST_BYTES, Index, decode_manifest
from tagledger.model.reference import Reference, parse_reference
from tagledger.model.strict_json import decode_json
from tagledger.sources.place_address import Selector
from tagledger.sources.shelf import Shelf, load

REF_NAME = "org.opencontainers.image.ref.name"
CONTAINERD_NAME = "io.containerd.image.name"
INDEX_FILE = "index.json"
VERSION_FILE = "oci-layout"

_VERSION = re.compile(r"1\.0\.[0-9]+", re.ASCII)
_MAX_VERSION_BYTES = 64 * 1024
_MAX_LISTED = 20


class LayoutEntry(msgspec.Struct, frozen=True):
    """One entry: its descriptor, what it answers to, and how it is shown."""

    descriptor: Descriptor
    names: tuple[str, ...]
    reference: Reference


class LayoutIndex(msgspec.Struct, frozen=True):
    """All entries of a layout, and the bytes that list them.

    `base` is what an image without a full name is called: the name of the folder.
    """

    place: str
    base: str
    content: bytes
    entries: tuple[LayoutEntry, ...]

    def reference(self, selector: Selector) -> Reference:
        """What to ask for, and how to show it; whether it is there, `choose` says.

        Raises TagNotFound for a position beyond the last entry.
        """
        if (position := selector.position) is not None:
            if position >= len(self.entries):
                raise TagNotFound(f"{self.place}:@{position}", available=self.listed())
            entry = self.entries[position]
            return entry.reference.with_digest(entry.descriptor.digest)
        found = [entry for entry in self.entries if _answers(entry, selector)]
        reference = Reference("", self.base, selector.name, selector.digest)
        shown = {entry.reference for entry in found}
        if len(shown) != 1:
            return reference
        (full,) = shown
        tag = full.tag if selector.digest is None or selector.name else None
        return Reference(full.domain, full.path, tag, selector.digest)

    def choose(self, name: Reference) -> Descriptor | None:
        """The descriptor that the name means; None where it means `index.json` itself.

        Without a name: the only entry. Several entries may share a name, or have
        none, one for each platform: then, if there are no others, `index.json` is the
        index that was published (bazel's rules_oci and crane read and write it so).

        Raises TagNotFound, ManifestNotFound, PlaceNotFound for a layout without any
        image, UnknownAddress listing what there is where it remains open.
        """
        found = [entry for entry in self.entries if self._is_meant(entry, name)]
        if name.tag is not None and not found:
            raise TagNotFound(
                f"{self.place}: {name.title}", available=self.listed(self.entries)
            )
        if name.digest is not None:
            return self._by_digest(found, name.digest, is_named=name.tag is not None)
        if not found:
            raise PlaceNotFound(self.place, "the layout is empty: it lists no image")
        if len({entry.descriptor.digest for entry in found}) == 1:
            return found[0].descriptor
        if len(found) == len(self.entries) and _differ_by_platform(found):
            return None
        problem = f"several images are meant: {', '.join(self.listed(found))}"
        raise UnknownAddress(self.place, f"{problem}; add :NAME, @DIGEST or :@NUMBER")

    def listed(self, entries: Iterable[LayoutEntry] | None = None) -> tuple[str, ...]:
        """The names of entries, the digests of those without, shortened."""
        texts = [
            entry.names[0] if entry.names else f"@{entry.descriptor.digest}"
            for entry in (self.entries if entries is None else entries)
        ]
        repeated = {text for text in texts if texts.count(text) > 1}
        if repeated and entries is not None:
            texts = [f"@{entry.descriptor.digest}" for entry in entries]
        more = ("…",) if len(texts) > _MAX_LISTED else ()
        return (*texts[:_MAX_LISTED], *more)

    def tags(self, name: Reference) -> list[str]:
        """The tags of the repository, or every name if the whole layout is meant."""
        tags: dict[str, None] = {}
        for entry in self.entries:
            shown = entry.reference
            if (shown.domain, shown.path) == (name.domain, name.path):
                if shown.tag is not None:
                    tags[shown.tag] = None
            elif (name.domain, name.path) == ("", self.base) and entry.names:
                tags[entry.names[0]] = None
        return list(tags)

    def _is_meant(self, entry: LayoutEntry, name: Reference) -> bool:
        if name.tag is None:
            return True
        shown = entry.reference
        if (shown.domain, shown.path, shown.tag) == (name.domain, name.path, name.tag):
            return True
        is_ours = (name.domain, name.path) == ("", self.base)
        return is_ours and name.tag in entry.names

    def _by_digest(
        self, found: list[LayoutEntry], digest: Digest, *, is_named: bool
    ) -> Descriptor:
        for entry in found:
            if entry.descriptor.digest == digest:
                return entry.descriptor
        if is_named:
            raise ManifestNotFound(self.place, digest)
        # A child of a listed index, say: the document tells its own media type.
        return Descriptor(media_types.OCTET_STREAM, digest, None)


def load_layout_index(shelf: Shelf, base: str) -> LayoutIndex:
    """Read the version and the index of a layout.

    Raises PlaceNotFound if this is no layout, NotSupported for another version,
    MalformedDocument or TooLarge.
    """
    check_version(shelf)
    content = load(shelf, INDEX_FILE, MAX_MANIFEST_BYTES)
    if content is None:
        raise PlaceNotFound(shelf.place, f"an OCI layout without {INDEX_FILE}")
    document = f"{shelf.place}: {INDEX_FILE}"
    try:
        index = decode_manifest(content, Digest.of(content), media_types.OCI_INDEX)
    except MalformedDocument as exc:
        raise MalformedDocument(document, exc.problem, field=exc.field) from exc
    except (AmbiguousDocument, MediaTypeMismatch) as exc:
        raise MalformedDocument(document, "not an index") from exc
    if not isinstance(index, Index):  # `fsLayers` in it, say
        raise MalformedDocument(document, "not an index")
    entries = tuple(_entry(descriptor, base) for descriptor in index.manifests)
    return LayoutIndex(shelf.place, base, content, entries)


def check_version(shelf: Shelf) -> None:
    """Make sure that this is a layout of a version that is known.

    Raises PlaceNotFound, NotSupported, MalformedDocument.
    """
    content = load(shelf, VERSION_FILE, _MAX_VERSION_BYTES)
    if content is None:
        raise PlaceNotFound(
            shelf.place, f"not an OCI layout: there is no {VERSION_FILE} in it"
        )
    document = f"{shelf.place}: {VERSION_FILE}"
    value = decode_json(content, document)
    version = value.get("imageLayoutVersion") if isinstance(value, dict) else None
    if not isinstance(version, str):
        raise MalformedDocument(document, "no text", field="imageLayoutVersion")
    if not _VERSION.fullmatch(version):
        raise NotSupported(
            f"{shelf.place}: an OCI layout of version {version[:40]!r}",
            hint="version 1.0 is what is read",
        )


def full_name(descriptor: Descriptor) -> Reference | None:
    """The image name that an entry carries, if it is more than a tag."""
    for text in (
        descriptor.annotations.get(CONTAINERD_NAME),
        descriptor.annotations.get(REF_NAME),
    ):
        if text is None or "/" not in text or ":" not in text.rpartition("/")[2]:
            continue
        try:
            return parse_reference(text).with_digest(None)
        except MalformedReference:
            continue
    return None


def _entry(descriptor: Descriptor, base: str) -> LayoutEntry:
    full = full_name(descriptor)
    texts = (
        descriptor.annotations.get(CONTAINERD_NAME),
        descriptor.annotations.get(REF_NAME),
    )
    names = tuple(dict.fromkeys(text for text in texts if text))
    tag = descriptor.annotations.get(REF_NAME) or None
    return LayoutEntry(descriptor, names, full or Reference("", base, tag))


def _answers(entry: LayoutEntry, selector: Selector) -> bool:
    if selector.digest not in (None, entry.descriptor.digest):
        return False
    if selector.name is None or selector.name in entry.names:
        return True
    if not entry.reference.domain:
        return False
    try:
        return parse_reference(selector.name) == entry.reference
    except MalformedReference:
        return False


def _differ_by_platform(entries: Iterable[LayoutEntry]) -> bool:
    platforms = [
        entry.descriptor.platform
        for entry in entries
        if not is_attestation(entry.descriptor)
    ]
    return None not in platforms and len(set(platforms)) == len(platforms)
