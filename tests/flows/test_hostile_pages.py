"""What strangers wrote stands on every page as text, and no page grows with it.

Bytes and elements are counted, and not seconds: those depend on the machine, and are
measured in `bench/hostile_pages.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support import hostile
from support.asgi import Answered
from support.html_page import HtmlPage
from support.unhurried import UnhurriedSite
from tagledger.model.reference import Reference

MAX_BYTES = 2_000_000
"""Of a page: 200,000 characters that strangers wrote may be six times as long escaped."""

MAX_ELEMENTS = 25_000

MAX_DOCUMENT_BYTES = 20_000_000
"""Of what is no page but what was published itself: a config has up to 8 MiB."""

SCRIPTS = ("tagledger.js", "htmx.min.js")

NAMES = (hostile.WORDS, hostile.STEP, hostile.LAYERS, hostile.STATES, hostile.TAGS)

PATHS = [
    "/",
    "/r/",
    f"/r/{hostile.TAGS.familiar_name}",
    f"/r/{hostile.WORDS.familiar_name}",
    "/search?q=script",
    "/search?q=make",
    "/search?q=word1-0",
    *(f"/t/{name.familiar}" for name in NAMES),
    *(f"/history/{name.familiar}" for name in NAMES),
    f"/history/{hostile.STATES.familiar}?page=1",
    *(f"/diff?a={name.familiar}&a_at=2017-03-01&b={name.familiar}" for name in NAMES),
    f"/diff?b={hostile.STATES.familiar}",
    f"/d/{hostile.SHARED_LAYER}",
    f"/d/{hostile.SHARED_LAYER}?page=1000",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UnhurriedSite]:
    """The site on a ledger that strangers filled: 8 MB steps, 5,000 layers, 100,000 tags."""
    path = tmp_path_factory.mktemp("hostile") / "ledger.sqlite"
    site = UnhurriedSite(hostile.fill(path))
    yield site
    site.close()


def assert_harmless(answer: Answered) -> HtmlPage:
    """A page in bounds, in which nothing runs but what is the site's own."""
    page = HtmlPage(answer.text)
    handlers = {
        name
        for element in page.elements
        for name in element.attributes
        if name.startswith("on") or name in ("style", "srcdoc", "formaction")
    }
    addresses = [
        element.attributes[name]
        for element in page.elements
        for name in ("href", "src", "action", "data", "xlink:href")
        if name in element.attributes
    ]
    raw = {
        char for char in answer.text if char in "\x00\x1b\x9b\u202e\u2066\ufeff\u2028"
    }

    assert len(answer.body) < MAX_BYTES
    assert len(page.elements) < MAX_ELEMENTS
    assert handlers == set()
    assert raw == set()
    assert page.unclosed == []
    assert all(item.startswith(("/", "#", "?")) for item in addresses)
    assert {item.attributes.get("src", "").rpartition("/")[2] for item in page.named("script")} == {*SCRIPTS}  # fmt: skip
    assert [item for item in page.named("img") if item.attributes["src"] == "x"] == []
    assert page.named("iframe") == page.named("object") == page.named("embed") == []
    return page


@pytest.mark.parametrize("path", PATHS)
def test_a_page_of_what_strangers_wrote_is_harmless(
    site: UnhurriedSite, path: str
) -> None:
    """Nothing runs, nothing leads away, and there is a limit to all of it."""
    answer = site.get(path)

    assert answer.status == 200
    assert_harmless(answer)


@pytest.mark.parametrize("name", NAMES)
def test_documents_are_laid_out_harmlessly(
    site: UnhurriedSite, name: Reference
) -> None:
    """Raw documents are pages like others; their very bytes are no page to a browser."""
    tag = HtmlPage(site.get(f"/t/{name.familiar}").text)
    documents = {link for link in tag.links if link.startswith("/raw/")}

    for document in documents:
        assert_harmless(site.get(document))
        exact = site.get(f"{document}?bytes=1")
        assert exact.headers["content-type"] == "application/octet-stream"
        assert exact.headers["x-content-type-options"] == "nosniff"
        assert len(exact.body) < MAX_DOCUMENT_BYTES
    page = site.get(f"/page/{name.familiar}")
    assert page.headers["content-type"].startswith("text/plain")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert len(page.body) < MAX_DOCUMENT_BYTES


def test_markup_is_shown_as_it_was_written(site: UnhurriedSite) -> None:
    """A reader sees the very text, with what cannot be seen as escapes."""
    page = assert_harmless(site.get(f"/t/{hostile.WORDS.familiar}"))

    assert hostile.MARKUP in page.text
    assert r"a\x1b[31mb\x00c\x9bd\u202ee\u2066f\ufeffg\u2028h" in page.text
    assert "49" not in page.title


@pytest.mark.parametrize("path", ["/t/", "/history/", "/diff?b="])
def test_a_name_that_is_free_text_is_no_way_in(site: UnhurriedSite, path: str) -> None:
    """A layout may call an image anything: its pages come, or say that it is no name."""
    name = "".join(f"%{byte:02x}" for byte in hostile.FREE_NAME.familiar.encode())
    answer = site.get(path + name)

    assert answer.status in (200, 400, 404)
    assert_harmless(answer)


def test_what_is_cut_is_said_to_be_cut(site: UnhurriedSite) -> None:
    """A difference of two 8 MB steps shows their beginning, and how much is left out."""
    (step, layers) = (
        assert_harmless(
            site.get(f"/diff?a={name.familiar}&a_at=2017-03-01&b={name.familiar}")
        )
        for name in (hostile.STEP, hostile.LAYERS)
    )

    assert step.of_class("left-out")
    assert "more steps, in the JSON" in layers.text
    assert "more layers, in the JSON" in layers.text
    assert "more fields, in the JSON" in layers.text


def test_the_documents_of_a_difference_have_a_limit(site: UnhurriedSite) -> None:
    """JSON that would be as large as the steps is refused with the way to get it."""
    name = hostile.STEP.familiar
    answer = site.get(f"/diff.json?a={name}&a_at=2017-03-01&b={name}")

    assert answer.status == 422
    assert "tagledger diff" in answer.text
    assert len(answer.body) < 1_000


def test_a_layer_that_very_many_tags_have_is_listed_in_pages(
    site: UnhurriedSite,
) -> None:
    """Fifty of a hundred thousand names, and a way to the next."""
    page = assert_harmless(site.get(f"/d/{hostile.SHARED_LAYER}"))

    assert len([link for link in page.links if link.startswith("/history/")]) == 50
    assert page.link("After →")


@pytest.mark.parametrize(
    "path",
    [
        "/d/<script>alert(1)</script>",
        "/t/<script>alert(1)</script>",
        "/history/%00%1b[31m",
        "/diff?a=<script>&b=<script>",
        "/diff?a=x&b=y&a_at=<script>",
        "/diff?platform=<script>&a=hostile/markup:1.0&b=hostile/markup:1.0",
        "/history/hostile/markup:1.0?source=<script>",
        "/search?q=<script>alert(1)</script>",
        "/r/<script>",
        f"/diff?a={'a' * 7_000}&b=x",
    ],
)
def test_what_a_visitor_sends_comes_back_as_text(
    site: UnhurriedSite, path: str
) -> None:
    """Whatever stands in an address does nothing on the page that answers it."""
    answer = site.get(path.replace("<", "%3C").replace(">", "%3E"))

    assert answer.status < 500
    assert_harmless(answer)
