import json
from pathlib import Path

import jsonschema
import pytest

from support.html_page import Element, HtmlPage
from support.service import Service
from support.site_ledger import APP, EDGE, PAGED

V1 = "2017-03-01"
V2 = "2017-03-06"
V3 = "2017-03-31"

SCHEMA = Path(__file__).parents[2] / "docs" / "diff-schema.json"


def look(site: Service, path: str, status: int = 200) -> HtmlPage:
    """The page there."""
    answer = site.get(path)

    assert answer.status == status, answer.text
    return HtmlPage(answer.text)


def words(element: Element) -> str:
    """Its text on one line."""
    return " ".join(element.text.split())


def test_two_moments_of_a_tag_stand_beside_each_other(site: Service) -> None:
    """Steps are aligned, and the words that are others are marked on both sides."""
    page = look(site, f"/diff?a={APP}&a_at={V1}&b={APP}&b_at={V2}")

    changed = [item for item in page.of_class("pair") if "changed" in item.classes]
    steps = [words(item) for item in changed if "APP_VERSION=1" in item.text]
    assert page.named("h1")[0].text == f"What changed in {APP}"
    assert words(page.of_class("verdict")[0]) == "2 steps changed, +3.0 KB"
    assert steps[0] == "Before, step 4 ENV APP_VERSION=1.0 After, step 4 ENV APP_VERSION=1.1"  # fmt: skip
    assert {"1.0"} == {item.text for item in page.named("del") if len(item.text) == 3}
    assert {"1.1"} == {item.text for item in page.named("ins") if len(item.text) == 3}
    assert "3 steps of the base the same" in page.text
    assert "2 layers shared" in page.text


def test_settings_are_told_field_by_field(site: Service) -> None:
    """A variable and a label stand with their name and both values."""
    page = look(site, f"/diff?a={APP}&a_at={V1}&b={APP}&b_at={V2}")

    (settings,) = page.of_class("settings")
    assert "variable APP_VERSION before: 1.0 after: 1.1" in words(settings)
    assert "label org.example.version before: 1.0 after: 1.1" in words(settings)


def test_platforms_that_came_and_a_base_that_moved_are_told(site: Service) -> None:
    """Every platform is in a list with its sizes, and leads to its own difference."""
    page = look(site, f"/diff?a={APP}&a_at={V2}&b={APP}&b_at={V3}")

    rows = [words(row) for row in page.named("tr")]
    assert rows[1].startswith("linux/amd64 base moved (2 of 2 layers)")
    assert rows[2].startswith("linux/arm64 added")
    assert "linux/amd64" in [item.text for item in page.named("h2")]

    other = look(site, page.link("linux/arm64"))
    assert "linux/arm64" in [item.text for item in other.named("h2")]
    assert "linux/amd64" not in [item.text for item in other.named("h2")]


def test_what_a_page_cannot_know_is_unknown_and_not_removed(site: Service) -> None:
    """Beside an image that was read, a page that tells no variables has lost none."""
    page = look(site, f"/diff?a={APP}&a_at={V1}&b={PAGED}")

    unknown = [words(item) for item in page.of_class("pair") if "unknown" in item.classes]  # fmt: skip
    assert any(
        "variable not told by one side" in item and "not known" in item
        for item in unknown
    )
    assert "reported" in {item.text for item in page.of_class("evidence")}
    assert "read" in {item.text for item in page.of_class("evidence")}


def test_a_tag_that_is_gone_is_told_to_be_gone(site: Service) -> None:
    """A moment at which nothing was published is a side as any other."""
    page = look(site, f"/diff?a={APP}&a_at={V2}&b={APP}&b_at=2017-03-10")

    assert words(page.of_class("verdict")[0]) == "is gone"
    assert "does not exist" in page.text


