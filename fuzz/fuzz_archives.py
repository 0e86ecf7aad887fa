"""Archives by anybody: from a file and as a stream, as layouts and as saved images."""

from __future__ import annotations

import asyncio
import gzip
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from loop import main

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.images import random_image
from support.layers import tar_of
from support.publishing import layout_files
from support.raw_tar import archive, member, pax
from support.saved_images import containerd_save, docker_25_save, docker_save
from tagledger.errors import TagledgerError
from tagledger.model.reference import Reference
from tagledger.model.source import Source, Wanted, no_progress
from tagledger.sources.docker_archive import open_docker_archive
from tagledger.sources.layout import open_oci_archive
from tagledger.sources.tar_index import TarIndex, index_file
from tagledger.sources.tar_stream import look_through

_BLOCK = 512
_NAME = "docker.io/library/a:1"
_TOKENS = (
    b"../",
    b"/etc/passwd",
    b"ustar\x0000",
    b"ustar  \0",
    b"././@LongLink",
    b"\x80" + b"\xff" * 11,
    b"77777777777\0",
    b"23 GNU.sparse.major=1.0\n",
    b"11 path=..\n",
    b"\0" * _BLOCK,
)


def check(content: bytes) -> None:
    """As it came, and once more with sums that fit, so that changes get past them."""
    problem = None
    for tried in (content, mended(content)):
        try:
            _check(tried)
        except TagledgerError as exc:
            problem = exc
    if problem is not None:
        raise problem


def mended(content: bytes) -> bytes:
    """The same archive with each header's checksum put right."""
    parts: list[bytes] = []
    at = 0
    while len(block := content[at : at + _BLOCK]) == _BLOCK and any(block):
        summed = sum(block[:148]) + 8 * ord(" ") + sum(block[156:])
        parts.append(block[:148] + b"%06o\0 " % summed + block[156:])
        digits = block[124:135]
        size = (
            int(digits, 8) if digits.isdigit() and not digits.strip(b"01234567") else 0
        )
        after = at + _BLOCK + -(-size // _BLOCK) * _BLOCK
        parts.append(content[at + _BLOCK : after])
        at = after
    return b"".join(parts) + content[at:]


def _check(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.tar"
        path.write_bytes(content)
        _check_readers_agree(path, content)
        problem = None
        for opening in (open_oci_archive, open_docker_archive):
            try:
                asyncio.run(_observe(opening, str(path)))
            except TagledgerError as exc:
                problem = exc
        if problem is not None:
            raise problem


async def _observe(
    opening: Callable[[str], tuple[Source, Reference]], address: str
) -> None:
    source, name = opening(address)
    try:
        snapshot = await source.observe(name, Wanted(attestations=True))
    finally:
        await source.aclose()
    for digest, document in snapshot.documents.items():
        digest.verify(document.content)


def _check_readers_agree(path: Path, content: bytes) -> None:
    """A file and a stream of the same bytes hold the same, or neither is read."""
    from_file: object
    from_stream: object
    try:
        index = TarIndex("a", follows_links=True, holds=True)
        with path.open("rb") as file:
            index_file(file, index, "a", limit=2**50, progress=no_progress)
        from_file = (index.files, index.held)
    except TagledgerError as exc:
        from_file = str(exc)
    try:
        shelf = asyncio.run(look_through(_chunks(content), "a", no_progress))
        from_stream = (shelf.index.files, shelf.index.held)
    except TagledgerError as exc:
        from_stream = str(exc)
    assert from_file == from_stream, f"{from_file} from a file, {from_stream} otherwise"


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(content), 700):
        yield content[at : at + 700]


def _seeds() -> list[bytes]:
    docker = random_image(layers=1)
    oci = random_image(layers=1, format="oci")
    long_name = "x" * 90 + "/" + "y" * 90
    return [
        tar_of(layout_files({"1.0": oci.published})),
        gzip.compress(tar_of(layout_files({"1.0": oci.published})), mtime=0),
        docker_save({("a:1",): docker}),
        containerd_save({_NAME: oci.published}, {_NAME: oci}),
        docker_25_save(docker, _NAME),
        archive(
            pax({"path": long_name, "size": "2"}) + member("x", b"{}"),
            member("././@LongLink", long_name.encode() + b"z\0", kind=b"L"),
            member("y", b"1"),
            member("a/l", kind=b"2", link="../y"),
            member("d/", kind=b"5"),
        ),
    ]


if __name__ == "__main__":
    main(check, _seeds, _TOKENS)
