import pytest

from support.html_page import Element, HtmlPage
from support.service import Service
from support.site_ledger import APP, DISPUTED, PAGED, PAGED_STATES


def look(site: Service, path: str) -> HtmlPage:
    """The page there, which is one."""
    answer = site.get(path)

    assert answer.status == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return HtmlPage(answer.text)


def states(page: HtmlPage) -> list[Element]:
    """The states of the timeline, the newest first."""
    kinds = {"first", "moved", "back", "gone"}
    return [item for item in page.named("li") if kinds & {*item.classes}]


def table_rows(page: HtmlPage) -> list[Element]:
    """The rows of all tables."""
    return page.named("tr")


def test_a_timeline_tells_each_state_newest_first(site: Service) -> None:
    """Each state is there with its digest, how long it was, and what changed in words."""
    page = look(site, f"/history/{APP}")

    told = [" ".join(item.text.split()) for item in states(page)]
    assert page.title == f"History of {APP} · Tagledger"
    assert len(told) == 6
    assert told[0].startswith("2017-03-31 12:00")
    assert "linux/arm64 added" in told[0]
    assert "base moved (2 of 2 layers)" in told[0]
    assert "moved back to what it was on 2017-03-01" in told[1]
    assert "came back as it was on 2017-03-06" in told[2]
    assert "does not exist" in told[3]
    assert "for 4 days, until 2017-03-10 12:00" in told[4]
    assert "seen 2 times" in told[5]
    assert "the first that is known of it" in told[5]


def test_each_state_leads_to_its_difference_and_to_the_tag_at_that_moment(
    site: Service,
) -> None:
    """Two links: what changed from the last state that existed, and what it was then."""
    page = look(site, f"/history/{APP}")

    differences = [link for link in page.links if link.startswith("/diff?a=")]
    assert differences == [
        f"/diff?a={APP}&a_at=2017-03-21T12:00:00Z&b={APP}&b_at=2017-03-31T12:00:00Z",
        f"/diff?a={APP}&a_at=2017-03-13T12:00:00Z&b={APP}&b_at=2017-03-21T12:00:00Z",
        f"/diff?a={APP}&a_at=2017-03-06T12:00:00Z&b={APP}&b_at=2017-03-13T12:00:00Z",
        f"/diff?a={APP}&a_at=2017-03-01T12:00:00Z&b={APP}&b_at=2017-03-06T12:00:00Z",
    ]
    assert f"/t/{APP}?at=2017-03-31T12:00:00Z" in page.links
    for link in differences:
        assert site.get(link).status == 200


def test_sizes_are_drawn_and_told_in_a_table(site: Service) -> None:
    """The chart has a title, words for who does not see it, a line a platform, and the same as a table."""
    page = look(site, f"/history/{APP}")

    (chart,) = page.of_class("size-chart")
    (said,) = page.named("desc")
    lines = [item for item in page.named("path") if "line" in item.classes]
    assert "Size over time" in chart.text
    assert "linux/amd64: between" in said.text
    assert len(lines) == 2
    rows = [" ".join(row.text.split()) for row in table_rows(page)]
    assert rows[0].startswith("since linux/amd64")
    assert len(rows) > 4
    assert not any("style" in item.attributes for item in page.elements)


def test_sources_that_disagree_are_told_and_can_be_chosen(site: Service) -> None:
    """Who said otherwise stands beside the state, and one source alone can be looked at."""
    page = look(site, f"/history/{DISPUTED}")

    assert "Sources do not always agree" in page.text
    assert any(
        "otherwise docker://mirror" in " ".join(item.text.split())
        for item in states(page)
    )

    mirror = look(site, page.link("docker://mirror"))
    assert len(states(mirror)) == 1
    assert "docker://registry" in [" ".join(item.text.split()) for item in mirror.named("a")]  # fmt: skip


def test_a_long_history_comes_in_pages_that_stay(site: Service) -> None:
    """Pages are numbered from the oldest state; the last has the newest, and is shown first."""
    newest = look(site, f"/history/{PAGED}")

    assert f"states 26 to {PAGED_STATES} of {PAGED_STATES}" in newest.text
    assert len(states(newest)) == PAGED_STATES - 25

    older = look(site, newest.link("Older →"))
    assert "states 1 to 25 of 60" in older.text
    assert older.link("← Newer") == f"/history/{PAGED}?page=2"
    assert "Older →" not in older.text
    assert look(site, f"/history/{PAGED}?page=99").text == newest.text


@pytest.mark.parametrize("query", ["?page=0", "?page=x", "?page=-1", "?page=1e9"])
def test_a_page_that_makes_no_sense_is_no_failure(site: Service, query: str) -> None:
    """What is no number of a page shows one all the same."""
    assert site.get(f"/history/{PAGED}{query}").status == 200


@pytest.mark.parametrize(
    ("name", "status"),
    [("example/nothing:1.0", 404), ("a:b:c", 400), ("", 404)],
)
def test_a_name_that_is_not_there_is_said_to_be_so(
    site: Service, name: str, status: int
) -> None:
    """404 for what was never observed, 400 for what is no name."""
    assert site.get(f"/history/{name}").status == status


def test_a_source_that_said_nothing_is_not_found(site: Service) -> None:
    """A source that never spoke of the name has no history of it."""
    assert site.get(f"/history/{APP}?source=nobody").status == 404
