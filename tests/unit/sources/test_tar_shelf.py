import gzip
import io
import os
import tarfile
from pathlib import Path

import pytest

from support.images import random_image
from support.layers import compress, tar_of
from support.publishing import write_layout_tar
from support.raw_tar import END, member
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.source import Wanted, no_progress
from tagledger.sources import tar_shelf
from tagledger.sources.layout import open_oci_archive
from tagledger.sources.shelf import chunks, load
from tagledger.sources.tar_shelf import TarShelf, open_tar


def opened(path: Path, content: bytes) -> TarShelf:
    """The archive with this content, as a shelf."""
    path.write_bytes(content)
    return open_tar(path, follows_links=False, progress=no_progress)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where an archive may be written."""
    return tmp_path / "image.tar"


LONG_NAME = "blobs/" + "x" * 150 + "/" + "y" * 120


@pytest.mark.parametrize(
    "form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]
)
def test_the_standard_library_writes_what_we_read(form: int, path: Path) -> None:
    """Names of every length, in each of the three formats."""
    names = ["short", "x" * 99, "x" * 100, "folder/" + "y" * 100]
    if form != tarfile.USTAR_FORMAT:
        names += [LONG_NAME, "nämen"]
    with tarfile.open(path, "w", format=form) as tar:
        tar.addfile(_folder("folder"))
        tar.addfile(_folder("folder"))
        for name in names:
            info = tarfile.TarInfo(f"./{name}")
            info.size = len(name)
            tar.addfile(info, io.BytesIO(name.encode("ascii", "replace")))
    shelf = open_tar(path, follows_links=False, progress=no_progress)

    for name in names:
        assert name.encode("ascii", "replace") == load(shelf, name, 1000)


def _folder(name: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = tarfile.DIRTYPE
    return info


def test_a_size_beyond_octal_digits_is_read(path: Path) -> None:
    """GNU's base 256 carries more than 8 GiB; the file itself is sparse here."""
    size = 9 * 1024**3
    field = b"\x80" + size.to_bytes(11, "big")
    with path.open("wb") as file:
        file.write(member("layer", b"", size=field))
        file.truncate(512 + size)
        file.seek(0, os.SEEK_END)
        file.write(member("a.json", b"{}") + END)
    shelf = open_tar(path, follows_links=False, progress=no_progress)

    assert size == shelf.size_bytes("layer")
    assert b"{}" == load(shelf, "a.json", 10)


@pytest.mark.parametrize("compression", ["none", "gzip", "zstd"])
def test_files_are_read_in_any_order_and_from_any_offset(
    compression: str, path: Path
) -> None:
    """Side by side, backwards, and after another reader stopped in the middle."""
    files = {name: os.urandom(50_000) for name in ("a", "b", "c")}
    files["d.json"] = b"{}"
    content = tar_of(files)
    if compression == "gzip":
        content = gzip.compress(content)
    elif compression == "zstd":
        content = compress(content, "zstd")
    shelf = opened(path, content)
    try:
        begun = chunks(shelf, "b")
        assert files["b"] == next(begun)
        for name in ("c", "a", "d.json", "b", "a", "b"):
            assert files[name] == b"".join(chunks(shelf, name))
            assert files[name][2:] == b"".join(chunks(shelf, name, 2))
            assert b"" == b"".join(chunks(shelf, name, len(files[name]) + 5))
        begun.close()
        assert files["a"] == b"".join(chunks(shelf, "a"))
    finally:
        shelf.close()
    assert shelf.size_bytes("e") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("image.tar", "image"),
        ("python-3.8.tar.gz", "python-3.8"),
        ("python-3.8.tgz", "python-3.8"),
        ("a.oci.tar.zst", "a"),
        ("a.TAR", "a"),
        ("python-3.8", "python-3.8"),
        (".tar", ".tar"),
    ],
)
def test_an_image_without_a_name_is_called_like_its_file(
    name: str, expected: str
) -> None:
    """Without what says only that it is an archive."""
    assert expected == tar_shelf.archive_name(Path("folder") / name)


@pytest.mark.parametrize("compression", ["none", "gzip", "zstd"])
async def test_a_layout_in_an_archive_reads_as_in_a_folder(
    compression: str, tmp_path: Path
) -> None:
    """Everything is there, layers too, however the archive is compressed."""
    image = random_image(format="oci")
    path = write_layout_tar(tmp_path / "app.tar", {"1.0": image.published})
    if compression == "gzip":
        path.write_bytes(gzip.compress(path.read_bytes()))
    elif compression == "zstd":
        path.write_bytes(compress(path.read_bytes(), "zstd"))
    source, name = open_oci_archive(f"{path}:1.0")
    snapshot = await source.observe(name, Wanted())
    layers = [
        b"".join(
            [
                chunk
                async for chunk in source.blob(
                    name,
                    Descriptor(
                        layer.media_type or "",
                        Digest(str(layer.digest)),
                        layer.size_bytes,
                    ),
                )
            ]
        )
        for layer in reversed(snapshot.images[0].layers)
    ]
    await source.aclose()

    assert snapshot.root is not None
    assert image.digest == snapshot.root.digest
    assert "app:1.0" == snapshot.reference.title
    assert [layer.blob.content for layer in reversed(image.layers)] == layers
