import asyncio
import os
import threading
import time
from pathlib import Path

import pytest

from tagledger.errors import DigestMismatch, SizeMismatch, TooLarge, WriteFailed
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.sources.blob_store import BlobStore
from tagledger.sources.file_lock import exclusive

CONTENT = b"0123456789"
DIGEST = Digest.of(CONTENT)


def announced(size_bytes: int | None) -> Descriptor:
    """The blob, with a size that may be wrong."""
    return Descriptor("text/plain", DIGEST, size_bytes)


async def fill(
    store: BlobStore, content: bytes, size_bytes: int | None, *, is_left: bool = False
) -> int:
    """Write a blob, and give how much of it was there; `is_left` ends before its end."""
    async with store.partial(announced(size_bytes)) as partial:
        assert partial is not None
        found = partial.size_bytes
        partial.append(content)
        if not is_left:
            partial.finish()
        return found


@pytest.mark.parametrize("size_bytes", [None, 10])
async def test_a_blob_gets_its_name_when_it_is_whole(
    size_bytes: int | None, tmp_path: Path
) -> None:
    """What was left is gone on with; once it is there, nobody writes it again."""
    store = BlobStore(tmp_path)

    assert 0 == await fill(store, CONTENT[:4], size_bytes, is_left=True)
    assert not store.has(announced(size_bytes))
    assert 4 == await fill(store, CONTENT[4:], size_bytes)

    assert store.has(announced(size_bytes), verify=True)
    assert CONTENT == store.path(DIGEST).read_bytes()
    async with store.partial(announced(size_bytes)) as partial:
        assert partial is None
    assert [DIGEST.encoded] == [
        path.name for path in store.path(DIGEST).parent.iterdir()
    ]


@pytest.mark.parametrize(
    ("content", "size_bytes", "error"),
    [
        (CONTENT[::-1], 10, DigestMismatch),
        (CONTENT[::-1], None, DigestMismatch),
        (CONTENT, 11, SizeMismatch),
        (CONTENT, 9, SizeMismatch),
        (CONTENT[:9], 10, SizeMismatch),
        (CONTENT + b"x", None, DigestMismatch),
        (CONTENT * 5, None, TooLarge),
    ],
)
async def test_anything_else_gets_no_name(
    content: bytes, size_bytes: int | None, error: type[Exception], tmp_path: Path
) -> None:
    """Digest and size have to be right both; without a size there is a limit."""
    store = BlobStore(tmp_path, max_unannounced_bytes=40)

    with pytest.raises(error):
        await fill(store, content, size_bytes)
    assert not store.path(DIGEST).exists()


async def test_a_byte_too_many_is_not_even_written(tmp_path: Path) -> None:
    """The disk holds no more than was announced."""
    store = BlobStore(tmp_path)

    with pytest.raises(SizeMismatch):
        await fill(store, CONTENT * 100, 10)
    assert not any(path.stat().st_size for path in tmp_path.rglob(".partial-*"))


@pytest.mark.parametrize("size_bytes", [None, 10])
async def test_a_leftover_that_is_too_long_is_thrown_away_unread(
    size_bytes: int | None, tmp_path: Path
) -> None:
    """It cannot be the beginning of the blob, however long it would take to hash."""
    store = BlobStore(tmp_path, max_unannounced_bytes=40)
    growing = store.path(DIGEST).with_name(f".partial-{DIGEST.encoded}")
    growing.parent.mkdir(parents=True)
    growing.write_bytes(CONTENT)
    os.truncate(growing, 2**40)

    async with store.partial(announced(size_bytes)) as partial:
        assert partial is not None
        assert 0 == partial.size_bytes


async def test_a_pipe_in_place_of_a_blob_is_not_written_to(tmp_path: Path) -> None:
    """Nor waited for."""
    store = BlobStore(tmp_path)
    growing = store.path(DIGEST).with_name(f".partial-{DIGEST.encoded}")
    growing.parent.mkdir(parents=True)
    os.mkfifo(growing)

    with pytest.raises(WriteFailed, match="not a plain file"):
        await fill(store, CONTENT, 10)


def test_one_at_a_time_holds_a_lock_that_its_holder_removes(tmp_path: Path) -> None:
    """Whoever opened the file before it was removed does not hold what others hold."""
    path = tmp_path / "lock"
    inside: list[int] = []
    most: list[int] = []

    async def take_turns() -> None:
        for _ in range(150):
            async with exclusive(path):
                inside.append(1)
                time.sleep(0)  # noqa: ASYNC251 - lets the other threads try
                most.append(len(inside))
                inside.pop()
                path.unlink()

    threads = [
        threading.Thread(target=asyncio.run, args=(take_turns(),)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 600 == len(most)
    assert {1} == set(most)


async def test_what_others_have_done_is_not_waited_for(tmp_path: Path) -> None:
    """While a lock is held, whether it is still needed is asked again and again."""
    path = tmp_path / "lock"
    answers = [False, True, True]

    async with (
        exclusive(path),
        exclusive(path, is_needed=answers.pop) as opened,
    ):
        assert opened is None
    assert not answers
