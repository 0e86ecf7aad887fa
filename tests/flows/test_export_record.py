"""The public record itself, imported and written out again: the tree that its own authors committed."""

from pathlib import Path

import pytest

from support.corpus import committed_at, tree
from support.program import Program
from support.tools import needs

pytestmark = needs("git")

STALE = ("repos/openjdk/tag-details.md", "repos/python/tag-details.md")
"""Of these two the record's own pages of all tags are older, in places, than the pages beside them."""


@pytest.fixture
def asked(program: Program, record_ledger: Path) -> Program:
    """The program with a ledger of the whole record."""
    return program.with_variables(TAGLEDGER_LEDGER=str(record_ledger))


def test_the_record_is_written_out_as_it_was(
    asked: Program, public_record: Path, tmp_path: Path
) -> None:
    """All 694 pages and 20 of the 22 pages of all tags, byte for byte, and not a file more."""
    moment = committed_at(public_record).isoformat()
    expected = tree(public_record)

    said = asked.output("export", "--pages", str(tmp_path), "--at", moment)

    actual = {
        path.relative_to(tmp_path).as_posix(): path.read_bytes()
        for path in tmp_path.rglob("*")
        if not path.is_dir()
    }
    assert b"716 files written, 0 unchanged, 0 removed\n" == said
    assert expected.keys() == actual.keys()
    assert list(STALE) == sorted(
        path for path, content in actual.items() if content != expected[path]
    )
    assert 694 == sum("/remote/" in path for path in actual.keys() - {*STALE})


def test_the_two_that_differ_are_stale_in_the_record(
    asked: Program, public_record: Path, tmp_path: Path
) -> None:
    """Ours hold every page that stands beside them; theirs lack some."""
    expected = tree(public_record)
    asked.output("export", "--pages", str(tmp_path))

    for stale in STALE:
        folder = stale.removesuffix("tag-details.md")
        pages = [
            content
            for path, content in expected.items()
            if path.startswith(f"{folder}remote/")
        ]
        ours, theirs = (tmp_path / stale).read_bytes(), expected[stale]
        assert all(b"\n" + page in ours for page in pages)
        assert not all(b"\n" + page in theirs for page in pages)


def test_the_tree_follows_the_record_from_commit_to_commit(
    asked: Program, public_record: Path, tmp_path: Path
) -> None:
    """Written one after the other into one folder, as a user does who commits each."""
    for commit in ("main~600", "main~300", "main~40", "main"):
        moment = committed_at(public_record, commit).isoformat()
        asked.output("export", "--pages", str(tmp_path), "--at", moment)
        expected = {
            path: content
            for path, content in tree(public_record, commit).items()
            if "/remote/" in path
        }

        assert expected == {
            path.relative_to(tmp_path).as_posix(): path.read_bytes()
            for path in tmp_path.glob("repos/*/remote/*")
        }
