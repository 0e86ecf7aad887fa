import os
from pathlib import Path

import pytest

from tagledger.errors import DigestMismatch
from tagledger.model.digest import Digest
from tagledger.sources.blob_folders import CHUNK_BYTES, BlobFolders, FolderBlob

CONTENT = bytes(range(256)) * (CHUNK_BYTES // 128) + b"end"
DIGEST = Digest.of(CONTENT)


def found(folders: BlobFolders, digest: Digest = DIGEST) -> FolderBlob:
    """The file of this digest, which is there."""
    blob = folders.find(digest)
    assert blob is not None
    return blob


@pytest.mark.parametrize(
    "name", ["blobs/sha256/{hex}", "sha256/{hex}", "{hex}", "sha256:{hex}"]
)
def test_a_blob_is_found_under_each_kind_of_name(tmp_path: Path, name: str) -> None:
    """In a layout, in what skopeo's `dir:` writes, and in a plain folder."""
    path = tmp_path / name.format(hex=DIGEST.encoded)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(CONTENT)
    folders = BlobFolders([tmp_path / "none", tmp_path])

    blob = found(folders)

    assert CONTENT == b"".join(folders.chunks(blob, 0, blob.size_bytes))
    assert CONTENT[5:9] == b"".join(folders.chunks(blob, 5, 9))
    assert folders.find(Digest.of(b"other")) is None


def test_a_wrong_file_is_never_given_to_its_end(tmp_path: Path) -> None:
    """The last chunk is kept back, and after that it is as if there were no file."""
    (tmp_path / DIGEST.encoded).write_bytes(CONTENT[:-1] + b"!")
    folders = BlobFolders([tmp_path])
    blob = found(folders)

    given: list[bytes] = []
    with pytest.raises(DigestMismatch):
        given.extend(folders.chunks(blob, 0, blob.size_bytes))

    assert sum(map(len, given)) < len(CONTENT)
    assert folders.find(DIGEST) is None


def test_of_a_wrong_file_no_part_is_given(tmp_path: Path) -> None:
    """A part is given once the whole was hashed; another folder may have the right one."""
    wrong, right = tmp_path / "wrong", tmp_path / "right"
    for folder, content in ((wrong, b"x" * len(CONTENT)), (right, CONTENT)):
        folder.mkdir()
        (folder / DIGEST.encoded).write_bytes(content)
    folders = BlobFolders([wrong, right])

    assert not folders.verify(found(folders))
    assert folders.verify(found(folders))
    assert right / DIGEST.encoded == found(folders).path
    assert folders.is_verified(found(folders))


def test_a_file_that_changes_is_looked_at_anew(tmp_path: Path) -> None:
    """What was hashed was another file."""
    path = tmp_path / DIGEST.encoded
    path.write_bytes(CONTENT)
    folders = BlobFolders([tmp_path])
    before = found(folders)
    assert folders.verify(before)

    path.write_bytes(b"x" * len(CONTENT))
    os.utime(path, ns=(1, 1))

    with pytest.raises(OSError, match="another file"):
        next(folders.chunks(before, 0, 5))
    assert not folders.is_verified(found(folders))
    assert not folders.verify(found(folders))


def test_a_file_that_is_repaired_is_found_again(tmp_path: Path) -> None:
    """The fault was the file's, not the name's."""
    path = tmp_path / DIGEST.encoded
    path.write_bytes(b"broken")
    folders = BlobFolders([tmp_path])
    assert not folders.verify(found(folders))
    assert folders.find(DIGEST) is None

    path.write_bytes(CONTENT)

    assert folders.verify(found(folders))


def test_an_empty_blob_is_a_blob(tmp_path: Path) -> None:
    """It has a digest, and no bytes."""
    digest = Digest.of(b"")
    (tmp_path / digest.encoded).touch()
    folders = BlobFolders([tmp_path])
    blob = found(folders, digest)

    assert [] == [*folders.chunks(blob, 0, 0)]
    assert folders.is_verified(blob)


def test_what_is_no_plain_file_is_not_opened(tmp_path: Path) -> None:
    """To read from a pipe would wait for ever."""
    os.mkfifo(tmp_path / DIGEST.encoded)
    (tmp_path / str(DIGEST)).mkdir()

    assert BlobFolders([tmp_path]).find(DIGEST) is None
