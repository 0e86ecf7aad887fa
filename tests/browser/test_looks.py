"""Every page at every width, in both schemes: nothing sticks out, and nobody is kept out."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

from support import hostile
from support.browsing import Scheme, Visit
from support.service import Service
from support.site_ledger import APP, DISPUTED, EDGE, PAGED, app, digest

WIDTHS = {390: 844, 1024: 768, 1920: 1080}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")

FIRST = app("1.0")

PAGES = {
    "home": "/",
    "search-name": "/search?q=example",
    "search-steps": "/search?q=curl",
    "repositories": "/r/",
    "repository": "/r/example/app",
    "tag": f"/t/{APP}",
    "tag-past": f"/t/{APP}?at=2017-03-02",
    "tag-gone": f"/t/{APP}?at=2017-03-10",
    "tag-reported": f"/t/{PAGED}",
    "history": f"/history/{APP}",
    "history-disputed": f"/history/{DISPUTED}",
    "choose": f"/diff?b={APP}",
    "diff": f"/diff?a={APP}&a_at=2017-03-01&b={APP}&b_at=2017-03-06",
    "diff-platforms": f"/diff?a={APP}&a_at=2017-03-06&b={EDGE}",
    "diff-unknown": f"/diff?a={APP}&a_at=2017-03-01&b={PAGED}",
    "manifest": f"/d/{FIRST.digest}",
    "layer": f"/d/{digest('base 1 amd64')}",
    "document": f"/raw/{FIRST.digest}",
}

MISSING = {
    "absent": "/t/example/nothing:1.0",
    "no-digest": f"/d/{'0' * 64}",
    "not-comparable": f"/diff?a={APP}&b=example/nothing:1.0",
}

HOSTILE = {
    "home": "/",
    "repositories": "/r/",
    "repository": f"/r/{hostile.TAGS.familiar_name}",
    "search": "/search?q=script",
    **{
        f"{kind}-{name.path.rpartition('/')[2]}": path
        for name in (hostile.WORDS, hostile.STEP, hostile.LAYERS)
        for kind, path in (
            ("tag", f"/t/{name.familiar}"),
            ("history", f"/history/{name.familiar}"),
            ("diff", f"/diff?a={name.familiar}&a_at=2017-03-01&b={name.familiar}"),
        )
    },
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_and_keeps_nobody_out(
    visit: Visit, name: str, screenshots: Path | None
) -> None:
    """No width makes the page itself scroll sideways, and axe finds nothing serious in either scheme."""
    page = visit(PAGES[name])

    _assert_it_fits(page, name, screenshots)
    _assert_nobody_is_kept_out(page)


@pytest.mark.parametrize("name", MISSING)
def test_a_page_of_what_is_not_there_fits_as_well(
    visit: Visit, name: str, screenshots: Path | None
) -> None:
    """An error is a page like the others."""
    page = visit(MISSING[name], is_error=True)

    _assert_it_fits(page, name, screenshots)
    _assert_nobody_is_kept_out(page)


@pytest.mark.parametrize("name", HOSTILE)
def test_what_strangers_wrote_does_nothing(
    visit: Visit, hostile_site: Service, name: str, screenshots: Path | None
) -> None:
    """Markup, scripts and words without end stand there as text, in their place."""
    page = visit(HOSTILE[name], service=hostile_site)

    _assert_it_fits(page, f"hostile-{name}", screenshots)
    assert page.locator("img[src=x]").count() == 0
    assert page.evaluate("document.querySelectorAll('script').length") == 2


def _assert_it_fits(page: Page, name: str, screenshots: Path | None) -> None:
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        widest = page.evaluate("document.documentElement.scrollWidth")

        assert widest <= width, f"{name} is {widest} wide at {width}"
        for scheme in SCHEMES if screenshots is not None else ():
            page.emulate_media(color_scheme=scheme)
            page.screenshot(
                path=f"{screenshots}/{name}-{width}-{scheme}.png", full_page=True
            )


def _assert_nobody_is_kept_out(page: Page) -> None:
    """In the light everything is looked at, in the dark what differs from it: colours."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        options = {} if scheme == "light" else {"runOnly": ["color-contrast"]}
        found = Axe().run(page, options=options).response["violations"]
        serious = [
            f"{scheme}: {item['id']}: {node['html'][:200]} {node['failureSummary']}"
            for item in found
            if item["impact"] in ("serious", "critical")
            for node in item["nodes"][:3]
        ]

        assert serious == []
