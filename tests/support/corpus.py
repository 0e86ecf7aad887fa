"""The public record's own pages, where they stand beside the repository: none of them is a part of it."""

from __future__ import annotations

import fcntl
import io
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, NamedTuple

from tagledger.flows.import_place import import_place
from tagledger.ledger.opening import open_ledger

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
SAMPLES = CORPUS / "samples"
BUNDLE = CORPUS / "reports-2016-2018.bundle"
"""A git bundle of three years: 22,486 versions of pages, 1.4 GB."""


class Version(NamedTuple):
    """One version of a page, as it was first committed."""

    path: str
    blob: str


@contextmanager
def opened_history(bundle: Path = BUNDLE) -> Iterator[Path]:
    """The bundle as a bare repository, for as long as it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder) / "reports.git"
        _git("clone", "--quiet", "--bare", str(bundle), str(repository))
        yield repository


def imported_record(folder: Path) -> Path:
    """A ledger of the whole bundle, made once for all test processes that share this folder."""
    path = folder / "record.sqlite"
    with (folder / "record.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            part = folder / "record.part.sqlite"
            with open_ledger(str(part)) as ledger:
                import_place(BUNDLE, ledger, environment={"PATH": os.environ["PATH"]})
            part.rename(path)
    return path


def tree(repository: Path, commit: str = "main") -> dict[str, bytes]:
    """Every file as of this commit, by its path."""
    archive = subprocess.run(
        ["git", "-C", str(repository), "archive", "--format=tar", commit],
        capture_output=True,
        check=True,
    )
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as opened:
        return {
            member.name: file.read()
            for member in opened
            if (file := opened.extractfile(member)) is not None
        }


def committed_at(repository: Path, commit: str = "main") -> datetime:
    """When this commit was made."""
    shown = _git("-C", str(repository), "log", "-1", "--format=%ct", commit)
    return datetime.fromtimestamp(int(shown), tz=UTC)


def versions(repository: Path, *commits: str) -> list[Version]:
    """Every distinct version of a page, oldest first; or all pages as of these commits."""
    if commits:
        listed = [
            _git("-C", str(repository), "ls-tree", "-r", item) for item in commits
        ]
        rows = "".join(listed).splitlines()
        found = {row.split()[2]: row.partition("\t")[2] for row in rows}
    else:
        log = _git(
            *("-C", str(repository), "log", "--reverse", "--format=", "--raw"),
            *("--no-abbrev", "--no-renames", "-m", "main"),
        )
        found = {}
        for row in log.splitlines():
            fields, _, path = row.partition("\t")
            found.setdefault(fields.split()[3], path)
        found.pop("0" * 40, None)
    return [Version(path, blob) for blob, path in found.items()]


def commits(repository: Path, count: int) -> list[str]:
    """So many commits, evenly spread over the years."""
    listed = _git("-C", str(repository), "rev-list", "main").split()
    step = max(1, len(listed) // count)
    return listed[::step]


def contents(repository: Path, wanted: list[Version]) -> Iterator[bytes]:
    """The bytes of each of these versions, read as one stream."""
    command = ["git", "-C", str(repository), "cat-file", "--batch"]
    with (
        tempfile.TemporaryFile() as names,
        subprocess.Popen(
            _listed(command, wanted, names), stdin=names, stdout=-1
        ) as git,
    ):
        assert git.stdout is not None
        for _ in wanted:
            size = int(git.stdout.readline().split()[2])
            yield git.stdout.read(size + 1)[:-1]


def _listed(command: list[str], wanted: list[Version], names: IO[bytes]) -> list[str]:
    names.write("".join(f"{version.blob}\n" for version in wanted).encode())
    names.seek(0)
    return command


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, check=True)
    return done.stdout.decode()
