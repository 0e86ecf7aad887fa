"""An OCI layout, written: blobs first, and the entry that names them last."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec

from tagledger.errors import NotSupported, PlaceNotFound, UnknownAddress
from tagledger.model import media_types
from tagledger.model.descriptor import Descriptor
from tagledger.model.manifest import MAX_MANIFEST_BYTES
from tagledger.model.strict_json import decode_json
from tagledger.sources.blob_store import BlobStore, make_folder, write_whole
from tagledger.sources.file_lock import exclusive, write_failed
from tagledger.sources.layout_index import (
    INDEX_FILE,
    REF_NAME,
    VERSION_FILE,
    check_version,
    load_layout_index,
)
from tagledger.sources.shelf import Folder, load

_VERSION = b'{"imageLayoutVersion":"1.0.0"}'
_LOCK_FILE = ".index.json.lock"
# image-spec, annotations.md, with the underscores that tags may have besides.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:@+/-]{0,511}", re.ASCII)


class LayoutTarget(msgspec.Struct, frozen=True):
    """Where to write, and what to call it: None for the name that it has already."""

    folder: Path
    tag: str | None = None


def parse_layout_target(address: str) -> LayoutTarget:
    """Read ``oci:DIR[:tag]``; the folder need not exist yet.

    The longest part that is a folder is the folder; if none is, it ends at the first
    colon. Raises UnknownAddress or NotSupported.
    """
    transport, colon, rest = address.partition(":")
    if transport != "oci" or not colon:
        raise NotSupported(
            f"{address!r} cannot be written to", hint="what can be is oci:DIR[:tag]"
        )
    ends = [len(rest), *(i for i in range(len(rest) - 1, 0, -1) if rest[i] == ":")]
    end = next((end for end in ends if Path(rest[:end]).is_dir()), ends[-1])
    folder, tag = rest[:end], rest[end + 1 :]
    if not folder or folder.startswith(":"):
        raise UnknownAddress(address, "the folder is missing")
    if tag and (not _NAME.fullmatch(tag) or "@sha256:" in tag or "@sha512:" in tag):
        raise UnknownAddress(address, f"{tag[:200]!r} is no name for an image")
    return LayoutTarget(Path(folder), tag or None)


class LayoutWriter:
    """A layout that grows. Several processes may write to one at the same time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shelf = Folder(folder)
        self.blobs = BlobStore(folder)

    def prepare(self) -> None:
        """Make the layout if there is none yet.

        Raises PlaceNotFound for a folder that holds something else, NotSupported for
        a layout of another version, WriteFailed.
        """
        make_folder(self._folder)
        if self._shelf.size_bytes(VERSION_FILE) is not None:
            check_version(self._shelf)
            return
        ours = {INDEX_FILE, "blobs", _LOCK_FILE}
        try:
            others = {path.name for path in self._folder.iterdir()} - ours
        except OSError as exc:
            raise write_failed(self._folder, exc) from exc
        if any(not name.startswith(".writing-") for name in others):
            raise PlaceNotFound(
                str(self._folder),
                "neither an OCI layout nor empty",
                hint="name a folder that does not exist yet, or a layout",
            )
        write_whole(self._folder / VERSION_FILE, _VERSION)

    async def add(self, descriptor: Descriptor, tag: str | None) -> None:
        """List an image; an entry of the same name is replaced, others are kept.

        Raises WriteFailed, MalformedDocument if `index.json` cannot be understood.
        """
        lock = self._folder / _LOCK_FILE
        async with exclusive(lock):
            try:
                index = self._index()
                index["manifests"] = _listed(index["manifests"], descriptor, tag)
                written = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
                write_whole(self._folder / INDEX_FILE, written.encode())
            finally:
                lock.unlink(missing_ok=True)

    def _index(self) -> dict[str, Any]:
        content = load(self._shelf, INDEX_FILE, MAX_MANIFEST_BYTES)
        if content is None:
            return {
                "schemaVersion": 2,
                "mediaType": media_types.OCI_INDEX,
                "manifests": [],
            }
        load_layout_index(self._shelf, "")
        index: dict[str, Any] = decode_json(content, f"{self._folder}: {INDEX_FILE}")
        return index


def _listed(
    entries: list[dict[str, Any]], descriptor: Descriptor, tag: str | None
) -> list[dict[str, Any]]:
    entry: dict[str, Any] = {
        "mediaType": descriptor.media_type,
        "digest": descriptor.digest,
        "size": descriptor.size_bytes,
    }
    if tag is not None:
        entry["annotations"] = {REF_NAME: tag}
    kept: list[dict[str, Any]] = []
    is_listed = False
    for other in entries:
        its_tag = (other.get("annotations") or {}).get(REF_NAME)
        is_same = its_tag == tag and (
            tag is not None or other["digest"] == descriptor.digest
        )
        if not is_same:
            kept.append(other)
        elif not is_listed:
            kept.append(entry)
            is_listed = True
    return kept if is_listed else [*kept, entry]