def test_two_tags_and_the_same_state_differ_in_nothing(site: Service) -> None:
    """Two names of one image are the same, and the page says so."""
    page = look(site, f"/diff?a={APP}&b={EDGE}")

    assert page.named("h1")[0].text == f"From {APP} to {EDGE}"
    assert words(page.of_class("verdict")[0]) == "the same"


def test_the_page_leads_on(site: Service) -> None:
    """Swapped, to the change before and after, and against what it was earlier."""
    page = look(site, f"/diff?a={APP}&a_at={V1}&b={APP}&b_at={V2}")

    swapped = look(site, page.link("Swap sides"))
    assert words(swapped.of_class("verdict")[0]) == "2 steps changed, -3.0 KB"

    after = look(site, page.link("The change after →"))
    assert words(after.of_class("verdict")[0]) == "is gone"
    assert "← The change before" not in page.text

    latest = look(site, f"/diff?a={APP}&b={APP}&b_at={V3}")
    earlier = look(site, latest.link("Against a month earlier"))
    assert "linux/arm64 added" in earlier.text
    assert "Against a year earlier" not in latest.text


def test_the_form_offers_the_states_that_are_known(site: Service) -> None:
    """With one name given, both sides have it, and its moments can be chosen."""
    page = look(site, f"/diff?b={APP}")

    options = [item.attributes["value"] for item in page.named("option")]
    assert options.count("2017-03-31T12:00:00Z") == 2
    assert [item.attributes.get("value") for item in page.named("input") if item.attributes.get("name") in ("a", "b")] == [APP, APP]  # fmt: skip
    assert "Difference" in look(site, page.link("a week earlier")).title
    assert look(site, "/diff").named("form")


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        (f"a={APP}&b=example/nothing:1", 404, "no observation"),
        (f"a={APP}&a_at=2001-01-01&b={APP}", 404, "2001"),
        (f"a={APP}&b=a:b:c", 400, "a:b:c"),
        (f"a={APP}&a_at=yesterday&b={APP}", 400, "yesterday"),
    ],
)
def test_what_cannot_be_compared_is_told_beside_the_form(
    site: Service, query: str, status: int, said: str
) -> None:
    """The form comes again with what was asked, and says what is wrong with it."""
    page = look(site, f"/diff?{query}", status)

    assert said in page.of_class("bad")[0].text
    assert APP in [item.attributes.get("value") for item in page.named("input")]


def test_json_is_what_the_command_prints(site: Service) -> None:
    """It fits the published schema, and a platform narrows it."""
    query = f"a={APP}&a_at={V2}&b={APP}&b_at={V3}"
    page = look(site, f"/diff?{query}")
    answer = site.get(page.link("JSON"))

    found = json.loads(answer.body)
    jsonschema.validate(found, json.loads(SCHEMA.read_bytes()))
    assert answer.headers["content-type"] == "application/json"
    assert [image["after_platform"] for image in found["images"]] == ["linux/amd64", "linux/arm64"]  # fmt: skip

    narrowed = json.loads(site.get(f"/diff.json?{query}&platform=linux/amd64").body)
    assert narrowed["is_partial"] is True
    assert len(narrowed["images"]) == 1


def test_markdown_is_text(site: Service) -> None:
    """It is never run by a browser, and `full` shows all."""
    query = f"a={APP}&a_at={V1}&b={APP}&b_at={V2}"
    answer = site.get(f"/diff.md?{query}")

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith(f"## `{APP}` → `{APP}`")
    assert "apt-get" not in answer.text
    assert "apt-get" in site.get(f"/diff.md?{query}&full=1").text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/diff.json", 400),
        (f"/diff.json?a={APP}&b=example/nothing:1", 404),
        (f"/diff.json?a={APP}&b={APP}&platform=plan9", 404),
    ],
)
def test_a_document_that_cannot_be_made_is_a_problem(
    site: Service, path: str, status: int
) -> None:
    """Scripts get a problem document."""
    answer = site.get(path)

    assert answer.status == status
    assert answer.headers["content-type"].startswith("application/problem+json")
