"""What a stranger wrote into the ledger is shown harmlessly, and never too much of it."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from support import hostile
from support.pages import assert_nothing_runs, seen
from support.service import Service
from tagledger.model.printable import UNSAFE

MOST_BYTES = 600_000
"""No page is larger, whatever it is about."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service over a ledger full of hostile things, with fewer tags than it could have."""
    path = tmp_path_factory.mktemp("hostile") / "ledger.sqlite"
    hostile.fill(path, step_bytes=1_000_000, layers=450, tags=3_000, states=50)
    with Service(path) as running:
        yield running


FREE = quote(hostile.FREE_NAME.familiar, safe="")

PATHS = (
    "/",
    "/r/",
    "/r/?name=%3Cscript%3E",
    "/r/hostile/tags",
    "/r/hostile/tags?page=60",
    "/r/hostile/tags?tag=%22%3E%3Cscript%3E",
    f"/r/{quote(hostile.FREE_NAME.familiar_name, safe='')}",
    f"/t/{FREE}",
    "/t/hostile/markup:1.0",
    "/t/hostile/markup:1.0?platform=%22%3E%3Cscript%3E",
    "/t/hostile/step:1.0",
    "/t/hostile/layers:1.0",
    "/t/hostile/layers:1.0?page=3",
    "/t/hostile/states:1.0",
    "/t/hostile/tags:t77",
    "/t/hostile/tags:%3Cscript%3Ealert(1)%3C/script%3E",
    "/t/%E2%80%AEevil:1",
    "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
    "/search?q=script+alert&kind=steps",
    "/search?q=word1-1&kind=steps",
    "/search?q=a&platform=%22%3E%3Cscript%3E",
    "/search?q=a&since=%3Cscript%3E",
    "/search?q=make&page=2",
    "/nothing/%3Cscript%3E",
)


@pytest.mark.parametrize("path", PATHS)
def test_nothing_that_a_stranger_wrote_runs(service: Service, path: str) -> None:
    """No element, no attribute and no control character of theirs is in the page, and no page fails."""
    answer = service.get(path)
    page = seen(answer)

    assert answer.status in {200, 303, 400, 404}, (path, answer.status)
    assert_nothing_runs(page)
    assert not [given for given in page.having("img") if "onerror" in given]
    assert "alert('owned')" not in "".join(str(given) for given in page.having("script"))  # fmt: skip
    assert UNSAFE.search(answer.text) is None
    assert "49" not in page.title  # {{ 7*7 }}
    assert len(answer.body) < MOST_BYTES


def test_markup_is_shown_as_it_is_written(service: Service) -> None:
    """Escaped, not left out: whoever looks sees what is there."""
    page = seen(service.get("/t/hostile/markup:1.0"))

    assert "<script>alert('owned')</script>" in page.text
    assert "{{ 7*7 }}" in page.text
    assert r"\x1b[31m" in page.text
    assert r"\u202e" in page.text


def test_a_step_of_megabytes_is_cut(service: Service) -> None:
    """A part can be unfolded, and the rest is behind a link."""
    page = seen(service.get("/t/hostile/step:1.0"))

    assert "characters more in the config" in page.text


def test_hundreds_of_layers_come_in_pages(service: Service) -> None:
    """Two hundred on each page, and all of them are reached."""
    first = seen(service.get("/t/hostile/layers:1.0"))
    last = seen(service.get("/t/hostile/layers:1.0?page=3"))

    assert "450 layers" in first.text
    assert "rows: page 1 of 3" in first.text
    assert "RUN make 0 1" in first.text
    assert "RUN make 449" in last.text
    assert "and 350 more" in first.text


def test_thousands_of_tags_come_in_order(service: Service) -> None:
    """Newest version first, also on the last page."""
    first = seen(service.get("/r/hostile/tags"))
    last = seen(service.get("/r/hostile/tags?page=60"))
    beyond = seen(service.get("/r/hostile/tags?page=999999"))

    tags = [link for link in first.links if link.startswith("/t/")]
    assert ["/t/hostile/tags:t2999", "/t/hostile/tags:t2998"] == tags[:2]
    assert "/t/hostile/tags:t0" in last.links
    assert last.text == beyond.text


def test_a_document_with_markup(service: Service) -> None:
    """It is laid out as text, with its own escapes."""
    page = seen(service.get("/t/hostile/markup:1.0"))
    (path, *_) = [link for link in page.links if link.startswith("/raw/")]
    answer = service.get(path)

    assert 200 == answer.status
    assert_nothing_runs(seen(answer))
    assert UNSAFE.search(answer.text) is None
