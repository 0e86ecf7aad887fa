"""A folder that is brought up to date, whoever put what into it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tagledger.errors import PlaceTaken, WriteFailed
from tagledger.sources.file_tree import WRITING, FileTree, opened_tree

PATH = ("repos", "python", "remote", "3.8.md")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder that is nobody's business."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "3.8.md").write_bytes(b"mine")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the tree is, or will be."""
    return tmp_path / "below" / "tree"


@pytest.fixture
def tree(folder: Path) -> Iterator[FileTree]:
    """A tree without any file."""
    with opened_tree(folder) as opened:
        yield opened


def files(folder: Path) -> list[str]:
    """Everything below, folders too."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_file_is_written_with_the_folders_above_it(
    tree: FileTree, folder: Path
) -> None:
    """And read again, up to a byte more than the limit."""
    assert tree.write(PATH, b"page")

    assert b"page" == folder.joinpath(*PATH).read_bytes()
    assert b"page" == tree.read(PATH, limit=4)
    assert b"pag" == tree.read(PATH, limit=2)
    assert ["repos", "repos/python", "repos/python/remote", "/".join(PATH)] == files(
        folder
    )


def test_a_file_that_stays_is_not_touched(tree: FileTree, folder: Path) -> None:
    """Neither its time of change nor the file itself; one that changes is another file."""
    tree.write(PATH, b"page")
    file = folder.joinpath(*PATH)
    os.utime(file, (1_000, 1_000))
    before = file.stat()

    assert not tree.write(PATH, b"page")
    assert (before.st_mtime_ns, before.st_ino) == (
        file.stat().st_mtime_ns,
        file.stat().st_ino,
    )
    for content in (b"pag", b"pages", b"egap"):
        held = file.open("rb")
        with held:
            was = file.read_bytes()
            assert tree.write(PATH, content)
            assert was == held.read()
        assert content == file.read_bytes()


def test_nothing_is_left_of_what_cannot_be_written(
    tree: FileTree, folder: Path
) -> None:
    """A folder stands where the file belongs: it is named, and the tree is as before."""
    folder.joinpath(*PATH, "kept").mkdir(parents=True)
    before = files(folder)

    with pytest.raises(PlaceTaken, match=r"3\.8\.md"):
        tree.write(PATH, b"page")

    assert before == files(folder)


@pytest.mark.parametrize("depth", range(1, len(PATH) + 1))
def test_no_link_is_followed(
    depth: int, tree: FileTree, folder: Path, outside: Path
) -> None:
    """Whichever part of the path is one: nothing outside is read, written or removed."""
    link = folder.joinpath(*PATH[:depth])
    link.parent.mkdir(parents=True, exist_ok=True)
    inner = outside.joinpath(*PATH[depth:])
    if depth < len(PATH):
        inner.parent.mkdir(parents=True, exist_ok=True)
        inner.write_bytes(b"mine")
    link.symlink_to(outside if depth < len(PATH) else outside / "3.8.md")
    before = files(outside)

    for call in (
        lambda: tree.read(PATH, limit=10),
        lambda: tree.write(PATH, b"page"),
        lambda: tree.tidy(PATH[:-1]) if depth < len(PATH) else tree.read(PATH, limit=1),
    ):
        with pytest.raises(PlaceTaken):
            call()

    assert before == files(outside)
    assert b"mine" == (outside / "3.8.md").read_bytes()
    assert link.is_symlink()


def test_a_dangling_link_makes_nothing(
    tree: FileTree, folder: Path, tmp_path: Path
) -> None:
    """A link to what is not there is a link all the same."""
    link = folder.joinpath(*PATH)
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "new")

    with pytest.raises(PlaceTaken):
        tree.write(PATH, b"page")

    assert not (tmp_path / "new").exists()


def test_a_pipe_is_no_file(tree: FileTree, folder: Path) -> None:
    """It is not waited for."""
    folder.joinpath(*PATH[:-1]).mkdir(parents=True)
    os.mkfifo(folder.joinpath(*PATH))

    with pytest.raises(PlaceTaken):
        tree.write(PATH, b"page")


def test_what_a_kill_left_is_not_written_through(
    tree: FileTree, folder: Path, outside: Path
) -> None:
    """Not even where somebody has put a link, or a second name of a file, in its place."""
    remote = folder.joinpath(*PATH[:-1])
    remote.mkdir(parents=True)
    (remote / WRITING).symlink_to(outside / "3.8.md")
    tree.write(PATH, b"page")
    os.link(outside / "3.8.md", remote / WRITING)
    tree.write(PATH, b"another")

    assert b"mine" == (outside / "3.8.md").read_bytes()
    assert [PATH[-1]] == files(remote)
    (remote / WRITING).write_bytes(b"half a pa")
    tree.tidy(PATH[:-1])

    assert [PATH[-1]] == files(remote)


def test_removing_takes_along_the_folders_that_are_then_empty(
    tree: FileTree, folder: Path
) -> None:
    """And none that holds anything."""
    other = ("repos", "golang", "tag-details.md")
    tree.write(PATH, b"page")
    tree.write(other, b"page")
    tree.remove(PATH)

    assert ["repos", "repos/golang", "/".join(other)] == files(folder)
    tree.remove(PATH)
    tree.remove(other)

    assert [] == files(folder)
    assert folder.is_dir()


def test_what_is_not_there_is_none(tree: FileTree, folder: Path) -> None:
    """Who only looks makes no folder."""
    assert None is tree.read(PATH, limit=10)
    tree.tidy(PATH[:-1])

    assert [] == files(folder)


def test_one_run_writes_at_a_time(folder: Path) -> None:
    """A second one is told so; after the first, it may."""
    with (
        opened_tree(folder),
        pytest.raises(WriteFailed, match="another export"),
        opened_tree(folder),
    ):
        pass

    with opened_tree(folder) as tree:
        assert tree.write(PATH, b"page")


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    """A file stands in its place."""
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(WriteFailed), opened_tree(tmp_path / "file"):
        pass


def test_the_folder_itself_may_be_a_link(tmp_path: Path, outside: Path) -> None:
    """The user named it."""
    link = tmp_path / "link"
    link.symlink_to(outside)

    with opened_tree(link) as tree:
        tree.write(PATH, b"page")

    assert outside.joinpath(*PATH).is_file()


def test_files_may_be_read_as_others_of_the_user(tree: FileTree, folder: Path) -> None:
    """Their mode is that of the umask, as git and editors write them."""
    mask = os.umask(0)
    os.umask(mask)
    tree.write(PATH, b"page")

    assert 0o666 & ~mask == stat.S_IMODE(folder.joinpath(*PATH).stat().st_mode)


def test_no_descriptor_is_left_open(folder: Path, outside: Path) -> None:
    """Whatever went wrong on the way."""
    listed = Path("/proc/self/fd")
    if not listed.is_dir():
        pytest.skip("the system does not list open files")
    before = len(list(listed.iterdir()))
    with opened_tree(folder) as tree:
        tree.write(PATH, b"page")
        (folder / "link").symlink_to(outside)
        (folder / "folder").mkdir()
        for path in (("link", "3.8.md"), ("folder",), (*PATH, "x")):
            with pytest.raises(PlaceTaken):
                tree.read(path, limit=1)
            with pytest.raises(PlaceTaken):
                tree.write(path, b"")
        tree.read(("none", "x"), limit=1)
        tree.remove(PATH)

    assert before == len(list(listed.iterdir()))
