"""A git repository, read by git itself: plain, bare, or a bundle.

Nothing of the repository is run or asked of a network: no hook, no filter, no
textconv, no check of signatures, no submodule. A repository of somebody else's git
refuses by itself (`safe.directory`).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import msgspec

from tagledger.errors import (
    InvalidContent,
    NotSupported,
    PlaceNotFound,
    WriteFailed,
)

MAX_LINE_BYTES = 64 * 1024
"""Longest line of git's lists; a path has at most 4,096 bytes."""

_ESCAPES = {
    b"a": b"\a",
    b"b": b"\b",
    b"t": b"\t",
    b"n": b"\n",
    b"v": b"\v",
    b"f": b"\f",
    b"r": b"\r",
    b'"': b'"',
    b"\\": b"\\",
}
_ESCAPED = re.compile(rb'\\([abtnvfr"\\]|[0-7]{3})')
if sys.platform == "linux":
    import fcntl

_BUNDLES = (b"# v2 git bundle\n", b"# v3 git bundle\n")
_SETTINGS = (
    *("-c", "core.quotePath=false", "-c", "log.showSignature=false"),
    *("-c", "log.showRoot=true", "-c", "core.fsmonitor=false"),
    *("-c", "protocol.allow=never", "-c", "core.hooksPath=/dev/null"),
    # Half as many as there are processors, unless it is said (git-config(1)).
    *("-c", f"pack.threads={os.cpu_count() or 1}"),
)

PIPE_BYTES = 1 << 20
"""How far who writes may be ahead of who reads: the most that Linux gives to a pipe of
somebody who is not root (pipe(7)), as long as there are few of them."""


class Change(msgspec.Struct, frozen=True):
    """A file that a commit changed; `before` or `after` is None where it is not."""

    path: str
    before: str | None
    after: str | None


class Commit(msgspec.Struct, frozen=True):
    """A commit of the main line: what it changed in the one before, and when.

    None is a date that is damaged, or that no calendar has.
    """

    name: str
    committed_at: datetime | None
    changes: tuple[Change, ...]


def is_bundle(path: Path) -> bool:
    """Whether the file begins as a bundle does (gitformat-bundle(5))."""
    try:
        with path.open("rb") as opened:
            return opened.read(len(_BUNDLES[0])) in _BUNDLES
    except OSError:
        return False


def is_repository(path: Path) -> bool:
    """Whether the folder is a repository: with a working tree, or bare."""
    return (path / ".git").exists() or (
        (path / "HEAD").is_file() and (path / "objects").is_dir()
    )


