from collections.abc import Mapping

from tagledger.errors import TagNotFound
from tagledger.flows.verification import (
    Statement,
    Verification,
    Verified,
    concluded,
    failed,
)
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.platform import Platform
from tagledger.reports.proof.findings import Finding, Kind
from tagledger.reports.proof.statement import (
    LayerStatement,
    ListStatement,
    ManifestStatement,
)

ONE, TWO = (Digest("sha256:" + digit * 64) for digit in "12")


def page(
    name: str, evidence: Evidence, unproven: Mapping[Digest, Statement] | None = None
) -> Verified:
    """A page with one finding of a manifest."""
    finding = Finding(ONE, Kind.MANIFEST, evidence, "because")
    return Verified(place=name, findings=(finding,), unproven=unproven or {})


def layers(size_bytes: int | None = 5, media_type: str | None = "a/b") -> Statement:
    """A statement of a manifest of one layer."""
    return ManifestStatement(TWO, (LayerStatement(TWO, size_bytes, media_type),))


def evidence_of(verification: Verification) -> list[Evidence]:
    """How the first document of each place is known."""
    return [place.findings[0].evidence for place in verification.places]


def test_a_document_counts_once_and_no_contradiction_hides() -> None:
    """Of several findings of one digest the gravest is counted."""
    places = [
        page("a", Evidence.REPORTED),
        page("b", Evidence.PROVEN),
        page("c", Evidence.CONTRADICTED),
    ]

    less, all_of_them = concluded(places[:2]), concluded(places)

    assert 1 == less.counts[Kind.MANIFEST][Evidence.PROVEN]
    assert 1 == sum(less.counts[Kind.MANIFEST].values())
    assert not less.is_contradicted
    assert 1 == all_of_them.counts[Kind.MANIFEST][Evidence.CONTRADICTED]
    assert all_of_them.is_contradicted


def test_statements_that_exclude_each_other_are_both_contradicted() -> None:
    """Nobody can say which is right, and the pages are named."""
    result = concluded(
        [
            page("a.md", Evidence.REPORTED, {ONE: layers(5)}),
            page("b.md", Evidence.REPORTED, {ONE: layers(6)}),
        ]
    )

    assert [Evidence.CONTRADICTED] * 2 == evidence_of(result)
    expected = "a.md and b.md exclude each other: another size of layer 1"
    assert {expected} == {place.findings[0].reason for place in result.places}


def test_what_a_page_leaves_out_excludes_nothing() -> None:
    """Pages of different eras tell differently much of the same manifest."""
    result = concluded(
        [
            page("a.md", Evidence.REPORTED, {ONE: layers(5, None)}),
            page("b.md", Evidence.REPORTED, {ONE: layers(5)}),
        ]
    )

    assert [Evidence.REPORTED] * 2 == evidence_of(result)


def test_a_list_and_a_manifest_of_one_digest_exclude_each_other() -> None:
    """One digest is one document."""
    listed = ListStatement(((TWO, Platform("linux", "amd64")),))
    result = concluded(
        [
            page("a.md", Evidence.REPORTED, {ONE: layers()}),
            page("b.md", Evidence.REPORTED, {ONE: listed}),
        ]
    )

    assert [Evidence.CONTRADICTED] * 2 == evidence_of(result)


def test_two_lists_of_one_digest_are_compared_in_order_and_platform() -> None:
    """Another order, another platform or another length excludes."""
    amd64, arm64 = Platform("linux", "amd64"), Platform("linux", "arm64")
    lists = [
        ListStatement(((ONE, amd64), (TWO, arm64))),
        ListStatement(((TWO, amd64), (ONE, arm64))),
        ListStatement(((ONE, amd64), (TWO, amd64))),
        ListStatement(((ONE, amd64),)),
    ]
    for other in lists[1:]:
        result = concluded(
            [
                page("a.md", Evidence.REPORTED, {ONE: lists[0]}),
                page("b.md", Evidence.REPORTED, {ONE: other}),
            ]
        )
        assert result.is_contradicted


def test_a_proven_finding_stays_proven_beside_another_statement() -> None:
    """Only what is reported gives way: bytes do not."""
    result = concluded(
        [
            page("a.md", Evidence.REPORTED, {ONE: layers(5)}),
            page("b.md", Evidence.REPORTED, {ONE: layers(6)}),
            page("c.md", Evidence.PROVEN),
        ]
    )

    assert evidence_of(result)[2] is Evidence.PROVEN


def test_a_place_that_failed_carries_its_error() -> None:
    """Code, sentence and hint, as the error itself has them."""
    result = failed("x", TagNotFound("x"))

    assert result.problem is not None
    assert ("tag-not-found", "x: no such tag") == (
        result.problem.code,
        result.problem.text,
    )
    assert (result,) == Verification((result,)).problems
