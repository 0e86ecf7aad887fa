"""Small git repositories of published pages, made by git itself."""

import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from support.seed_page import SEED
from tagledger.model.digest import Digest
from tagledger.reports.page.reader import read_page
from tagledger.reports.page.tag_details import write_tag_details

BEGAN = datetime(2017, 1, 1, tzinfo=UTC)
"""The date of the first commit; each further one is a day later."""

_ROOT = b"4ffcde6308b9f6f4c3d5f9dec3da5ba807783978f8cbfc38efb3f4caa498c7dd"

Files = Mapping[str, bytes | None]
"""What a commit changes: contents by path, None for a file that it deletes."""


def page(tag: str, version: int = 1) -> bytes:
    """The seed's page as that of another tag, whose list has a digest of this version's own."""
    seed = (SEED / "python-3.8.0-windowsservercore.md").read_bytes()
    title = seed[4 : seed.index(b"`", 4)]
    named = seed.replace(b"`" + title + b"`", f"`python:{tag}`".encode())
    return named.replace(_ROOT, root(version).encoded.encode())


def root(version: int) -> Digest:
    """The digest that the page of this version states."""
    return Digest.of(b"%d" % version)


def absent_page(tag: str) -> bytes:
    """The page of a tag that the record found to be missing."""
    return f"## `python:{tag}`\n\n**does not exist** (yet?)\n".encode()


def tag_details(*pages: bytes) -> bytes:
    """The page of all these tags."""
    snapshots = [
        read_page(content, place="page", observed_at=BEGAN).snapshots[0]
        for content in pages
    ]
    return write_tag_details(snapshots)


def moment(commit: int) -> datetime:
    """The date of a commit, counted from nought."""
    return BEGAN + timedelta(days=commit)


def repository(folder: Path, commits: Sequence[Files], *, branch: str = "main") -> Path:
    """A new repository with a working tree and these commits."""
    git(folder.parent, "init", "-q", f"--initial-branch={branch}", str(folder))
    stream = b"".join(
        _commit(number, files, branch) for number, files in enumerate(commits)
    )
    git(folder, "fast-import", "--quiet", stdin=stream)
    git(folder, "reset", "-q", "--hard")
    return folder


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """What git prints there, with nothing of this machine's settings."""
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        input=stdin,
        check=True,
        capture_output=True,
        env={
            "PATH": "/usr/bin:/bin:/usr/local/bin",
            "HOME": str(folder),
            "GIT_CONFIG_NOSYSTEM": "1",
        },
    )
    return done.stdout


def _commit(number: int, files: Files, branch: str) -> bytes:
    seconds = int(moment(number).timestamp())
    lines = [
        f"commit refs/heads/{branch}\n".encode(),
        f"committer Record <record@example.org> {seconds} +0000\n".encode(),
        b"data 6\nupdate\n",
    ]
    for path, content in files.items():
        if content is None:
            lines.append(f"D {path}\n".encode())
        else:
            lines.append(f"M 644 inline {path}\ndata {len(content)}\n".encode())
            lines.append(content + b"\n")
    return b"".join(lines)