class GitRepository:
    """The main line of a repository: the first parents of its head."""

    def __init__(self, folder: Path, head: str, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._head = head
        self._environment = _cleaned(environment)

    def root(self) -> str:
        """The first commit, by which two copies of one history are known as such."""
        arguments = ("--first-parent", "--max-parents=0", self._head)
        line, *_ = self._lines("rev-list", *arguments)
        return line.decode()

    def commit_count(self) -> int:
        """How many commits the main line has."""
        line, *_ = self._lines("rev-list", "--count", "--first-parent", self._head)
        return int(line)

    def commits(self) -> Iterator[Commit]:
        """The main line, oldest first, with the Markdown files that each changed."""
        options = ("--reverse", "--first-parent", "-m", "--raw", "--no-abbrev")
        quiet = ("--no-renames", "--no-color", "--no-notes", "--no-ext-diff")
        lines = self._lines(
            *("log", *options, *quiet, "--no-show-signature"),
            *("--format=commit %H %ct", self._head, "--"),
        )
        name = b""
        seconds = b""
        changes: list[Change] = []
        for line in lines:
            if line.startswith(b":"):
                if line.endswith((b".md", b'.md"')):
                    changes.append(_change(line))
            elif line.startswith(b"commit "):
                if name:
                    yield _commit(name, seconds, changes)
                changes = []
                _, name, seconds = line.split(b" ")
        if name:
            yield _commit(name, seconds, changes)

    @contextmanager
    def objects(self) -> Iterator[subprocess.Popen[bytes]]:
        """`git cat-file --batch`: names go in, contents come out in their order."""
        with self._started("cat-file", "--batch", stdin=subprocess.PIPE) as process:
            yield process

    def _lines(self, *arguments: str) -> Iterator[bytes]:
        with self._started(*arguments, stdin=subprocess.DEVNULL) as process:
            if process.stdout is None:
                return
            while line := process.stdout.readline(MAX_LINE_BYTES):
                yield line.rstrip(b"\n")
            if process.wait() != 0:
                raise PlaceNotFound(str(self._folder), "git cannot read its history")

    @contextmanager
    def _started(
        self, *arguments: str, stdin: int
    ) -> Iterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen(  # noqa: S603 - fixed words and our own paths
            _command(self._folder, arguments),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(self._environment),
        )
        widen(process.stdout)
        try:
            yield process
        finally:
            process.kill()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()
            process.wait()


def widen(pipe: IO[bytes] | None) -> None:
    """Let more stand in a pipe than the 64 KiB that it has, where that is given."""
    if sys.platform == "linux" and pipe is not None:
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def read_object(process: subprocess.Popen[bytes], limit: int) -> bytes | None:
    """The next content that comes out; None for one larger than `limit`.

    Raises InvalidContent where git has no such object.
    """
    if process.stdout is None:
        raise InvalidContent("git gives nothing out")
    header = process.stdout.readline(MAX_LINE_BYTES).split()
    if len(header) != 3:
        name = header[0].decode(errors="replace") if header else "an object"
        raise InvalidContent(f"git cannot read {name}: the repository is damaged")
    left = size = int(header[2])
    if size <= limit:
        content = process.stdout.read(size + 1)
        if len(content) != size + 1:
            raise InvalidContent("git stopped in the middle of a file")
        return content[:-1]
    left += 1
    while left > 0 and (chunk := process.stdout.read(min(left, 1 << 20))):
        left -= len(chunk)
    return None


def head_of(path: Path, environment: Mapping[str, str]) -> str:
    """The newest commit of the repository or bundle at a path.

    Raises PlaceNotFound, or NotSupported where git is missing.
    """
    try:
        if is_bundle(path):
            arguments = ("bundle", "list-heads", str(path.resolve()))
            listed = _run(path.parent, arguments, environment)
            if listed is None:
                raise PlaceNotFound(str(path), "a bundle that git cannot read")
            names = dict(map(_named, listed.splitlines()))
            return names.get("HEAD") or _chosen(str(path), names)
        head = _resolved(path, "HEAD", environment)
        return head or _chosen(str(path), _listed(path, environment))
    except FileNotFoundError as exc:
        hint = "install git; the folder's pages can be imported without it"
        raise NotSupported("git is not installed", hint=hint) from exc


@contextmanager
def opened_repository(
    path: Path, environment: Mapping[str, str]
) -> Iterator[GitRepository]:
    """The repository at a path.

    A bundle is unpacked among the system's temporary files while it is read.
    Raises as `head_of` does.
    """
    head = head_of(path, environment)
    if not is_bundle(path):
        yield GitRepository(path, head, environment)
        return
    with tempfile.TemporaryDirectory(prefix="tagledger-") as name:
        folder = Path(name)
        _run(folder, ("init", "--quiet", "--bare", "--template="), environment)
        arguments = ("bundle", "unbundle", str(path.resolve()))
        if _run(folder, arguments, environment) is None:
            raise PlaceNotFound(str(path), "a bundle that git cannot unpack")
        yield GitRepository(folder, head, environment)


def _chosen(place: str, names: Mapping[str, str]) -> str:
    """The branch that is meant where nothing says so."""
    branches = {
        name: commit for name, commit in names.items() if name.startswith("refs/heads/")
    }
    for name in ("refs/heads/main", "refs/heads/master"):
        if name in branches:
            return branches[name]
    if len(set(branches.values())) == 1:
        return next(iter(branches.values()))
    if not branches and len(set(names.values())) == 1:
        return next(iter(names.values()))
    if not names:
        raise PlaceNotFound(place, "a git repository without any commit")
    shown = ", ".join(sorted(names)[:10])
    raise PlaceNotFound(place, f"no HEAD, and several branches: {shown}")


def _listed(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    listed = _run(
        folder, ("for-each-ref", "--format=%(objectname) %(refname)"), environment
    )
    return dict(_named(line) for line in (listed or b"").splitlines())


def _named(line: bytes) -> tuple[str, str]:
    commit, _, name = line.decode(errors="replace").partition(" ")
    return name, commit


def _resolved(folder: Path, name: str, environment: Mapping[str, str]) -> str | None:
    arguments = ("rev-parse", "--quiet", "--verify", f"{name}^{{commit}}")
    found = _run(folder, arguments, environment)
    return found.decode().strip() if found else None


def _run(
    folder: Path, arguments: Sequence[str], environment: Mapping[str, str]
) -> bytes | None:
    done = subprocess.run(  # noqa: S603 - fixed words and our own paths
        _command(folder, arguments),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=_cleaned(environment),
        check=False,
    )
    if done.returncode == 0:
        return done.stdout
    if b"No space left on device" in done.stderr:
        raise WriteFailed(str(folder), "no room left to unpack the bundle")
    if b"dubious ownership" in done.stderr:
        raise PlaceNotFound(str(folder), "git refuses it: it belongs to another user")
    return None


def _command(folder: Path, arguments: Sequence[str]) -> list[str]:
    return [
        "git",
        "--no-pager",
        "--no-replace-objects",
        *_SETTINGS,
        "-C",
        str(folder),
        *arguments,
    ]


def _cleaned(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what points git elsewhere (`git(1)`, GIT_DIR)."""
    kept = {
        name: value
        for name, value in environment.items()
        if not name.startswith("GIT_")
    }
    return kept | {
        "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
    }


def _change(line: bytes) -> Change:
    facts, _, path = line.partition(b"\t")
    mode_before, mode_after, before, after, _ = facts[1:].split(b" ")
    if path.startswith(b'"'):
        path = _ESCAPED.sub(_unescaped, path[1:-1])
    return Change(
        path.decode("utf-8", "backslashreplace"),
        _file(mode_before, before),
        _file(mode_after, after),
    )


def _file(mode: bytes, name: bytes) -> str | None:
    """The object of a plain file: a link or a submodule is no page."""
    return name.decode() if mode.startswith(b"100") else None


def _unescaped(escaped: re.Match[bytes]) -> bytes:
    """The byte that git wrote so, as C does (git-config(1), core.quotePath)."""
    char = escaped[1]
    return _ESCAPES.get(char) or bytes([int(char, 8) & 0xFF])


def _commit(name: bytes, seconds: bytes, changes: Sequence[Change]) -> Commit:
    moment = None
    with suppress(ValueError, OverflowError, OSError):
        moment = datetime.fromtimestamp(int(seconds), tz=UTC)
    return Commit(name.decode(), moment, tuple(changes))
