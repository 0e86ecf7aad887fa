import re

import pytest

from support.html_page import HtmlPage
from support.service import Service
from support.site_ledger import APP, EDGE, app, digest
from support.statements import digest as stated_digest

FIRST = app("1.0")
LATEST = app("1.2", base="base 2")


def look(site: Service, path: str) -> HtmlPage:
    """The page there, which is one."""
    answer = site.get(path)

    assert answer.status == 200, answer.text
    return HtmlPage(answer.text)


def uses(page: HtmlPage) -> list[str]:
    """The rows that say where it was."""
    return [" ".join(row.text.split()) for row in page.named("tr")]


def test_a_manifest_tells_where_it_was_and_that_it_is_gone(site: Service) -> None:
    """Names, from when to when; no name has it any more, and by its digest it may be had."""
    page = look(site, f"/d/{FIRST.digest}")

    assert page.title == f"Index and manifest {FIRST.digest[7:19]} · Tagledger" or page.title.startswith("Manifest")  # fmt: skip
    assert any(row.startswith(f"{APP} 2017-03-01 12:00 2017-03-21 12:00 2017-03-31 12:00") for row in uses(page))  # fmt: skip
    assert f"docker pull example/app@{FIRST.digest}" in page.text
    assert re.search(
        rf"docker pull 127.0.0.1:{site.port}/example/\w+@{FIRST.digest}", page.text
    )
    assert page.link("The document") == f"/raw/{FIRST.digest}"
    assert site.get(page.link("Its exact bytes")).body == FIRST.manifest.content
    assert "read" in {item.text for item in page.of_class("evidence")}


def test_what_a_name_still_had_is_said_with_when_it_was_seen(site: Service) -> None:
    """The tag that has it is named, with the moment at which it last had it."""
    page = look(site, f"/d/{LATEST.digest}")

    assert f"{EDGE} still had it when it was last seen, 2017-04-01" in page.text
    assert "still had it" in {item.text for item in page.of_class("still")}


def test_a_layer_tells_its_size_and_its_images(site: Service) -> None:
    """How many images share it, where they were, and how to get it alone."""
    shared = digest("base 1 amd64")
    page = look(site, f"/d/{shared}")

    assert page.title == f"Layer {shared[7:19]} · Tagledger"
    assert "40.0 KB 40,000 bytes" in page.text
    assert "2 images have it" in page.text
    assert re.search(rf"crane blob docker.io/example/\w+@{shared} > layer", page.text)
    assert f"/d/{FIRST.digest}" in page.links
    assert "The document" not in page.text


def test_a_config_and_a_diff_id_say_what_they_are(site: Service) -> None:
    """An image ID is pulled with its image, and a diff ID not at all."""
    config = look(site, f"/d/{FIRST.config.digest}")
    diff_id = look(site, f"/d/{FIRST.diff_ids[0]}")

    assert config.title.startswith("Config ")
    assert "this is an image ID" in config.text
    assert diff_id.title.startswith("Unpacked layer ")
    assert "registries store layers packed" in diff_id.text


def test_what_was_only_reported_is_said_to_be_so(site: Service) -> None:
    """No bytes are held of what a page lists, and none are offered."""
    reported = stated_digest("list 59")
    page = look(site, f"/d/{reported}")

    assert "its bytes are not in this ledger" in page.text
    assert "127.0.0.1" not in page.text
    assert site.get(f"/raw/{reported}").status == 404


def test_a_prefix_leads_to_its_digest(site: Service) -> None:
    """Six digits are enough where one digest begins so; the address becomes the full one."""
    answer = site.get(f"/d/{FIRST.digest[7:19]}")

    assert answer.status == 302
    assert answer.headers["location"] == f"/d/{FIRST.digest}"


def test_lists_come_in_pages(site: Service) -> None:
    """A layer that very many images have is shown fifty at a time, and each list turns alone."""
    base = stated_digest("base")
    first = look(site, f"/d/{base}")

    assert "60 images" in first.text
    assert len([row for row in uses(first) if row.startswith("example/paged:1.0")]) == 1
    assert first.link("After →") == f"/d/{base}?images=2"

    second = look(site, first.link("After →"))
    assert len([link for link in second.links if link.startswith("/d/sha256:")]) < 30
    assert second.link("← Before") == f"/d/{base}"
    assert "There are no more images" in look(site, f"/d/{base}?images=9").text
    assert "There are no more names" in look(site, f"/d/{base}?page=9").text


@pytest.mark.parametrize(
    ("digest", "status"),
    [("sha256:" + "0" * 64, 404), ("0000000", 404), ("abc", 400), ("nonsense!", 400)],
)
def test_what_is_no_digest_or_is_not_known_is_an_error(
    site: Service, digest: str, status: int
) -> None:
    """404 for a digest that was never seen, 400 for what is none."""
    assert site.get(f"/d/{digest}").status == status
