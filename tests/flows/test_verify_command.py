"""`verify` from the command line: findings, summary, JSON, exit codes."""

import json
from pathlib import Path

import pytest

from support.images import index_of, random_image
from support.publishing import write_layout
from tagledger.cli.app import run
from tagledger.reports.page.reader import MAX_PAGE_BYTES

SEED = Path(__file__).parents[1] / "assets" / "seed"
PAGE = SEED / "python-3.8.0-windowsservercore.md"


def findings(
    capfd: pytest.CaptureFixture[str], *arguments: str
) -> list[tuple[str, str]]:
    """Kind and evidence of each finding, in order."""
    run(["verify", "--json", *arguments])
    places = json.loads(capfd.readouterr().out)["places"]
    return [
        (item["kind"], item["evidence"])
        for place in places
        for item in place["findings"]
    ]


def test_the_seed_is_proven(capfd: pytest.CaptureFixture[str]) -> None:
    """List proven, three of three manifests proven, configs reported."""
    image = [("manifest", "proven"), ("config", "reported")]

    assert [("index", "proven"), *image * 3] == findings(capfd, str(PAGE))


def test_a_summary_counts_each_document_once(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The same page twice is still one list and three manifests."""
    assert 0 == run(["verify", str(PAGE), f"report:{PAGE}"])
    summary = capfd.readouterr().out.rpartition("\n\n")[2].split("\n")

    assert ["index", "1", "0", "0", "0"] == summary[1].split()
    assert ["manifest", "3", "0", "0", "0"] == summary[2].split()
    assert ["config", "0", "0", "3", "0"] == summary[3].split()


def test_a_folder_without_pages_is_not_taken_for_verified(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Nothing to verify is a problem that is named, no success, and ends nothing else."""
    (tmp_path / "notes.txt").write_text("no page")

    code = run(["verify", str(tmp_path), str(PAGE)])
    shown = capfd.readouterr()

    assert 3 == code
    assert f"{tmp_path}: no page (*.md) in this folder" in shown.err
    assert "proven" in shown.out


def test_a_folder_of_pages_is_an_address(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Every page below it is proven, in the order of the names."""
    for name in ("b/two.md", "a/one.md"):
        path = tmp_path / name
        path.parent.mkdir()
        path.write_bytes(PAGE.read_bytes())

    run(["verify", "--json", str(tmp_path)])
    places = json.loads(capfd.readouterr().out)["places"]

    assert [str(tmp_path / "a/one.md"), str(tmp_path / "b/two.md")] == [
        place["place"] for place in places
    ]


def test_a_contradiction_ends_with_1(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A manifest digest of which no bytes can be is contradicted, and the code says so."""
    page = tmp_path / "changed.md"
    text = PAGE.read_text()
    digest = "3889bb8d808bbae6fa5a33e07093e65c31371bcf9e4c38c21be6b9af52ad1548"
    size = "Size: 1.2 KB (1184 bytes)"
    assert text.count(size) == 1
    assert digest in text
    page.write_text(
        text.replace(size, "Size: 1.2 KB (1185 bytes)").replace(
            "5787397776", "5787397777"
        )
    )

    assert 1 == run(["verify", str(page)])
    assert "contradicted" in capfd.readouterr().out


def test_an_unreadable_page_ends_with_its_own_code(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The others are verified all the same."""
    cut = tmp_path / "cut.md"
    cut.write_bytes(PAGE.read_bytes()[:5000])

    assert 6 == run(["verify", str(cut), str(PAGE)])
    shown = capfd.readouterr()
    assert "line" in shown.err
    assert "proven" in shown.out
    assert 3 == run(["verify", str(tmp_path / "missing.md")])


def test_every_byte_of_an_image_is_hashed_again(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Layers packed and unpacked; one changed byte is a contradiction or an error."""
    published = index_of([random_image(format="oci")], format="oci")
    layout = write_layout(tmp_path / "layout", {"1.0": published})
    address = f"oci:{layout}:1.0"
    expected = [
        *(("index", "read"), ("manifest", "read"), ("config", "read")),
        *[("layer", "read")] * 3,
    ]

    assert expected == findings(capfd, "--layers", address)
    layer = published.blobs[-1]
    path = Path(layout) / "blobs" / layer.digest.replace(":", "/")
    path.write_bytes(layer.content[:-1] + b"?")
    assert ("layer", "contradicted") in findings(capfd, "--layers", address)
    assert 1 == run(["verify", "--layers", address])


@pytest.mark.parametrize("numbers", ["5", "9-1", "a-b", "1-99999999999999999999"])
def test_a_malformed_range_is_a_clear_error(
    numbers: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """First, last, and nothing else."""
    assert 2 == run(["verify", "--search-urls", numbers, str(PAGE)])
    assert "--search-urls" in capfd.readouterr().err


def test_an_unknown_link_is_found_and_kept(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A range that is too wide is refused; nothing unknown means nothing to search."""
    table = tmp_path / "urls.tsv"
    options = ["--urls", str(table), "--search-urls"]

    assert 2 == run(["verify", *options, "1-9000000", str(PAGE)])
    assert 0 == run(["verify", *options, "837850-837860", str(PAGE)])
    assert not table.exists()
    assert "contradicted" in capfd.readouterr().out


def test_a_table_that_is_not_there_is_said_to_be_missing(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Only a search may begin a new one: a mistyped name is not passed over."""
    table = tmp_path / "urls.tsv"

    assert 3 == run(["verify", "--urls", str(table), str(PAGE)])
    assert f"{table}: no such table" in capfd.readouterr().err


def test_the_folder_of_a_layout_is_an_address(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """It need not be named `oci:`; what it holds is hashed again."""
    published = index_of([random_image(format="oci")], format="oci")
    layout = write_layout(tmp_path / "layout", {"1.0": published})
    found = findings(capfd, str(layout))

    assert [("index", "read"), ("manifest", "read"), ("config", "read")] == found


def test_an_archive_without_its_transport_is_told_how_to_be_named(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """However large it is: no page begins like that."""
    archive = tmp_path / "image.tar"
    archive.write_bytes(b"a" * 257 + b"ustar\0" + bytes(MAX_PAGE_BYTES))

    assert 6 == run(["verify", str(archive)])
    assert "docker-archive:FILE or oci-archive:FILE?" in capfd.readouterr().err


def test_an_address_too_long_for_a_file_is_an_error_like_any_other(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """No file system has such a name, and no trace is shown for it."""
    assert 2 == run(["verify", "a" * 5_000])
    assert capfd.readouterr().err.startswith("tagledger: ")
