"""``PATH[:name][@digest]``: where the path ends is for the file system to say."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tagledger.errors import MalformedDigest, PlaceNotFound, UnknownAddress
from tagledger.model.digest import Digest


class Selector(msgspec.Struct, frozen=True):
    """Which image of a place is meant: by name, by digest, by position, or unsaid.

    `position` is containers-transports' ``@N``: the entry of that number, from 0.
    """

    name: str | None = None
    digest: Digest | None = None
    position: int | None = None


def split_address(transport: str, rest: str, *, is_folder: bool) -> tuple[Path, str]:
    """The path and what follows it, with its ``:`` or ``@``.

    Paths may hold colons, so the longest part that exists is the path. Raises
    UnknownAddress if there is no path, PlaceNotFound if nothing like it exists.
    """
    wanted = "folder" if is_folder else "file"
    if not rest or rest[0] in ":@":
        raise UnknownAddress(f"{transport}:{rest}", f"the {wanted} is missing")
    ends = [len(rest), *(i for i in range(len(rest) - 1, 0, -1) if rest[i] in ":@")]
    for end in ends:
        path = Path(rest[:end])
        if _exists(path):
            if path.is_dir() is not is_folder:
                other = "file" if is_folder else "folder"
                raise PlaceNotFound(str(path), f"is a {other}, not a {wanted}")
            return path, rest[end:]
    guess = rest.partition(":")[0].partition("@")[0]
    raise PlaceNotFound(guess, f"no such {wanted}")


def parse_selector(address: str, text: str) -> Selector:
    """Read ``:name``, ``@sha256:…``, both, ``:@N``, or nothing.

    Raises UnknownAddress naming the whole address.
    """
    name, at, after = text.removeprefix(":").rpartition("@")
    if not at:
        return Selector(name=after or None)
    if not name and after.isascii() and after.isdigit() and len(after) < 6:
        return Selector(position=int(after))
    if after.partition(":")[0] not in ("sha256", "sha512"):
        # Free text may hold an @ of its own.
        return Selector(name=f"{name}@{after}")
    try:
        return Selector(name=name or None, digest=Digest(after))
    except MalformedDigest as exc:
        raise UnknownAddress(address, str(exc)) from exc


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long, or with a NUL in it
        return False
