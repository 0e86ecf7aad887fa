import pytest
from playwright.sync_api import Page, expect

from support.browsing import Visit
from support.site_ledger import APP

OUTLINE = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""

FOCUSED = "document.activeElement.outerHTML.slice(0, 120)"

PLACE = """() => {
  const all = [...document.querySelectorAll("*")];
  return all.indexOf(document.activeElement);
}"""

TABS = 40
"""Presses: past the header and well into the page."""


def test_the_first_tab_offers_to_skip_the_header(visit: Visit) -> None:
    """The link shows when it has the focus, and leads to what the page is about."""
    page: Page = visit(f"/history/{APP}")

    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()

    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#main').contains(document.activeElement)")  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        f"/t/{APP}",
        f"/history/{APP}",
        f"/diff?a={APP}&a_at=2017-03-06&b={APP}",
        "/search?q=curl",
    ],
)
def test_the_focus_goes_forward_and_can_be_seen(visit: Visit, path: str) -> None:
    """Tab goes through the page as it is read, and what has the focus has an outline."""
    page: Page = visit(path)

    last = -1
    for _ in range(TABS):
        page.keyboard.press("Tab")
        at = page.evaluate(PLACE)
        if page.evaluate("document.activeElement === document.body"):
            break
        # A date has stops inside, which the browser marks itself.
        is_date = page.evaluate("document.activeElement.type") == "date"
        assert at > last or (is_date and at == last), page.evaluate(FOCUSED)
        assert is_date or page.evaluate(OUTLINE), page.evaluate(FOCUSED)
        last = at
    assert last > 0


def test_a_slash_goes_to_the_search(visit: Visit) -> None:
    """Except while somebody writes."""
    page: Page = visit(f"/diff?b={APP}")

    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()

    field = page.locator("input[name=a]")
    field.fill("")
    field.press("/")
    expect(field).to_be_focused()
    expect(field).to_have_value("/")


def test_folds_and_tables_are_reached_by_keys(visit: Visit) -> None:
    """A fold opens by Enter, and what scrolls can have the focus."""
    page: Page = visit(f"/history/{APP}")

    fold = page.locator(".chart summary")
    fold.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".chart table")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("region", name="Sizes as a table")).to_be_focused()


def test_the_theme_is_chosen_and_kept(visit: Visit) -> None:
    """Light, dark, or what the system says; the next page has it too."""
    page: Page = visit(f"/history/{APP}", scheme="light")

    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    button = page.locator("[data-theme-button]")
    button.click()
    button.click()
    expect(button).to_contain_text("dark")
    assert page.evaluate(paper) != light

    page.reload()
    expect(button).to_contain_text("dark")
    assert page.evaluate(paper) != light
