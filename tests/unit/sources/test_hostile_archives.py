import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.images import random_image
from support.layers import compress, tar_of
from support.publishing import layout_files
from support.raw_tar import END, archive, member, pax
from tagledger.errors import (
    MalformedDocument,
    NotSupported,
    PlaceNotFound,
    TagledgerError,
    TooLarge,
    UnsafeArchive,
)
from tagledger.model.source import Wanted, no_progress
from tagledger.sources import tar_headers, tar_index
from tagledger.sources.layout import open_oci_archive
from tagledger.sources.shelf import chunks, load
from tagledger.sources.tar_headers import Kind, Member
from tagledger.sources.tar_shelf import TarShelf, open_tar

HARMLESS = member("a.json", b"{}")


def opened(path: Path, content: bytes, *, follows_links: bool = False) -> TarShelf:
    """The archive with this content, as a shelf."""
    path.write_bytes(content)
    return open_tar(path, follows_links=follows_links, progress=no_progress)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where an archive may be written."""
    return tmp_path / "image.tar"


@pytest.mark.parametrize(
    ("hostile", "problem"),
    [
        (member("../x"), "leads out of the archive"),
        (member("a/../../x"), "leads out of the archive"),
        (member("a/.."), "leads out of the archive"),
        (member("/etc/passwd"), "an absolute path"),
        (pax({"path": "/etc/passwd"}) + member("fine"), "an absolute path"),
        (pax({"path": "../x"}) + member("fine"), "leads out of the archive"),
        (
            member("././@LongLink", b"../x\0", kind=b"L") + member("fine"),
            "leads out of the archive",
        ),
        (pax({"path": "a\0b"}) + member("fine"), "NUL"),
        (member("x", kind=b"2", link="/etc/passwd"), "a symbolic link"),
        (member("x", kind=b"2", link="a.json"), "a symbolic link"),
        (member("x", kind=b"1", link="a.json"), "a hard link"),
        (member("x", kind=b"3"), "a device"),
        (member("x", kind=b"4"), "a device"),
        (member("x", kind=b"6"), "a pipe"),
        (member("x", b"12", kind=b"S"), "a sparse file"),
        (pax({"GNU.sparse.major": "1"}) + member("x", b"12"), "a sparse file"),
        (pax({"GNU.sparse.size": "9" * 9}) + member("x"), "a sparse file"),
        (member("x", kind=b"M"), "a part of a file"),
        (member("x", kind=b"Z"), "of the unknown kind"),
        (member("a.json", b"[]"), "is there twice"),
        (member("./a.json", b"[]"), "is there twice"),
        (member("a.json/", kind=b"5"), "is there twice"),
        (member("d", b"x", kind=b"5"), "a folder with content"),
        (member("d/", b"x", kind=b"0"), "a folder with content"),
        (pax({"size": "5"}) + member("d/", kind=b"5"), "a folder with content"),
        (member("x", size=b"\x80" + b"\xff" * 11), "an impossible size"),
        (member("x", size=b"\xff" * 12), "an impossible size"),
        (member("x", size=b"\x80" + b"\0" * 5 + b"\xff" * 6), "an impossible size"),
        (pax({"size": "9" * 15}) + member("x"), "announces 9+ bytes"),
        (pax({"size": "-1"}) + member("x"), "announces '-1' bytes"),
        (pax({"size": "9" * 5000}) + member("x"), "announces '9{40}' bytes"),
        (pax({"path": "y"}, kind=b"g") + member("x"), "said of all members"),
        (pax({"path": "y"}) * 2 + member("x"), "its path is said twice"),
        (
            pax({"path": "y"}) + member("L", b"z\0", kind=b"L") + member("x"),
            "its path is said twice",
        ),
        (member("L", size=2**33 - 1, kind=b"L"), "a header of 8589934591 bytes"),
        (member("x", size=2**21, kind=b"x"), "a header of 2097152 bytes"),
    ],
)
@pytest.mark.parametrize("before", [b"", HARMLESS], ids=["first", "later"])
def test_a_member_that_no_honest_tool_writes_refuses_the_whole_archive(
    hostile: bytes, problem: str, before: bytes, path: Path
) -> None:
    """Wherever it stands, nothing of the archive is read, and the member is named."""
    if "twice" in problem and "path" not in problem:
        before = HARMLESS

    with pytest.raises(UnsafeArchive, match=problem):
        opened(path, archive(before, hostile, member("b.json", b"{}")))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no tar",
        b"x" * 2048,
        b"\0" * 100,
        HARMLESS,
        HARMLESS[:700],
        member("x", b"1234", size=4000),
        member("L", b"long", kind=b"L") + END,
        member("L", b"long", kind=b"L")[:700],
        archive(member("x", size=b"not a number")),
        archive(member("PaxHeader", b"99 path=x\n", kind=b"x")),
        archive(member("PaxHeader", b"0 path=x\n", kind=b"x")),
        archive(member("PaxHeader", b"9 path:x\n", kind=b"x")),
        archive(member("PaxHeader", b"\xff" * 40, kind=b"x")),
        archive(HARMLESS[:100] + b"?" + HARMLESS[101:]),
    ],
)
@pytest.mark.parametrize("compression", ["none", "gzip", "zstd"])
def test_what_is_no_whole_tar_is_said_to_be_none(
    content: bytes, compression: str, path: Path
) -> None:
    """Cut short, damaged or something else altogether: one clean error."""
    packed = {
        "none": content,
        "gzip": gzip.compress(content),
        "zstd": compress(content, "zstd"),
    }[compression]

    with pytest.raises(MalformedDocument, match=r"cut short|tar archive|header|name"):
        opened(path, packed)


def test_a_long_name_that_is_cut_short_is_said_to_be_so(path: Path) -> None:
    """Whatever its first half would mean."""
    with pytest.raises(MalformedDocument, match="cut short"):
        opened(path, pax({"path": "x" * 600})[:1100])


def test_documents_are_held_within_bounds() -> None:
    """Of a compressed archive no more is kept than honest documents need."""
    index = tar_index.TarIndex("a", follows_links=False, holds=True)
    size = tar_index.MAX_HELD_DOCUMENT_BYTES
    count = tar_index.MAX_HELD_BYTES // size
    members = [Member(str(number), Kind.FILE, size) for number in range(count + 1)]
    huge = Member("huge", Kind.FILE, size + 1)
    for offset, item in enumerate([huge, *members]):
        index.add(item, offset)

    assert not index.begin(huge, b"{")
    for item in members[:-1]:
        assert index.begin(item, b"{")
        index.hold(item, bytes(size))
    assert not index.begin(members[-1], b"{")


@pytest.mark.parametrize(
    ("compressed", "problem"),
    [
        (gzip.compress(os.urandom(5000))[:3000], "cut short"),
        (compress(os.urandom(5000), "zstd")[:3000], "cut short"),
        (b"\x1f\x8b\x08\0" + b"\xff" * 600, "cannot be unpacked"),
        (b"\x1f\x8b\x09\0" + b"\xff" * 600, "cannot be unpacked"),
        (b"\x28\xb5\x2f\xfd" + b"\xff" * 600, "cannot be unpacked"),
    ],
)
def test_a_damaged_compressed_file_is_said_to_be_one(
    compressed: bytes, problem: str, path: Path
) -> None:
    """Errors of the libraries do not come through."""
    with pytest.raises(MalformedDocument, match=f"{problem}|tar archive"):
        opened(path, compressed)


def test_a_damaged_end_of_a_compressed_layer_is_noticed_when_it_is_read(
    path: Path,
) -> None:
    """A checksum that is wrong by the end of the file is an error of ours, too."""
    content = archive(member("a.json", b"{}"), member("layer", os.urandom(400_000)))
    shelf = opened(path, gzip.compress(content))
    path.write_bytes(gzip.compress(content)[:200_000])

    with pytest.raises(MalformedDocument, match="cut short"):
        list(chunks(shelf, "layer"))


@pytest.mark.parametrize("mark", [b"BZh91AY", b"\xfd7zXZ\0"], ids=["bzip2", "xz"])
def test_other_compressions_are_named(mark: bytes, path: Path) -> None:
    """The error says what to do."""
    with pytest.raises(NotSupported, match=r"compressed with (bzip2|xz)") as caught:
        opened(path, mark + b"x" * 600)
    assert "unpack it" in caught.value.hint


def test_a_pipe_is_no_archive(path: Path) -> None:
    """Opening it must not wait for a writer."""
    os.mkfifo(path)

    with pytest.raises(PlaceNotFound, match="not a plain file"):
        open_tar(path, follows_links=False, progress=no_progress)


@pytest.mark.parametrize("size", [2**31, 2**39])
def test_a_compressed_bomb_is_left_alone_once_it_is_one(size: int, path: Path) -> None:
    """The limit is on what comes out: a gigabyte, or 200 times what went in."""
    field = b"\x80" + size.to_bytes(11, "big")

    with pytest.raises(TooLarge, match="unpacked"):
        opened(path, gzip.compress(member("layer", size=field)))


def test_very_many_members_are_too_many(path: Path) -> None:
    """Each would take memory."""
    block = member("0" * 6)
    others = sum(block[6:148]) + 8 * ord(" ") + sum(block[156:])
    names = [b"%06x" % number for number in range(tar_index.MAX_MEMBERS + 1)]
    sums = [b"%06o\0 " % (others + sum(name)) for name in names]

    with pytest.raises(TooLarge, match="members"):
        opened(
            path,
            b"".join(
                name + block[6:148] + total + block[156:]
                for name, total in zip(names, sums, strict=True)
            ),
        )


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("../b/layer.tar", None),
        ("./../b/layer.tar", None),
        ("../../b/layer.tar", "out of the archive"),
        ("../../../etc/passwd", "out of the archive"),
        ("/b/layer.tar", "out of the archive"),
        ("../nothing", "no file in here"),
        ("../b", "no file in here"),
        ("layer.tar", "no file in here"),
        ("../c/layer.tar", "no file in here"),
        ("", "no file in here"),
    ],
)
def test_links_of_an_old_docker_save_stay_in_the_archive(
    link: str, problem: str | None, path: Path
) -> None:
    """A link leads to a plain file of the same archive, in one step, or is refused."""
    content = archive(
        member("a/layer.tar", kind=b"2", link=link),
        member("b/", kind=b"5"),
        member("b/layer.tar", b"layer"),
        member("c/layer.tar", kind=b"2", link="../b/layer.tar"),
    )

    if problem is None:
        shelf = opened(path, content, follows_links=True)
        assert b"layer" == load(shelf, "a/layer.tar", 10)
        shelf.close()
    else:
        with pytest.raises(UnsafeArchive, match=problem):
            opened(path, content, follows_links=True)


LAYOUT = layout_files({"1.0": random_image(layers=1, format="oci").published})
WHOLE = tar_of(LAYOUT)


def flipped(content: bytes, position: int, value: int) -> bytes:
    """One byte changed."""
    return content[:position] + bytes([value]) + content[position + 1 :]


@given(
    damage=st.one_of(
        st.builds(
            lambda position, value: lambda whole: flipped(whole, position, value),
            st.integers(0, len(WHOLE) - 1),
            st.integers(0, 255),
        ),
        st.builds(
            lambda length: lambda whole: whole[:length],
            st.integers(0, len(WHOLE)),
        ),
    )
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_damaged_archive_gives_the_truth_or_an_error_of_ours(
    damage: Callable[[bytes], bytes], path: Path
) -> None:
    """Whatever is changed or cut, the root is the one asked for, or nothing is."""
    path.write_bytes(damage(WHOLE))
    try:
        source, name = open_oci_archive(str(path))
        snapshot = await source.observe(name, Wanted())
    except TagledgerError:
        return

    assert snapshot.root is not None
    for digest, document in snapshot.documents.items():
        digest.verify(document.content)


def test_limits_are_far_above_what_is_real() -> None:
    """The largest real image layers have some ten gigabytes, names 300 characters."""
    assert tar_headers.MAX_MEMBER_BYTES >= 2**40
    assert tar_headers.MAX_EXTENSION_BYTES >= 2**16
