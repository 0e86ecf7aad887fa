"""Tar headers, read strictly: what two readers could read differently is refused.

The standard library's reader takes whatever it can make sense of, reads extended
headers of any size into memory, and had endless loops (CVE-2025-8194). Archives of
images need little: plain files and folders, with GNU's or POSIX's long names.
Source: POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar, "Basic Tar Format".
"""

from __future__ import annotations

from enum import Enum

import msgspec

from tagledger.errors import MalformedDocument, UnsafeArchive

BLOCK_BYTES = 512
MAX_MEMBER_BYTES = 2**40
"""Largest member taken: a terabyte."""

MAX_EXTENSION_BYTES = 1024 * 1024
"""Largest extended header taken; a long name needs 300 bytes."""


class Kind(Enum):
    """What a member is."""

    FILE = "file"
    FOLDER = "folder"
    SYMLINK = "symbolic link"


class Member(msgspec.Struct, frozen=True):
    """One member: its name, safe and normalised, and how many bytes follow."""

    name: str
    kind: Kind
    size_bytes: int
    link: str = ""


class Extension(msgspec.Struct, frozen=True):
    """More about the member that comes next; `extend` wants these bytes."""

    kind: bytes
    size_bytes: int


_FILES = (b"0", b"\0", b"7")
_REFUSED = {
    b"1": "a hard link",
    b"3": "a device",
    b"4": "a device",
    b"6": "a pipe",
    b"S": "a sparse file",
    b"M": "a part of a file",
}
_MEANT_FOR_ALL = frozenset({"path", "linkpath", "size"})


def padded(size_bytes: int) -> int:
    """How many bytes content takes in an archive: whole blocks."""
    return -(-size_bytes // BLOCK_BYTES) * BLOCK_BYTES


class TarHeaders:
    """Takes the blocks of an archive in order, and says what follows each.

    Reads nothing itself, so that it serves files and streams alike.
    """

    def __init__(self, place: str) -> None:
        self._place = place
        self._next: dict[str, str] = {}

    def take(self, block: bytes) -> Member | Extension | None:
        """What the header announces; None at the end mark.

        Raises MalformedDocument for what is no header, UnsafeArchive for a member
        that must not be there.
        """
        if len(block) != BLOCK_BYTES:
            raise cut_short(self._place)
        if not any(block):
            if self._next:
                raise MalformedDocument(self._place, "a long name without a member")
            return None
        _check_sum(block, self._place)
        kind = block[156:157]
        size = self._size(block)
        if kind in (b"L", b"K", b"x", b"g"):
            if size > MAX_EXTENSION_BYTES:
                name = _text(block[:100])
                raise UnsafeArchive(self._place, name, f"a header of {size} bytes")
            return Extension(kind, size)
        return self._member(block, kind, size)

    def extend(self, extension: Extension, content: bytes) -> None:
        """Take the content of an extension. Raises as `take` does."""
        if extension.kind == b"L":
            self._set("path", _text(content))
        elif extension.kind == b"K":
            self._set("linkpath", _text(content))
        else:
            for key, value in _records(content, self._place):
                if key.startswith("GNU.sparse"):
                    raise UnsafeArchive(self._place, key, "a sparse file")
                if extension.kind == b"x":
                    self._set(key, value)
                elif key in _MEANT_FOR_ALL:
                    raise UnsafeArchive(self._place, key, "said of all members")

    def _set(self, key: str, value: str) -> None:
        if key in self._next:
            raise UnsafeArchive(self._place, value, f"its {key} is said twice")
        self._next[key] = value

    def _member(self, block: bytes, kind: bytes, size: int) -> Member:
        said, self._next = self._next, {}
        raw = said.get("path") or _short_name(block)
        if kind in _REFUSED:
            raise UnsafeArchive(self._place, raw, _REFUSED[kind])
        if "size" in said:
            size = _decimal(said["size"], self._place, raw)
        if size > MAX_MEMBER_BYTES:
            raise UnsafeArchive(self._place, raw, f"announces {size} bytes")
        name = _safe_name(raw, self._place)
        # Before POSIX a folder was a file whose name ends with a slash.
        if kind == b"5" or (kind in _FILES and raw.endswith("/")):
            found = Member(name, Kind.FOLDER, size)
        elif kind in _FILES:
            return Member(name, Kind.FILE, size)
        elif kind == b"2":
            target = said.get("linkpath") or _text(block[157:257])
            found = Member(name, Kind.SYMLINK, size, target)
        else:
            raise UnsafeArchive(self._place, raw, f"of the unknown kind {kind!r}")
        if size:
            # Readers disagree on whether anything follows.
            raise UnsafeArchive(self._place, raw, f"a {found.kind.value} with content")
        return found

    def _size(self, block: bytes) -> int:
        field = block[124:136]
        name = _text(block[:100])
        if field[0] & 0x80:
            # GNU's base 256, two's complement; nobody has a file of negative size.
            size = int.from_bytes(field, "big", signed=True) & (2**95 - 1)
            if field[0] != 0x80 or size > MAX_MEMBER_BYTES:
                raise UnsafeArchive(self._place, name, "announces an impossible size")
            return size
        digits = field.strip(b" \0")
        if digits.strip(b"01234567"):
            raise MalformedDocument(self._place, f"no size in the header of {name!r}")
        return int(digits or b"0", 8)


def cut_short(place: str) -> MalformedDocument:
    """The archive ends before its end mark."""
    return MalformedDocument(place, "the archive is cut short")


def _check_sum(block: bytes, place: str) -> None:
    # The sum counts its own field as blanks; old tars added signed bytes.
    stored = block[148:156].strip(b" \0")
    blank = block[:148] + b" " * 8 + block[156:]
    is_number = not stored.strip(b"01234567")
    total = int(stored or b"0", 8) if is_number else -1
    if total != sum(blank) and total != sum(blank) - 256 * sum(
        byte > 127 for byte in blank
    ):
        raise MalformedDocument(place, "not a tar archive, or a damaged one")


def _short_name(block: bytes) -> str:
    name = _text(block[:100])
    # GNU's own format, "ustar" and blanks, has other fields where POSIX has a prefix.
    prefix = _text(block[345:500]) if block[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "backslashreplace")


def _records(content: bytes, place: str) -> list[tuple[str, str]]:
    """The records of a pax header: ``<length> <key>=<value>`` and a line feed."""
    records: list[tuple[str, str]] = []
    while content:
        length_text, blank, _ = content.partition(b" ")
        is_number = length_text.isdigit() and len(length_text) < 8
        length = int(length_text) if is_number else 0
        record = content[len(length_text) + len(blank) : length]
        key, equals, value = record.partition(b"=")
        if not equals or not value.endswith(b"\n") or len(content) < length:
            raise MalformedDocument(place, "a broken extended header")
        records.append(
            (
                key.decode("utf-8", "backslashreplace"),
                value[:-1].decode("utf-8", "backslashreplace"),
            )
        )
        content = content[length:]
    return records


def _decimal(text: str, place: str, name: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 20:
        raise UnsafeArchive(place, name, f"announces {text[:40]!r} bytes")
    return int(text)


def _safe_name(raw: str, place: str) -> str:
    """The name without ``./`` and slashes that say nothing."""
    if raw.startswith("/"):
        raise UnsafeArchive(place, raw, "an absolute path")
    if "\0" in raw:
        raise UnsafeArchive(place, raw, "a name with a NUL in it")
    parts = [part for part in raw.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise UnsafeArchive(place, raw, "a path that leads out of the archive")
    return "/".join(parts)
