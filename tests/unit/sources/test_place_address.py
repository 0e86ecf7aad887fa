from pathlib import Path

import pytest

from tagledger.errors import PlaceNotFound, UnknownAddress
from tagledger.model.digest import Digest
from tagledger.sources.place_address import Selector, parse_selector, split_address

DIGEST = Digest("sha256:" + "0" * 64)


@pytest.mark.parametrize(
    ("existing", "after"),
    [
        ("plain", ""),
        ("plain", ":1.0"),
        ("plain", f"@{DIGEST}"),
        ("plain", f":1.0@{DIGEST}"),
        ("plain", ":@0"),
        ("with:colon", ":1.0"),
        ("with:colon", ""),
        ("with@at:2", ":localhost/a/b:1.0"),
    ],
)
def test_a_path_may_hold_colons(existing: str, after: str, tmp_path: Path) -> None:
    """The longest part that exists is the path, the rest says which image."""
    folder = tmp_path / existing
    folder.mkdir()

    assert (folder, after) == split_address("oci", f"{folder}{after}", is_folder=True)


def test_the_longest_existing_path_wins(tmp_path: Path) -> None:
    """Where both `a` and `a:b` exist, `a:b:c` is about `a:b`."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a:b").mkdir()

    found = split_address("oci", f"{tmp_path}/a:b:c", is_folder=True)

    assert (tmp_path / "a:b", ":c") == found


@pytest.mark.parametrize("rest", ["", ":tag", "@x"])
def test_an_address_without_a_path_is_refused(rest: str) -> None:
    """The message says that the folder is missing."""
    with pytest.raises(UnknownAddress, match="the folder is missing"):
        split_address("oci", rest, is_folder=True)


@pytest.mark.parametrize("rest", ["no/such:1.0", "x" * 5000, "a\0b"])
def test_a_path_that_is_not_there_is_not_found(rest: str, tmp_path: Path) -> None:
    """Names that no file system takes are just as absent."""
    with pytest.raises(PlaceNotFound, match="no such folder"):
        split_address("oci", f"{tmp_path}/{rest}", is_folder=True)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """The message says what stands there instead."""
    (tmp_path / "file").touch()

    with pytest.raises(PlaceNotFound, match="is a file, not a folder"):
        split_address("oci", f"{tmp_path}/file:1.0", is_folder=True)
    with pytest.raises(PlaceNotFound, match="is a folder, not a file"):
        split_address("oci-archive", f"{tmp_path}:1.0", is_folder=False)


@pytest.mark.parametrize(
    ("text", "selector"),
    [
        ("", Selector()),
        (":", Selector()),
        (":1.0", Selector(name="1.0")),
        (":localhost:5000/a/b:1.0", Selector(name="localhost:5000/a/b:1.0")),
        (":free text", Selector(name="free text")),
        (":me@example", Selector(name="me@example")),
        (f"@{DIGEST}", Selector(digest=DIGEST)),
        (f":{DIGEST}", Selector(name=DIGEST)),
        (f":@{DIGEST}", Selector(digest=DIGEST)),
        (f":1.0@{DIGEST}", Selector(name="1.0", digest=DIGEST)),
        (":@0", Selector(position=0)),
        (":@12", Selector(position=12)),
    ],
)
def test_selectors_are_names_digests_or_positions(
    text: str, selector: Selector
) -> None:
    """Anything that is neither digest nor position is a name, free text allowed."""
    assert selector == parse_selector("oci:x", text)


def test_a_broken_digest_names_the_address() -> None:
    """What looks like a digest and is none is not taken for a name."""
    with pytest.raises(UnknownAddress, match=r"'oci:x': 'sha256:abc' is not a digest"):
        parse_selector("oci:x", "@sha256:abc")
