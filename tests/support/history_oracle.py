"""What the public record says of each name and when, told by `git log`, `git cat-file` and regular expressions alone.

A plain script, kept apart from what it is an oracle for: nothing of ours is imported. It may be asked by hand:

    python tests/support/history_oracle.py reports.git hello-world:latest
"""

import re
import subprocess
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

_TITLE = re.compile(rb"## `([^`\n]+)`\n")
_PULL = re.compile(rb"^\$ docker pull \S+@(sha256:[0-9a-f]{64})$", re.MULTILINE)
_DIGESTS = re.compile(
    rb"^(?:"
    rb"\$ docker pull \S+@(sha256:[0-9a-f]{64})"  # the list, and each manifest
    rb"|-[\t ]Image ID: `(sha256:[0-9a-f]{64})`"
    rb"|(?:\t|  )-[\t ]`(sha256:[0-9a-f]{64})`  "  # a layer
    rb"|-\tv2 Blob: `(sha256:[0-9a-f]{64})`"  # a layer, before June 2016
    rb")$",
    re.MULTILINE,
)


class Page(NamedTuple):
    """The page of one tag in pieces that other pages share; `root` is the digest under its title."""

    title: str
    root: str | None
    is_absent: bool
    pieces: tuple[bytes, ...]
    separator: bytes

    @property
    def text(self) -> bytes:
        """The page itself."""
        return self.separator.join(self.pieces)


class Fact(NamedTuple):
    """What the record said of a name from this moment on; None where it stopped to have a page of it."""

    at: datetime
    page: Page | None

    @property
    def identity(self) -> object:
        """What makes a state: the digest; without one, as in September 2015, the words; or that there is nothing."""
        if self.page is None or self.page.is_absent:
            return None
        return self.page.root or self.page.text


class PublicRecord:
    """Every fact of a repository of pages, by the title of the page, oldest first."""

    def __init__(self, repository: Path) -> None:
        self.facts: dict[str, list[Fact]] = defaultdict(list)
        self._pieces: dict[bytes, bytes] = {}
        self._named: dict[bytes, frozenset[str]] = {}
        self._repository = repository
        self._read()
        for facts in self.facts.values():
            facts.sort(key=lambda fact: fact.at)

    def at(self, title: str, moment: datetime) -> Fact | None:
        """The latest fact about the name by then."""
        facts = self.facts[title]
        position = bisect_right([fact.at for fact in facts], moment)
        return facts[position - 1] if position else None

    def names(self, piece: bytes) -> frozenset[str]:
        """All digests that a piece of a page states: of its list, manifests, configs and layers."""
        if piece not in self._named:
            self._named[piece] = frozenset(
                digest.decode()
                for groups in _DIGESTS.findall(piece)
                for digest in groups
                if digest
            )
        return self._named[piece]

    def history(self, title: str) -> list[dict[str, Any]]:
        """Each state of a name: what it was, from when to when, and what is odd about it."""
        runs: list[list[Fact]] = []
        for fact in self.facts[title]:
            if runs and runs[-1][0].identity == fact.identity:
                runs[-1].append(fact)
            else:
                runs.append([fact])
        states = []
        known: dict[object, datetime] = {}
        was_there = False
        for number, run in enumerate(runs):
            what = run[0].identity
            is_gone = what is None
            turn = "moved back" if what in known else "moved"
            if is_gone:
                turn = "gone"
            elif not was_there:
                turn = "first"
            elif runs[number - 1][0].identity is None:
                turn = "came back"
            end = runs[number + 1][0].at if number + 1 < len(runs) else None
            states.append(
                {
                    "digest": run[0].page.root if run[0].page else None,
                    "is_absent": is_gone,
                    "first_seen": rfc3339(run[0].at),
                    "last_seen": rfc3339(run[-1].at),
                    "ended_at": rfc3339(end),
                    "lasted_seconds": ((end or run[-1].at) - run[0].at).total_seconds(),
                    "observations": len(run),
                    "turn": turn,
                    "is_back_to": rfc3339(known.get(what)),
                }
            )
            known.setdefault(what, run[0].at)
            was_there = was_there or not is_gone
        return states

    def uses(self, digest: str) -> list[dict[str, Any]]:
        """Every name that had the digest in any place, and when, by repository and tag."""
        found = []
        for title, facts in self.facts.items():
            having = [fact for fact in facts if self._has(fact, digest)]
            if not having:
                continue
            last = having[-1].at
            later = [fact.at for fact in facts if fact.at > last]
            found.append(
                {
                    "reference": f"docker.io/library/{title}",
                    "first_seen": rfc3339(having[0].at),
                    "last_seen": rfc3339(last),
                    "ended_at": rfc3339(min(later, default=None)),
                    "observations": len(having),
                }
            )
        return sorted(found, key=lambda use: str(use["reference"]).split(":"))

    def _has(self, fact: Fact, digest: str) -> bool:
        pieces = fact.page.pieces if fact.page else ()
        return any(digest in self.names(piece) for piece in pieces)

    def _read(self) -> None:
        """Follow the record from commit to commit.

        Beside pages of single tags in `remote/`, the page of all tags says nothing; without them it speaks.
        """
        pages: dict[str, dict[str, str]] = defaultdict(dict)
        of_all: dict[str, str] = {}
        spoken: dict[str, dict[str, bytes]] = defaultdict(dict)
        with _Contents(self._repository) as contents:
            for moment, changes in _commits(self._repository):
                told: dict[str, bytes] = {}
                gone: set[str] = set()
                for folder in {path.split("/")[1] for path, _ in changes}:
                    for path, blob in changes:
                        if not path.startswith(f"repos/{folder}/"):
                            continue
                        if path.endswith("/tag-details.md"):
                            of_all[folder] = blob
                            continue
                        if blob:
                            page = contents.read(blob)
                            told[_title(page)] = page
                            pages[folder][path] = _title(page)
                        else:
                            gone.add(pages[folder].pop(path))
                    before = spoken[folder]
                    spoken[folder] = {}
                    if not pages[folder] and of_all.get(folder):
                        spoken[folder] = _sections(contents.read(of_all[folder]))
                    gone |= before.keys() - spoken[folder].keys()
                    told |= {
                        title: page
                        for title, page in spoken[folder].items()
                        if before.get(title) != page
                    }
                for title, page in told.items():
                    self.facts[title].append(Fact(moment, self._page(title, page)))
                for title in gone - told.keys():
                    self.facts[title].append(Fact(moment, None))

    def _page(self, title: str, content: bytes) -> Page:
        is_old = b"\n### Layers (" in content
        separator = b"\n#### `" if is_old else b"\n### `"
        pieces = content.split(separator)
        root = _PULL.search(pieces[0])
        return Page(
            title,
            root[1].decode() if root else None,
            b"\n**does not exist**" in pieces[0],
            tuple(self._pieces.setdefault(piece, piece) for piece in pieces),
            separator,
        )


