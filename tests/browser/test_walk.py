import re

import pytest
from playwright.sync_api import Page, expect

from support.browsing import Visit
from support.site_ledger import APP, EDGE, app

LATEST = app("1.2", base="base 2")


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_person_walks_from_a_digest_to_another_tag(
    visit: Visit, *, has_scripts: bool
) -> None:
    """Search a digest, then the tag that had it, its history, a difference, a layer of it, and another tag with that layer."""
    page: Page = visit("/", has_scripts=has_scripts)

    page.get_by_role("searchbox").first.fill(LATEST.digest[7:19])
    page.get_by_role("searchbox").first.press("Enter")
    expect(page).to_have_url(re.compile(f"/d/{LATEST.digest}$"))
    expect(page.locator("h1")).to_contain_text("Manifest")

    page.get_by_role("link", name=APP, exact=True).last.click()
    expect(page.locator("h1")).to_have_text(APP)

    page.get_by_role("link", name="History").first.click()
    expect(page.locator("h1")).to_have_text(f"History of {APP}")
    expect(page.locator(".timeline > li")).to_have_count(6)

    page.get_by_role("link", name="What changed on 2017-03-31 12:00").click()
    expect(page.locator("h1")).to_have_text(f"What changed in {APP}")
    expect(page.locator(".verdict")).to_contain_text("base moved (2 of 2 layers)")

    page.locator(".layers .after .digest a").first.click()
    expect(page.locator("h1")).to_contain_text("Layer")

    page.get_by_role("link", name=EDGE, exact=True).last.click()
    expect(page.locator("h1")).to_have_text(EDGE)


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_two_states_are_chosen_in_the_form(visit: Visit, *, has_scripts: bool) -> None:
    """Two names and a day give a difference, which can be swapped."""
    page: Page = visit("/diff", has_scripts=has_scripts)

    page.locator("input[name=a]").fill(APP)
    page.locator("input[name=a_at]").fill("2017-03-01")
    page.locator("input[name=b]").fill(EDGE)
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("h1")).to_have_text(f"From {APP} to {EDGE}")
    expect(page.locator("ins").first).to_be_attached()

    page.get_by_role("link", name="Swap sides").click()
    expect(page.locator("h1")).to_have_text(f"From {EDGE} to {APP}")


def test_folded_steps_unfold(visit: Visit) -> None:
    """What is the same is folded, and shown where somebody wants to see it."""
    page = visit(f"/diff?a={APP}&a_at=2017-03-01&b={APP}&b_at=2017-03-06")

    folded = page.locator(".steps .folded").first
    expect(folded.locator("li").first).to_be_hidden()
    folded.locator("summary").click()
    expect(folded.locator("li").first).to_be_visible()


def test_the_timeline_turns_its_pages_in_place(visit: Visit) -> None:
    """An older page comes without a new document, under its own address, and back goes back."""
    page = visit("/history/example/paged:1.0")
    page.evaluate("window.wasHere = true")

    page.get_by_role("link", name="Older").click()
    expect(page.locator(".timeline > li")).to_have_count(25)
    assert page.url.endswith("?page=1")
    assert page.evaluate("window.wasHere") is True

    page.go_back()
    expect(page.locator(".timeline > li")).to_have_count(35)
