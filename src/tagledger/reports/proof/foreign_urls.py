"""Where the foreign layers of Windows images may be fetched: URLs inside manifests.

A page does not show them. Microsoft's were of three kinds: a number of its link
service (until 2019, still for nanoserver then), and two paths of its registry. The
table that comes with the package holds the numbers that are known; each was confirmed
by rebuilding a manifest that contains it, whose digest is published.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from tagledger.errors import (
    MalformedDigest,
    MalformedDocument,
    PlaceNotFound,
    TooLarge,
    WriteFailed,
)
from tagledger.model.digest import Digest

MAX_TABLE_BYTES = 4 * 1024 * 1024
"""Largest table read: 30,000 layers; Microsoft published some hundred."""

MAX_URL_CHARACTERS = 2_000
"""Longest URL taken; what browsers and proxies agree on."""

LINK = "https://go.microsoft.com/fwlink/?linkid={}"
REGISTRY_PATTERNS = (
    "https://mcr.microsoft.com/v2/windows/nanoserver/blobs/{}",
    "https://mcr.microsoft.com/v2/windows/servercore/blobs/{}",
)
"""Since 2018 the layer's digest is in its URL, below one of two repositories."""


class ForeignUrls(msgspec.Struct, frozen=True):
    """What is known of foreign layers: by digest, the URLs that it was seen with."""

    known: Mapping[Digest, tuple[str, ...]] = {}

    def joined(self, further: Iterable[tuple[Digest, str]]) -> ForeignUrls:
        """These and further ones."""
        known = dict(self.known)
        for digest, url in further:
            earlier = known.get(digest, ())
            if url not in earlier:
                known[digest] = (*earlier, url)
        return ForeignUrls(known)


def packaged_urls() -> ForeignUrls:
    """The table that comes with the package."""
    table = resources.files(__package__).joinpath("foreign-urls.tsv")
    lines = _parse(table.read_text(encoding="utf-8"), "foreign-urls.tsv")
    return ForeignUrls().joined(lines)


def load_urls(path: Path) -> ForeignUrls:
    """The packaged table and a user's own; a table that is not there yet is empty.

    Raises PlaceNotFound, TooLarge, or MalformedDocument with the line.
    """
    return packaged_urls().joined(_parse(_read(path), str(path)))


def append_url(path: Path, digest: Digest, url: str) -> None:
    """Add a line to a user's table, or make it; whoever reads meanwhile sees one whole.

    Raises what `load_urls` raises, and WriteFailed.
    """
    problem = _problem(url)
    if problem:
        raise MalformedDocument(str(path), problem)
    line = f"{digest}\t{url}\n"
    earlier = _read(path)
    if (digest, url) in _parse(earlier, str(path)):
        return
    if earlier and not earlier.endswith("\n"):
        earlier += "\n"
    _replace(path, f"{earlier}{line}")


def _read(path: Path) -> str:
    try:
        with path.open("rb") as opened:
            content = opened.read(MAX_TABLE_BYTES + 1)
    except FileNotFoundError:
        return ""
    except OSError as exc:
        raise PlaceNotFound(str(path), exc.strerror or "cannot be read") from exc
    if len(content) > MAX_TABLE_BYTES:
        raise TooLarge(str(path), MAX_TABLE_BYTES)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise MalformedDocument(str(path), f"not UTF-8 (byte {exc.start})") from exc


def _replace(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(number, "w", encoding="utf-8") as opened:
                opened.write(text)
                opened.flush()
                os.fsync(opened.fileno())
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as exc:
        raise WriteFailed(str(path), exc.strerror or "cannot be written") from exc


def _parse(text: str, place: str) -> list[tuple[Digest, str]]:
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line or line.startswith("#"):
            continue
        digest, tab, url = line.partition("\t")
        problem = _problem(url) if tab else "a digest, a tab and a URL were expected"
        if problem:
            raise MalformedDocument(place, problem, field=f"line {number}")
        try:
            found.append((Digest(digest), url))
        except MalformedDigest as exc:
            raise MalformedDocument(place, str(exc), field=f"line {number}") from exc
    return found


def _problem(url: str) -> str:
    """Why this is no URL of a layer; empty where it is one."""
    if len(url) > MAX_URL_CHARACTERS:
        return f"the URL is longer than {MAX_URL_CHARACTERS} characters"
    if not url.isascii() or not url.isprintable() or " " in url:
        return "the URL has characters that no URL has"
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return "not a URL"
    if parts.scheme not in ("http", "https") or not host:
        return "not a URL with http or https and a host"
    return "the URL holds a user" if "@" in parts.netloc else ""
