import threading
from pathlib import Path

import pytest

from tagledger.errors import (
    InvalidContent,
    MalformedDocument,
    PlaceNotFound,
    TooLarge,
    WriteFailed,
)
from tagledger.model.digest import Digest
from tagledger.reports.proof.foreign_urls import (
    MAX_TABLE_BYTES,
    append_url,
    load_urls,
    packaged_urls,
)

LAYER = Digest("sha256:" + "a" * 64)
OTHER = Digest("sha256:" + "b" * 64)
URL = "https://go.microsoft.com/fwlink/?linkid=1"


def test_the_packaged_table_knows_the_base_of_windows_2016() -> None:
    """The table comes with the package and names each layer once."""
    known = packaged_urls().known

    server_core = Digest(
        "sha256:3889bb8d808bbae6fa5a33e07093e65c31371bcf9e4c38c21be6b9af52ad1548"
    )
    assert ("https://go.microsoft.com/fwlink/?linkid=837859",) == known[server_core]
    assert {1} == {len(urls) for urls in known.values()}


def test_a_table_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    """Nobody has to make the file before the first search."""
    assert packaged_urls() == load_urls(tmp_path / "none" / "urls.tsv")


def test_what_is_appended_is_known(tmp_path: Path) -> None:
    """A found URL goes into the user's own table, once, and joins the packaged ones."""
    table = tmp_path / "of" / "mine" / "urls.tsv"
    append_url(table, LAYER, URL)
    append_url(table, OTHER, URL)
    append_url(table, LAYER, URL)

    assert f"{LAYER}\t{URL}\n{OTHER}\t{URL}\n" == table.read_text()
    known = load_urls(table).known
    assert ((URL,), (URL,)) == (known[LAYER], known[OTHER])
    assert packaged_urls().known.keys() < known.keys()


def test_comments_and_a_missing_last_newline_are_kept(tmp_path: Path) -> None:
    """A table that a person edits stays as it was written."""
    table = tmp_path / "urls.tsv"
    table.write_text(f"# mine\n\n{OTHER}\t{URL}")
    append_url(table, LAYER, URL)

    assert f"# mine\n\n{OTHER}\t{URL}\n{LAYER}\t{URL}\n" == table.read_text()


def test_readers_see_the_table_whole_while_it_is_written(tmp_path: Path) -> None:
    """The new table replaces the old one at once: no reader finds half a line."""
    table = tmp_path / "urls.tsv"
    layers = [Digest(f"sha256:{number:064x}") for number in range(60)]

    def write() -> None:
        for layer in layers:
            append_url(table, layer, URL)

    writer = threading.Thread(target=write)
    writer.start()
    seen = []
    while writer.is_alive():
        seen.append(len(load_urls(table).known))
    writer.join()

    assert sorted(seen) == seen
    assert ["urls.tsv"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (f"{LAYER} {URL}", "a tab"),
        (f"sha256:{'a' * 63}\t{URL}", "not a digest"),
        (f"{LAYER}\tfile:///etc/passwd", "http or https"),
        (f"{LAYER}\thttps://user:secret@example.com/x", "holds a user"),
        (f"{LAYER}\thttps://example.com/\x1b[31m", "characters that no URL has"),
        (f"{LAYER}\thttps://example.com/a b", "characters that no URL has"),
        (f"{LAYER}\thttps://[::1/x", "not a URL"),
        (f"{LAYER}\thttps://example.com/{'x' * 2000}", "longer than"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(
    tmp_path: Path, line: str, problem: str
) -> None:
    """What is no digest with a URL is named, and no secret in it is repeated."""
    table = tmp_path / "urls.tsv"
    table.write_text(f"# mine\n{line}\n")

    with pytest.raises(MalformedDocument, match=problem) as caught:
        load_urls(table)

    assert "line 2" == caught.value.field
    assert "secret" not in str(caught.value)


def test_a_bad_url_is_never_appended(tmp_path: Path) -> None:
    """The table stays readable whatever is handed in."""
    table = tmp_path / "urls.tsv"
    with pytest.raises(InvalidContent):
        append_url(table, LAYER, f"https://example.com/\n{OTHER}\t{URL}")

    assert not table.exists()


def test_a_huge_table_is_refused(tmp_path: Path) -> None:
    """A file that was named by mistake does not fill the memory."""
    table = tmp_path / "urls.tsv"
    with table.open("wb") as opened:
        opened.truncate(MAX_TABLE_BYTES + 1)

    with pytest.raises(TooLarge):
        load_urls(table)


def test_a_table_that_cannot_be_read_or_written_is_a_clean_error(
    tmp_path: Path,
) -> None:
    """A folder in place of the file, or a file in place of the folder."""
    (tmp_path / "file").write_text("")
    with pytest.raises(PlaceNotFound):
        load_urls(tmp_path)
    with pytest.raises((WriteFailed, PlaceNotFound)):
        append_url(tmp_path / "file" / "urls.tsv", LAYER, URL)


def test_a_table_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """A table saved as UTF-16 is named, not read as rubbish."""
    table = tmp_path / "urls.tsv"
    table.write_bytes(f"{LAYER}\t{URL}\n".encode("utf-16"))

    with pytest.raises(MalformedDocument, match="not UTF-8"):
        load_urls(table)
