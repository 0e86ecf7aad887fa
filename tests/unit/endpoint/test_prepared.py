import pytest

from tagledger.endpoint.prepared import (
    ENTRY_BYTES,
    MAX_BODY_BYTES,
    Prepared,
    PreparedAnswers,
    forever,
    is_matched,
    media_type_header,
)
from tagledger.flows.visitor import ANYBODY, Visitor
from tagledger.model import media_types
from tagledger.model.digest import Digest
from tagledger.model.snapshot import Document

SOME = Visitor(readable=("python",))


def prepared(size: int) -> Prepared:
    """An answer of so many bytes."""
    content = b"x" * size
    document = Document(media_types.OCI_MANIFEST, content)
    return Prepared.of(Digest.of(content), document, has_ranges=False)


def test_each_visitor_has_answers_of_their_own() -> None:
    """What one may read is not there for another who asks for the same path."""
    answers = PreparedAnswers()
    answers.keep(SOME, b"/v2/a", prepared(1))

    assert answers.get(SOME, b"/v2/a") is not None
    assert answers.get(ANYBODY, b"/v2/a") is None
    assert answers.get(Visitor(readable=()), b"/v2/a") is None
    assert answers.get(Visitor(name="me", readable=("python",)), b"/v2/a") is None


def test_what_was_asked_for_longest_ago_makes_room() -> None:
    """All together are bounded in bytes, whatever stands beside the bodies included."""
    answers = PreparedAnswers(max_bytes=3 * (ENTRY_BYTES + 100))
    for name in (b"a", b"b", b"c"):
        answers.keep(ANYBODY, name, prepared(100))
    answers.keep(ANYBODY, b"a", prepared(100))
    assert answers.get(ANYBODY, b"a") is not None

    answers.keep(ANYBODY, b"d", prepared(100))

    kept = [name for name in (b"a", b"b", b"c", b"d") if answers.get(ANYBODY, name)]
    assert [b"a", b"c", b"d"] == kept


def test_what_is_large_is_not_kept() -> None:
    """One index of megabytes would drive out hundreds of manifests."""
    answers = PreparedAnswers()
    answers.keep(ANYBODY, b"large", prepared(MAX_BODY_BYTES + 1))

    assert answers.get(ANYBODY, b"large") is None


def test_only_what_all_may_read_may_be_shared() -> None:
    """A cache between us and them may not give it to others."""
    assert b"private" not in forever(ANYBODY)
    assert b"private" in forever(SOME)
    assert b"private" in forever(Visitor(name="me"))


@pytest.mark.parametrize(
    ("none_match", "expected"),
    [(b'"a"', True), (b'W/"a"', True), (b'"b", "a"', True), (b"*", True), (b'"b"', False), (b"a", False), (b"", False)],
)  # fmt: skip
def test_an_etag_is_matched(none_match: bytes, *, expected: bool) -> None:
    """Weakly, and among several, as RFC 9110 has it."""
    assert expected == is_matched(none_match, b'"a"')


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        (media_types.DOCKER_LIST, media_types.DOCKER_LIST),
        (media_types.OCI_CONFIG, media_types.OCI_CONFIG),
        ("text/html", media_types.OCTET_STREAM),
        ("application/xhtml+xml", media_types.OCTET_STREAM),
        ("image/svg+xml", media_types.OCTET_STREAM),
        ("application/x\r\nSet-Cookie: a=b", media_types.OCTET_STREAM),
        ("application/x; charset=utf-7", media_types.OCTET_STREAM),
        ("", media_types.OCTET_STREAM),
    ],
)
def test_a_media_type_that_a_browser_would_run_is_not_passed_on(
    media_type: str, expected: str
) -> None:
    """Strangers name the types of what the ledger holds."""
    assert expected.encode() == media_type_header(media_type)
