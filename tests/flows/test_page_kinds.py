"""Pages of the two other kinds through the command line: all tags of an image, and an image on somebody's machine."""

import json
from pathlib import Path

import jsonschema
import pytest

from support.local_page import LOCAL_PAGE
from support.program import Program

SEED = Path(__file__).parents[1] / "assets" / "seed"
SEED_TAG = "3.8.0-windowsservercore"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The program, with a page of each kind in its home."""
    seed = (SEED / f"python-{SEED_TAG}.md").read_text()
    (tmp_path / "tag-details.md").write_text(
        "<!-- THIS FILE IS GENERATED VIA './update-remote.sh' -->\n\n"
        "# Tags of `python`\n\n"
        "-\t[`python:0`](#python0)\n"
        f"-\t[`python:{SEED_TAG}`](#python380-windowsservercore)\n"
        f"\n## `python:0`\n\n**does not exist** (yet?)\n\n{seed}"
    )
    (tmp_path / "local.md").write_text(LOCAL_PAGE)
    return Program(tmp_path)


def test_a_page_of_all_tags_is_written_again(program: Program) -> None:
    """Without a tag the whole comes out to the byte, from a file and from a pipe."""
    page = (program.home / "tag-details.md").read_bytes()

    assert page == program.output("report", "report:tag-details.md")
    assert page == program.run("report", "report:-", stdin=page).out


def test_a_page_of_all_tags_takes_another_form(program: Program) -> None:
    """Every tag of it is written in the form that was asked for."""
    page = program.output("report", "--form", "2021", "report:tag-details.md")

    assert page.startswith(b"<!-- THIS FILE IS GENERATED VIA './update-remote.sh' -->")
    assert 1 == page.count(b"-\tPlatforms: 3\n")


def test_each_tag_is_a_line_of_json(
    program: Program, report_schema: jsonschema.Draft202012Validator
) -> None:
    """In the page's order; each line is a report like any other."""
    lines = program.output("report", "--json", "report:tag-details.md").splitlines()
    reports = [json.loads(line) for line in lines]

    assert ["0", SEED_TAG] == [report["reference"]["tag"] for report in reports]
    assert "proven" == reports[1]["root_evidence"]
    for report in reports:
        assert [] == list(report_schema.iter_errors(report))


def test_each_tag_is_shown_and_listed(program: Program) -> None:
    """`show` goes through them, `tags` lists those that exist."""
    shown = program.output("show", "report:tag-details.md").decode()

    assert shown.index("python:0") < shown.index(f"python:{SEED_TAG}")
    assert f"{SEED_TAG}\n".encode() == program.output("tags", "report:tag-details.md")


def test_where_one_image_is_needed_it_is_said_how_to_name_it(program: Program) -> None:
    """Bytes and copies are of one tag."""
    for arguments in (
        ("raw", "report:tag-details.md"),
        ("pull", "report:tag-details.md", "oci:x"),
    ):
        refused = program.run(*arguments)

        assert 3 == refused.code
        assert f"there is: 0, {SEED_TAG}" in refused.err
        assert "report:FILE.md:TAG" in refused.err


def test_a_local_page_is_written_again(program: Program) -> None:
    """Packages, licences and sources included."""
    page = program.output("report", "report:local.md")

    assert LOCAL_PAGE.encode() == page


def test_packages_of_a_local_page_are_json(
    program: Program, report_schema: jsonschema.Draft202012Validator
) -> None:
    """Field by field; what the page says nothing of is null, the size of its layers too."""
    report = json.loads(program.output("report", "--json", "report:local.md"))
    acl, attr = report["local_page"]["packages"]

    assert [] == list(report_schema.iter_errors(report))
    assert "4.42 Mb" == report["local_page"]["virtual_size"]
    assert "2016-08-26T18:51:02.648520062Z" == report["local_page"]["created"]
    assert ("dpkg", "acl=2.2.52-3") == (acl["manager"], acl["name"])
    assert ["libacl1:amd64=2.2.52-3"] == acl["binary_packages"]
    assert ["GPL", "LGPL-2.1"] == acl["licenses"]
    assert ["/usr/share/doc/libacl1/copyright"] == acl["license_files"]
    assert [
        {
            "url": "http://a.example/acl_2.2.52-3.dsc",
            "name": "acl_2.2.52-3.dsc",
            "size_bytes": 2025,
            "checksum": f"SHA256:{'5' * 64}",
        }
    ] == acl["sources"]
    assert ["GPL-2.0-or-later"] == attr["licenses"]
    assert "unable to find source" in attr["warnings"][0]
    assert report["images"][0]["total_size_bytes"] is None


def test_packages_of_a_local_page_are_shown(program: Program) -> None:
    """Each with its licences, in full with its sources; no layers and no size are made up."""
    shown = program.output("show", "report:local.md").decode()
    full = program.output("show", "--full", "report:local.md").decode()

    assert "2 packages reported" in shown
    assert "GPL, LGPL-2.1" in shown
    assert "0 layers" not in shown
    assert "0 B" not in shown
    assert "~ 4.42 Mb on disk" in shown
    assert "http://a.example/acl_2.2.52-3.dsc" not in shown
    assert "http://a.example/acl_2.2.52-3.dsc 2,025 bytes SHA256:555" in full
    assert "unable to find source" in full


def test_a_local_page_has_no_bytes_to_give(program: Program) -> None:
    """The refusal speaks of a page, not of an archive."""
    for arguments in (
        ("raw", "report:local.md"),
        ("raw", "--config", "report:local.md"),
        ("pull", "report:local.md", "oci:x"),
    ):
        refused = program.run(*arguments)

        assert 0 != refused.code
        assert "docker save" not in refused.err


def test_verify_says_what_a_local_page_is_worth(program: Program) -> None:
    """Its image ID is reported, with the reason, and nothing is contradicted."""
    for address in ("local.md", "report:local.md"):
        found = json.loads(program.output("verify", "--json", address))
        (finding,) = found["places"][0]["findings"]

        assert ("config", "reported") == (finding["kind"], finding["evidence"])
        assert 1 == found["counts"]["config"]["reported"]


def test_verify_takes_a_page_of_all_tags_by_file_and_by_address(
    program: Program,
) -> None:
    """Both say the same of every tag."""
    by_file, by_address = (
        json.loads(program.output("verify", "--json", address))["counts"]
        for address in ("tag-details.md", "report:tag-details.md")
    )

    assert 3 == by_file["manifest"]["proven"]
    assert by_file == by_address