class _Contents:
    """`git cat-file --batch`, asked for one file after the other."""

    def __init__(self, repository: Path) -> None:
        command = ["git", "-C", str(repository), "cat-file", "--batch"]
        self._git = subprocess.Popen(command, stdin=-1, stdout=-1)

    def read(self, blob: str) -> bytes:
        """The file's bytes."""
        assert self._git.stdin is not None
        assert self._git.stdout is not None
        self._git.stdin.write(f"{blob}\n".encode())
        self._git.stdin.flush()
        size = int(self._git.stdout.readline().split()[2])
        return self._git.stdout.read(size + 1)[:-1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._git.communicate()


def _commits(repository: Path) -> Iterator[tuple[datetime, list[tuple[str, str]]]]:
    """When each commit was made, and what became of each file: its new content, or nothing."""
    words = ("log", "--first-parent", "--reverse", "--raw", "--no-abbrev")
    command = ["git", "-C", str(repository), *words, "--no-renames", "--format=@%ct"]
    log = subprocess.run([*command, "main"], capture_output=True, check=True).stdout
    for commit in log.decode().split("@")[1:]:
        seconds, *rows = commit.split("\n")
        changes = []
        for row in filter(None, rows):
            fields, _, path = row.partition("\t")
            blob = fields.split()[3]
            changes.append((path, "" if set(blob) == {"0"} else blob))
        yield datetime.fromtimestamp(int(seconds), tz=UTC), changes


def _sections(content: bytes) -> dict[str, bytes]:
    """The page of each tag on a page of all tags."""
    pages = [b"## `" + piece for piece in content.split(b"\n## `")[1:]]
    return {_title(page): page for page in pages}


def _title(page: bytes) -> str:
    found = _TITLE.match(page)
    assert found is not None, page[:80]
    return found[1].decode()


def rfc3339(moment: datetime | None) -> str | None:
    """The time as JSON has it."""
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _shown(states: Iterable[dict[str, Any]]) -> str:
    return "".join(
        f"{state['first_seen']} {state['turn']:<10} {state['digest'] or '-'}\n"
        for state in states
    )


if __name__ == "__main__":
    _, place, name = sys.argv
    sys.stdout.write(_shown(PublicRecord(Path(place)).history(name)))
