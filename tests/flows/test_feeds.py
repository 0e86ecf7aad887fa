"""Feeds: Atom that any reader takes, with stable names, an entry for each change, and its words."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from support.api import served
from support.in_process import ask
from support.site_ledger import APP, DISPUTED, PAGED, PAGED_STATES
from support.statements import image, page
from tagledger.endpoint.asgi import Application
from tagledger.flows.feeds import Item, Items
from tagledger.flows.history import Turn
from tagledger.flows.readers import Readers
from tagledger.flows.visitor import Visitor
from tagledger.ledger.opening import open_ledger
from tagledger.model.reference import parse_reference
from tagledger.model.times import parse_rfc3339
from tagledger.site.app import make_site
from tagledger.site.feeds.atom import Place, write_feed

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = {
    "tag": f"/feed/tag/{APP}",
    "repository": "/feed/repository/example/app",
    "all": "/feed/all",
    "search": "/feed/search?q=curl",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """The site on the small ledger."""
    with served(tmp_path_factory.mktemp("feeds")) as (application, _):
        yield application


def feed(site: Application, path: str, *, host: str = "ledger.example") -> ET.Element:
    """The feed there."""
    answer = ask(site, path, headers={"Host": host})

    assert (200, "application/atom+xml; charset=utf-8") == (answer.status, answer.headers["content-type"]), answer.text  # fmt: skip
    return ET.fromstring(answer.body)  # noqa: S314 - likewise


def entries(root: ET.Element) -> list[ET.Element]:
    """Its entries."""
    return root.findall(f"{ATOM}entry")


def text(element: ET.Element, name: str) -> str:
    """The text of a child that must be there once."""
    (found,) = element.findall(f"{ATOM}{name}")
    return found.text or ""


def links(element: ET.Element) -> dict[tuple[str, str], str]:
    """Addresses, by relation and media type."""
    return {
        (item.attrib["rel"], item.attrib["type"]): item.attrib["href"]
        for item in element.findall(f"{ATOM}link")
    }


@pytest.mark.parametrize("path", FEEDS.values(), ids=FEEDS)
def test_a_feed_has_what_the_format_asks_for(site: Application, path: str) -> None:
    """Identifiers, titles, authors and dates, none twice; addresses in full; the newest first."""
    root = feed(site, path)

    found = entries(root)
    assert found
    names = [text(item, "id") for item in (root, *found)]
    assert len(names) == len({*names})
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", name) for name in names)
    assert all(text(item, "title") for item in (root, *found))
    moments = [parse_rfc3339(text(item, "updated")) for item in found]
    assert sorted(moments, reverse=True) == moments
    assert moments[0] == parse_rfc3339(text(root, "updated"))
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    own = links(root)
    assert f"http://ledger.example{path}" == own["self", "application/atom+xml"]
    for item in (root, *found):
        assert ("alternate", "text/html") in links(item)
        assert all(address.startswith("http://ledger.example/") for address in links(item).values())  # fmt: skip


@pytest.mark.parametrize("path", FEEDS.values(), ids=FEEDS)
def test_all_that_a_feed_links_to_is_there(site: Application, path: str) -> None:
    """The tag at that moment, its JSON, the difference and the page of the same."""
    root = feed(site, path)

    for item in (root, *entries(root)[:6]):
        is_gone = "is gone" in text(item, "title")
        for (_, media_type), address in links(item).items():
            answer = ask(site, address.removeprefix("http://ledger.example"))

            if not is_gone:
                assert 200 == answer.status, address
                assert answer.headers["content-type"].startswith(media_type)


def test_the_feed_of_a_tag_tells_each_state_in_words(site: Application) -> None:
    """What moved, by how much, what came back and what is gone; with the difference and how it is known."""
    found = entries(feed(site, FEEDS["tag"]))

    titles = [text(item, "title") for item in found]
    assert 6 == len(titles)
    assert titles[0].startswith(
        f"{APP} moved: linux/arm64 added, base moved (2 of 2 layers)"
    )
    assert titles[1].startswith(f"{APP} moved back to what it was on 2017-03-01: ")
    assert titles[2].startswith(f"{APP} came back")
    assert [f"{APP} is gone", f"{APP} first seen"] == [titles[3], titles[5]]
    assert (
        f"http://ledger.example/diff?a={APP}&a_at=2017-03-21T12:00:00Z&b={APP}&b_at=2017-03-31T12:00:00Z"
        == links(found[0])["related", "text/html"]
    )
    assert "read" == found[0].find(f"{ATOM}category").attrib["term"]  # type: ignore[union-attr]
    assert "Digest: sha256:" in text(found[0], "summary")


def test_what_two_sources_say_alike_stands_once(site: Application) -> None:
    """And where they disagree each is told, with its author."""
    found = entries(feed(site, f"/feed/tag/{DISPUTED}"))

    authors = {item.findtext(f"{ATOM}author/{ATOM}name") for item in found}
    assert {"docker://registry", "docker://mirror"} == authors


def test_identifiers_are_the_same_wherever_it_is_served(site: Application) -> None:
    """Under another name, and in another feed that tells the same."""
    here, there = feed(site, FEEDS["tag"]), feed(site, FEEDS["tag"], host="other:8080")
    whole = feed(site, FEEDS["repository"])

    assert [text(item, "id") for item in (here, *entries(here))] == [
        text(item, "id") for item in (there, *entries(there))
    ]
    assert {text(item, "id") for item in entries(here)} < {
        text(item, "id") for item in entries(whole)
    }
    assert "http://other:8080/" in links(there)["self", "application/atom+xml"]


@pytest.mark.parametrize(
    ("path", "total"),
    [
        (f"/feed/tag/{PAGED}", PAGED_STATES),
        ("/feed/repository/example/paged", PAGED_STATES),
        ("/feed/all", PAGED_STATES + 9),
    ],
)
def test_a_long_feed_comes_in_pages(site: Application, path: str, total: int) -> None:
    """Fifty entries and the address of the next page, whose entries are others of the same feed."""
    first = feed(site, path)
    following = links(first)["next", "application/atom+xml"]
    second = feed(site, following.removeprefix("http://ledger.example"))

    both = [text(item, "id") for item in (*entries(first), *entries(second))]
    assert 50 == len(entries(first))
    assert total == len({*both}) == len(both)
    assert ("next", "application/atom+xml") not in links(second)
    assert text(first, "id") == text(second, "id")
    assert links(second)["first", "application/atom+xml"] == links(first)["self", "application/atom+xml"]  # fmt: skip


@pytest.mark.parametrize("path", FEEDS.values(), ids=FEEDS)
def test_a_feed_that_one_has_is_not_sent_again(site: Application, path: str) -> None:
    """As little as can be for readers that look every few minutes."""
    tag = ask(site, path).headers["etag"]

    again = ask(site, path, headers={"If-None-Match": tag})

    assert (304, b"") == (again.status, again.body)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/feed/tag/example/nothing:1", 404, "not-observed"),
        ("/feed/tag/UP", 400, "malformed-reference"),
        ("/feed/repository/example/nothing", 404, "not-observed"),
        ("/feed/repository/example/app:1.0", 400, "malformed-reference"),
        ("/feed/search", 400, "nothing-to-search"),
        ("/feed/search?platform=a/b/c/d", 400, "malformed-platform"),
        ("/feed/all?before=x", 400, "malformed-cursor"),
        (f"/feed/tag/{APP}?before=-1", 400, "malformed-cursor"),
        ("/feed/other", 404, None),
    ],
)
def test_an_error_is_a_problem_document(
    site: Application, path: str, status: int, code: str | None
) -> None:
    """Programs read feeds, and their errors."""
    answer = ask(site, path)

    assert (status, "application/problem+json") == (
        answer.status,
        answer.headers["content-type"],
    )
    assert code is None or f'"code":"{code}"' in answer.text


@pytest.mark.parametrize(("name", "path"), FEEDS.items())
def test_what_a_visitor_may_not_read_is_in_no_feed(
    site: Application, name: str, path: str
) -> None:
    """A feed of it is not there, and other feeds have nothing of it."""
    answer = ask(site, path, visitor=Visitor("carol", ("example/paged",)))

    assert (404 if name in ("tag", "repository") else 200) == answer.status
    if answer.status == 200:
        assert "example/app" not in answer.text


def test_what_strangers_wrote_is_text(tmp_path: Path) -> None:
    """Markup stays text, and characters that XML forbids become a mark."""
    hostile = "RUN echo ]]> <script>alert(1)</script> & \x00\x1b[31m\x0b\ud800\ufffe"
    ledger = tmp_path / "ledger.db"
    with open_ledger(str(ledger)) as opened:
        opened.record(
            [
                page(
                    "example/odd:1",
                    "a",
                    0,
                    images=(image("a", steps=("ADD x", hostile)),),
                )
            ]
        )
    readers = Readers(str(ledger))
    site = make_site(readers)
    try:
        root = feed(site, "/feed/search?q=alert")  # type: ignore[arg-type]  # Litestar's own types say less
    finally:
        readers.close()

    (entry,) = entries(root)
    assert "<script>alert(1)</script> & \ufffd\ufffd[31m\ufffd" in text(
        entry, "summary"
    )


def test_a_source_is_text_as_well() -> None:
    """Whatever a folder or a tag is called."""
    reference = parse_reference("a/b:1")
    item = Item(reference=reference, moment=datetime.fromisoformat("2020-01-01T00:00:00Z"), turn=Turn.FIRST, digest=None, source="a\x01<b>\ud800")  # fmt: skip
    place = Place(base="http://x", about="a", title="\x02", itself="http://x/\x03", first="http://x/", page="http://x/")  # fmt: skip

    root = ET.fromstring(write_feed(place, Items(items=(item, item))))  # noqa: S314 - likewise

    (entry,) = entries(root)
    assert "a\ufffd<b>\ufffd" == entry.findtext(f"{ATOM}author/{ATOM}name")
    assert "\ufffd" == text(root, "title")


def test_a_feed_of_nothing_is_one(site: Application) -> None:
    """Without entries it has a date all the same."""
    root = feed(site, "/feed/search?q=nobodyeverwrotethis")

    assert [] == entries(root)
    assert "1970-01-01T00:00:00Z" == text(root, "updated")
