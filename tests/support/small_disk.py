"""A file system with little room, on which a disk can be full."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOM_BYTES = 2 * 1024 * 1024


def remount(folder: Path, options: str) -> None:
    """Give it more room (`size=…`), or let nobody write to it (`ro`)."""
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


@contextmanager
def mounted(folder: Path, room_bytes: int = ROOM_BYTES) -> Iterator[Path]:
    """Mount it there; skips the test where that is not allowed."""
    folder.mkdir()
    command = [
        *("mount", "-t", "tmpfs", "-o", f"size={room_bytes}"),
        *("tagledger-test", str(folder)),
    ]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("only root may mount, and not in every container")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
