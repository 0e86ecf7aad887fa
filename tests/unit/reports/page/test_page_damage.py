"""A damaged page is refused with line and reason, whatever happened to it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.page_snapshots import OBSERVED_AT
from support.seed_page import PAGE_FILE
from tagledger.errors import DamagedPage, DegeneratePage, TooLarge
from tagledger.reports.page.reader import MAX_PAGE_BYTES, read_page, write_published
from tagledger.reports.page.remote_page import MAX_SECTIONS

SEED = PAGE_FILE.read_bytes()
FIRST_LAYER = "3889bb8d808bbae6fa5a33e07093e65c31371bcf9e4c38c21be6b9af52ad1548"


def refused(content: bytes) -> DamagedPage:
    """The error that reading this raises."""
    with pytest.raises(DamagedPage) as caught:
        read_page(content, place="page.md", observed_at=OBSERVED_AT)
    return caught.value


def replaced(old: str, new: str) -> bytes:
    """The seed page with the first of something replaced."""
    assert old.encode() in SEED
    return SEED.replace(old.encode(), new.encode(), 1)


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        pytest.param(
            replaced(FIRST_LAYER, FIRST_LAYER[:-1]),
            53,
            "a digest of 63 characters instead of 64",
            id="a digest that is too short",
        ),
        pytest.param(
            replaced(FIRST_LAYER, FIRST_LAYER[:-1] + "G"),
            53,
            "is not a digest",
            id="a digest with a letter that is no digit",
        ),
        pytest.param(
            replaced("4ffcde6308b9", "4ffcde6308b"),
            4,
            "a digest of 63 characters",
            id="the digest of the list",
        ),
        pytest.param(
            replaced("ab60ca13733c", "ab60ca13733"),
            16,
            "a digest of 63 characters",
            id="the digest of a manifest",
        ),
        pytest.param(
            replaced("sha256:e604c95f", "sha256:e604c95"),
            23,
            "a digest of 63 characters",
            id="an image ID",
        ),
        pytest.param(
            replaced("5.8 GB (5787397776 bytes)", "5.8 GB (5787397775 bytes)"),
            21,
            "the layers add up to 5787397776 bytes, not to 5787397775",
            id="a sum that does not add up",
        ),
        pytest.param(
            replaced("4.1 GB (4069985900 bytes)", "4.1 GB (4069985901 bytes)"),
            21,
            "the layers add up to 5787397777 bytes",
            id="a layer that has grown",
        ),
        pytest.param(
            replaced("1.2 KB (1184 bytes)", "1.3 KB (1184 bytes)"),
            62,
            "contradicts its bytes",
            id="a size text that contradicts its bytes",
        ),
        pytest.param(
            replaced("5.8 GB (5787397776 bytes)", "5.9 GB (5787397776 bytes)"),
            21,
            "contradicts its bytes",
            id="a total that contradicts its bytes",
        ),
        pytest.param(
            replaced("Thu, 07 Nov 2019", "Wed, 07 Nov 2019"),
            30,
            "that day was a Thu",
            id="a weekday that is wrong",
        ),
        pytest.param(
            replaced("Tue, 18 Sep 2018", "Tue, 31 Sep 2018"),
            54,
            "day",
            id="a day that does not exist",
        ),
        pytest.param(
            replaced("18 Sep 2018 20:20:50", "18 Sep 2018 25:20:50"),
            54,
            "hour",
            id="an hour that does not exist",
        ),
        pytest.param(
            replaced("amd64\n", "amd64\n\t-\tlinux; amd64\n"),
            8,
            "4 platforms are listed here, 3 follow",
            id="a platform without a section",
        ),
        pytest.param(
            replaced("10.0.14393.3326; amd64\n", "10.0.14393.3327; amd64\n"),
            8,
            "not in the order of this list",
            id="a platform that differs from its section",
        ),
        pytest.param(
            replaced("Platforms:", "Platforms: 4"),
            8,
            "3 platforms follow, not 4",
            id="a count of platforms that is wrong",
        ),
        pytest.param(
            replaced("docker pull python@sha256:ab", "docker pull ruby@sha256:ab"),
            16,
            "names 'ruby', not 'python'",
            id="another image's pull line",
        ),
        pytest.param(
            replaced("docker pull python@sha256:4f", "docker pull ruby@sha256:4f"),
            4,
            "names 'ruby'",
            id="another image's pull line in the head",
        ),
        pytest.param(
            replaced('`["python"]`', '`["python"`'),
            24,
            "is not a JSON list of strings",
            id="JSON that is cut",
        ),
        pytest.param(
            replaced('`["python"]`', '`{"python":1}`'),
            24,
            "is not a JSON list of strings",
            id="JSON that is no list",
        ),
        pytest.param(
            replaced('["python"]`', '["python"]'),
            24,
            "code span",
            id="a code span that is not closed",
        ),
        pytest.param(
            replaced("```dockerfile\n# Sat", "```dockerfile\nRUN x\n# Sat"),
            28,
            "no date line",
            id="a step without a date line",
        ),
        pytest.param(
            replaced("RUN Apply image 1607-RTM-amd64\n", ""),
            28,
            "a step needs a date line and a text",
            id="a date line without a step",
        ),
        pytest.param(
            replaced("-\tDocker Version: 18", "-\tDocker Verison: 18"),
            19,
            "'Docker Verison' does not belong here",
            id="a label that is misspelt",
        ),
        pytest.param(
            replaced("-\tImage ID", "-\tTotal Size: 1\n-\tImage ID"),
            23,
            "'Total Size' is said twice",
            id="a fact that is said twice",
        ),
        pytest.param(
            replaced("\t\tMIME: ", "\t\tMlME: "),
            56,
            "does not belong here",
            id="a layer's label that is misspelt",
        ),
        pytest.param(
            replaced("(compressed transfer size", "(compressed size"),
            22,
            "what the size is of is not said",
            id="a note that is altered",
        ),
        pytest.param(
            replaced("-\tDocker Version: 18.03.1-ee-4\n", "")
            .replace(
                b"-\tManifest MIME: `application/vnd.docker.distribution.manifest.v2",
                b"-\tDocker Version: 18.03.1-ee-4\n-\tManifest MIME: `application/vnd.docker.distribution.manifest.v2",
                1,
            )
            .replace(b"-\tLayers:\n", b"-\tLayers: 11\n", 1),
            52,
            "'-\\tLayers: 11' instead of '-\\tLayers:'",
            id="a line that no program writes",
        ),
        pytest.param(
            replaced("\n\n-\tLayers", "\n\n\n-\tLayers"),
            52,
            "a list was expected here",
            id="a blank line too many",
        ),
        pytest.param(
            SEED.replace(b"  \n\t\tSize", b"\n\t\tSize", 1),
            55,
            "does not belong to the item",
            id="trailing blanks that an editor took away",
        ),
        pytest.param(
            SEED.replace(b"\n", b"\r\n"), 1, "U+000D", id="line ends of Windows"
        ),
        pytest.param(
            SEED[:-1], 263, "the last line does not end", id="the last line end missing"
        ),
        pytest.param(
            SEED + b"\n", 264, "does not belong to the item", id="more after the end"
        ),
        pytest.param(
            replaced("RUN Apply", "RUN \x1b[2JApply"),
            29,
            "the control character U+001B",
            id="a terminal escape",
        ),
        pytest.param(
            replaced("RUN Apply", "RUN \u202eApply"),
            29,
            "the control character U+202E",
            id="a bidi control",
        ),
        pytest.param(
            replaced("# Thu, 07", "<<<<<<< HEAD\n# Thu, 07"),
            30,
            "a merge conflict was left in the page",
            id="merge conflict markers",
        ),
        pytest.param(
            b"<<<<<<< HEAD\n" + SEED, 1, "merge conflict", id="a conflict at the top"
        ),
        pytest.param(
            replaced(
                "# Wed, 13 Nov 2019 13:15:19 GMT",
                ">>>>>>> a branch\n# Wed, 13 Nov 2019 13:15:19 GMT",
            ),
            32,
            "a merge conflict was left in the page",
            id="the last line of a conflict",
        ),
        *(
            pytest.param(archive, 1, "an archive, not a published page", id=kind)
            for kind, archive in (
                ("tar", b"a" * 257 + b"ustar\0" + b"0" * 249),
                ("gzip", b"\x1f\x8b\x08\0"),
                ("zstd", b"\x28\xb5\x2f\xfd\0"),
            )
        ),
        pytest.param(
            b"<!DOCTYPE html>\n<html><title>404</title></html>\n",
            1,
            "HTML, not a published page",
            id="an HTML error page",
        ),
        pytest.param(b'{"errors":[]}\n', 1, "JSON, not a", id="a JSON error answer"),
        pytest.param(b"404: Not Found", 1, "other Markdown?", id="an error in words"),
        pytest.param(
            b"# Python\n\nA `language`.\n", 1, "other Markdown?", id="a README"
        ),
        pytest.param(b"## Python\n\ntext\n", 1, "no title of a page", id="a heading"),
        pytest.param(
            b"## `a:b`\n\ntext\n", 3, "a list was expected", id="a heading in backticks"
        ),
        pytest.param(b"\x00\xff\xfe", 1, "other Markdown?", id="no text at all"),
        pytest.param(
            b"## `a/../b:c`\n\n**does not exist** (yet?)\n",
            1,
            "is no name of an image",
            id="a name with a step upwards",
        ),
        pytest.param(
            b"## `" + b"a" * 2_000 + b"`\n\n**does not exist** (yet?)\n",
            1,
            "a title of 2000 characters",
            id="an endless title",
        ),
    ],
)
def test_damage_is_refused_with_line_and_reason(
    content: bytes, line: int, reason: str
) -> None:
    """Each kind of damage is named, at its line."""
    error = refused(content)

    assert reason in error.problem
    assert line == error.line
    assert f"page.md, line {line}: " in str(error)


def test_a_page_cut_anywhere_is_refused() -> None:
    """No beginning of a page but the whole is believed."""
    for end in range(1, len(SEED), 97):
        assert refused(SEED[:end]).line <= SEED[:end].count(b"\n") + 1


def test_a_page_cut_at_any_line_is_refused() -> None:
    """A cut between two lines shows as well."""
    lines = SEED.splitlines(keepends=True)
    for count in range(1, len(lines)):
        assert refused(b"".join(lines[:count])).problem


def test_a_line_missing_anywhere_is_refused() -> None:
    """No line can be taken out unnoticed, but what is optional or begins a step.

    A step whose date line is gone reads as a further line of the step before it.
    """
    lines = SEED.splitlines(keepends=True)
    unnoticed = set()
    for position, line in enumerate(lines):
        rest = b"".join([*lines[:position], *lines[position + 1 :]])
        try:
            read_page(rest, place="page.md", observed_at=OBSERVED_AT)
        except DamagedPage:
            continue
        label = line.decode().strip("-\t").partition(":")[0].strip()
        unnoticed.add("a date" if label.startswith("# ") else label)

    assert {
        *("Docker Version", "Image ID", "Default Command", "`SHELL`"),
        *("Last Modified", "a date"),
    } == unnoticed


def test_an_empty_page_is_named_as_degenerate() -> None:
    """The record has a page of no bytes: it is no damage that fetching again would heal."""
    for content in (b"", b"\n", b"<!-- THIS FILE IS GENERATED VIA 'x' -->\n"):
        with pytest.raises(DegeneratePage):
            read_page(content, place="page.md", observed_at=OBSERVED_AT)


def test_a_page_that_is_too_large_is_refused() -> None:
    """The size of a page is limited before anything is looked at."""
    content = b"## `a:b`\n" + b" " * MAX_PAGE_BYTES

    with pytest.raises(TooLarge):
        read_page(content, place="page.md", observed_at=OBSERVED_AT)


def test_a_page_of_too_many_sections_is_refused() -> None:
    """The number of sections is limited before any is read."""
    content = b"## `a:b`\n\n" + b"\n### `a:b` - linux; amd64\n" * (MAX_SECTIONS + 2)

    assert "sections" in refused(content).problem


def test_deep_json_is_refused_without_a_trace() -> None:
    """Nesting beyond all sense ends in the same kind of error."""
    assert "JSON" in refused(replaced('["python"]', "[" * 100_000)).problem


@settings(deadline=None, max_examples=300)
@given(st.integers(0, len(SEED) - 1), st.integers(0, 255))
def test_any_altered_byte_is_refused_or_read_as_it_stands(at: int, value: int) -> None:
    """A page with one byte changed is refused, or says exactly that when written again."""
    content = SEED[:at] + bytes([value]) + SEED[at + 1 :]
    try:
        page = read_page(content, place="page.md", observed_at=OBSERVED_AT)
    except DamagedPage:
        return

    assert content == write_published(page)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_any_digit_of_a_digest_or_size_matters(data: st.DataObject) -> None:
    """A changed size is refused; a changed digest is read as another digest."""
    digits = [at for at in range(len(SEED)) if SEED[at : at + 1].isdigit()]
    at = data.draw(st.sampled_from(digits))
    other = data.draw(st.sampled_from([d for d in b"0123456789" if d != SEED[at]]))
    content = SEED[:at] + bytes([other]) + SEED[at + 1 :]
    try:
        page = read_page(content, place="page.md", observed_at=OBSERVED_AT)
    except DamagedPage:
        return
    seed = read_page(SEED, place="page.md", observed_at=OBSERVED_AT)

    assert seed.snapshots[0] != page.snapshots[0]


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_end_in_a_clean_refusal(content: bytes) -> None:
    """Whatever comes, it is read or refused, never a trace."""
    for opening in (b"", b"## `a:b`\n\n", b"# `a:b`\n\n## Docker Metadata\n\n- "):
        try:
            read_page(opening + content, place="page.md", observed_at=OBSERVED_AT)
        except DamagedPage:
            continue
