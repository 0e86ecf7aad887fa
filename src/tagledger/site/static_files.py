"""Style, script and mark: small files, in memory, under addresses that never change.

An address holds the hash of what it gives, so a browser may keep it for good; after an
upgrade pages name another.
"""

from __future__ import annotations

import gzip
import hashlib
from importlib.resources import files

import msgspec
from litestar import Response, get
from litestar.exceptions import NotFoundException

from tagledger.site.asked import AnyRequest

STATIC = "/static/"

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOR_GOOD = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


class StaticFile(msgspec.Struct, frozen=True):
    """A file as it is sent: plain, and compressed."""

    version: str
    media_type: str
    content: bytes
    compressed: bytes


def load_static_files() -> dict[str, StaticFile]:
    """The files that pages load, by name."""
    loaded = {}
    for entry in files("tagledger.site").joinpath("static").iterdir():
        suffix = entry.name[entry.name.rfind(".") :]
        if suffix in _MEDIA_TYPES:
            content = entry.read_bytes()
            loaded[entry.name] = StaticFile(
                version=hashlib.sha256(content).hexdigest()[:16],
                media_type=_MEDIA_TYPES[suffix],
                content=content,
                compressed=gzip.compress(content, mtime=0),
            )
    return loaded


STATIC_FILES = load_static_files()
"""Loaded once: the site cannot run without them, and they change with its code."""


def static_path(name: str) -> str:
    """The address of a file. Raises KeyError for one that there is not."""
    return f"{STATIC}{STATIC_FILES[name].version}/{name}"


@get("/static/{version:str}/{name:str}")
async def static_file(
    request: AnyRequest, version: str, name: str
) -> Response[bytes | None]:
    """The file; under an outdated version it is sent all the same, but not kept."""
    found = STATIC_FILES.get(name)
    if found is None:
        raise NotFoundException(detail="there is no such file")
    headers = {
        "Cache-Control": _FOR_GOOD if version == found.version else _ASK_AGAIN,
        "ETag": f'"{found.version}"',
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(None, status_code=304, headers=headers)
    content = found.content
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        content = found.compressed
    return Response(content, media_type=found.media_type, headers=headers)
