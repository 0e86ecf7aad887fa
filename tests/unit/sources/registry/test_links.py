import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagledger.sources.registry.links import next_link


@pytest.mark.parametrize(
    "headers",
    [
        ['</v2/a/tags/list?n=2&last=b>; rel="next"'],
        ["</v2/a/tags/list?n=2&last=b>;rel=next"],
        ['</first>; rel="first", </v2/a/tags/list?n=2&last=b>; rel="prefetch next"'],
        ["</first>; rel=first", "</v2/a/tags/list?n=2&last=b>; title=x; REL=Next"],
    ],
)
def test_the_next_page_is_found_among_links(headers: list[str]) -> None:
    """The target is that of the link whose relations hold `next`."""
    assert next_link(headers) == "/v2/a/tags/list?n=2&last=b"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "</a>",
        '</a>; rel="last"',
        "next",
        '</a>; title="rel=next"',
        '</a>; rel=""',
        "</a>; rel=",
    ],
)
def test_without_a_next_page_there_is_none(header: str) -> None:
    """Other relations, and what is no link, name no next page."""
    assert next_link([header]) is None


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    """Nothing that a server sends makes the reader fail."""
    found = next_link([text, f"<{text}>; rel=next"])

    assert found is None or isinstance(found, str)
